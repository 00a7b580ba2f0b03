#include "core/weights/families/tensor_list.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

namespace mama::weights {

void TensorList::begin(std::string prefix, const nlohmann::json& tower)
{
    m_prefix = std::move(prefix);
    m_rank = tower.is_object() && tower.contains("lora") && tower["lora"].is_object()
                 ? tower["lora"].value("r", std::int64_t{0})
                 : 0;
}

void TensorList::add(const std::string& name, std::vector<std::int64_t> shape, bool optional)
{
    m_list.push_back({m_prefix + name, std::move(shape), optional, false});
}

void TensorList::linear(const std::string& name, std::int64_t in, std::int64_t out, bool bias)
{
    add(name + ".weight", {out, in});
    if (bias)
        add(name + ".bias", {out});
    lora(name, in, out);
}

void TensorList::conv1d(const std::string& name, std::int64_t in, std::int64_t out)
{
    add(name + ".weight", {in, out});
    add(name + ".bias", {out});
    lora(name, in, out);
}

void TensorList::norm(const std::string& name, std::int64_t width, bool bias)
{
    add(name + ".weight", {width});
    if (bias)
        add(name + ".bias", {width});
}

void TensorList::batchNorm(const std::string& name, std::int64_t width, bool affine)
{
    if (affine)
        norm(name, width);
    add(name + ".running_mean", {width});
    add(name + ".running_var", {width});
    add(name + ".num_batches_tracked", {}, true);
    m_list.back().integer = true;
}

void TensorList::lora(const std::string& name, std::int64_t in, std::int64_t out)
{
    if (m_rank == 0)
        return;
    add(name + ".lora_A.weight", {m_rank, in}, true);
    add(name + ".lora_B.weight", {out, m_rank}, true);
}

std::int64_t sizeOf(const nlohmann::json& object, const char* key)
{
    constexpr std::int64_t largest = std::int64_t{1} << 30;
    const auto value = object.at(key).get<std::int64_t>();
    if (value < 0 || value > largest)
        throw Error(ErrorCode::Model, {action::readModel}, key,
                    {TextId("weights.no_possible_number", "%1 is no possible size"), value});
    return value;
}

std::int64_t depthOf(const nlohmann::json& tower)
{
    constexpr std::int64_t deepest = 1000;
    const auto depth = sizeOf(tower, "depth");
    if (depth > deepest)
        throw Error(ErrorCode::Model, {action::readModel}, "depth",
                    {TextId("weights.layers_more_than", "%1 layers are more than %2"), depth, deepest});
    return depth;
}

} // namespace mama::weights
