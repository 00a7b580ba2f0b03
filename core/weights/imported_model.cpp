// What was read of a checkpoint: tensors, and what is to be told of them.
#include "core/weights/files/checked.h"
#include "core/weights/files/pages.h"
#include "core/weights/import_weights.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

nlohmann::json tensorJson(const TensorInfo& info)
{
    return {{"name", info.name}, {"shape", info.shape}, {"type", name(info.type)}};
}

} // namespace

std::size_t CanonicalTensor::size() const
{
    std::size_t sum = 0;
    for (const TensorBytes& piece : pieces)
        sum += piece.bytes.size();
    return sum;
}

TensorBytes CanonicalTensor::whole() const
{
    if (pieces.size() == 1)
        return pieces.front();
    const auto copy = std::make_shared<std::vector<std::byte>>();
    copy->reserve(size());
    weights::inPieces(pieces,
                      [&](std::span<const std::byte> part) { copy->insert(copy->end(), part.begin(), part.end()); });
    return {*copy, copy};
}

NamedTensor CanonicalTensor::named() const
{
    return {info, pieces.front().bytes, pieces.front().copy == nullptr, {pieces.begin() + 1, pieces.end()}};
}

const CanonicalTensor* ImportedModel::find(const std::string& name) const
{
    const auto found = std::lower_bound(
        tensors.begin(), tensors.end(), name,
        [](const CanonicalTensor& tensor, const std::string& wanted) { return tensor.info.name < wanted; });
    return found == tensors.end() || found->info.name != name ? nullptr : &*found;
}

// A tower that is not understood explains what is missing; what is missing explains a shape.
UserText ImportReport::wrong() const
{
    const auto andMore = [](const UserText& first, std::size_t count) {
        return count > 1 ? UserText{TextId("weights.and_more", "%1; and %2 more"), first, count - 1} : first;
    };
    if (!problems.empty() && (explained || missing.empty()))
        return andMore(problems.front(), problems.size());
    if (missing.empty())
        return {};
    const auto& shape = missing.front().shape; // a zero in it: nothing tells
    const bool known = std::find(shape.begin(), shape.end(), 0) == shape.end();
    return andMore({TextId("weights.tensor_missing", "the tensor %1%2 is missing"), missing.front().name,
                    known ? " " + weights::shapeText(shape) : ""},
                   missing.size());
}

nlohmann::json ImportReport::json() const
{
    nlohmann::json usedList = nlohmann::json::array(), leftList = nlohmann::json::array(),
                   missingList = nlohmann::json::array();
    for (const UsedTensor& tensor : used) {
        usedList.push_back(tensorJson(tensor.info));
        usedList.back()["from"] = tensor.from;
    }
    for (const LeftOver& tensor : leftOver) {
        leftList.push_back(tensorJson(tensor.info));
        leftList.back()["reason"] = tensor.reason;
    }
    for (const TensorInfo& tensor : missing)
        missingList.push_back({{"name", tensor.name}, {"shape", tensor.shape}});
    return {{"used", usedList},   {"left_over", leftList},   {"missing", missingList}, {"problems", english(problems)},
            {"assumed", assumed}, {"other_weights", others}, {"notes", english(notes)}};
}

} // namespace mama
