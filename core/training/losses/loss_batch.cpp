#include "core/training/losses/loss_batch.h"

#include "core/base/error.h"
#include "core/training/losses/losses.h"
#include "core/training/settings/training_actions.h"
#include "core/weights/files/weight_file.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <torch/torch.h>

namespace mama {
namespace {

using nlohmann::json;
using torch::Tensor;

constexpr const char* leafNames[] = {"v",       "v2",        "t",           "simclr1",    "simclr2",
                                     "patches", "sentences", "logit_scale", "local_scale"};

torch::ScalarType scalarType(TensorType type)
{
    switch (type) {
    case TensorType::F64: return torch::kDouble;
    case TensorType::F32: return torch::kFloat;
    case TensorType::F16: return torch::kHalf;
    case TensorType::BF16: return torch::kBFloat16;
    case TensorType::I64: return torch::kLong;
    case TensorType::I32: return torch::kInt;
    case TensorType::I16: return torch::kShort;
    case TensorType::I8: return torch::kChar;
    case TensorType::U8: return torch::kByte;
    case TensorType::Bool: return torch::kBool;
    }
    return torch::kFloat;
}

// A copy of the tensor in the wanted type; undefined if it is not in the file.
Tensor read(const WeightFile& file, const std::string& name, torch::ScalarType type)
{
    const TensorInfo* info = file.find(name);
    if (!info)
        return {};
    const TensorBytes bytes = file.bytes(*info);
    Tensor raw = torch::empty(info->shape, scalarType(info->type));
    if (bytes.bytes.size() != raw.nbytes())
        throw Error(ErrorCode::Format, {action::computeLosses}, file.path().string() + " tensor " + name,
                    {TextId("loss.other_size", "its bytes do not fit its shape")});
    std::copy(bytes.bytes.begin(), bytes.bytes.end(), static_cast<std::byte*>(raw.data_ptr()));
    return raw.to(type);
}

struct Batch
{
    std::map<std::string, Tensor> leaves;
    std::vector<std::int64_t> counts;

    LossInput input() const
    {
        const auto get = [this](const char* name) { return leaves.contains(name) ? leaves.at(name) : Tensor(); };
        return {get("v"),       get("v2"),        get("t"), get("simclr1"),     get("simclr2"),
                get("patches"), get("sentences"), counts,   get("logit_scale"), get("local_scale")};
    }
};

Batch readBatch(const WeightFile& file, torch::ScalarType type)
{
    const auto fail = [&](const std::string& name, const UserText& why) {
        throw Error(ErrorCode::Data, {action::computeLosses}, file.path().string() + " tensor " + name, why);
    };
    Batch batch;
    for (const char* name : leafNames)
        if (const Tensor tensor = read(file, name, type); tensor.defined()) {
            if (std::string_view(name).ends_with("_scale") && tensor.numel() != 1)
                fail(name, {TextId("loss.one_value", "must hold one value")});
            batch.leaves[name] = tensor.set_requires_grad(true);
        }
    for (const char* name : {"v", "t", "logit_scale"})
        if (!batch.leaves.contains(name))
            fail(name, {TextId("loss.no_tensor", "is missing")});
    if (const Tensor counts = read(file, "sentence_counts", torch::kLong); counts.defined()) {
        const Tensor flat = counts.contiguous().view(-1);
        batch.counts.assign(flat.data_ptr<std::int64_t>(), flat.data_ptr<std::int64_t>() + flat.numel());
    } else if (batch.leaves.contains("sentences")) {
        fail("sentence_counts", {TextId("loss.no_counts", "is missing")});
    }
    return batch;
}

bool complete(const LossTerms& terms)
{
    return terms.clip2VToT.defined() && terms.ntxent.defined() && terms.localT2iRowsText.defined();
}

// Names as in the reference cases.
void addTotals(const LossTerms& terms, LossOptions options, json& result)
{
    const auto total = [&](LossSchedule schedule, bool late) {
        options.schedule = schedule;
        return totalLoss(terms, options, late).item<double>();
    };
    result["total_before_late_loss"] = total(LossSchedule::Reference, false);
    if (!complete(terms))
        return;
    result["total_after_late_loss"] = total(LossSchedule::Reference, true);
    result["paper_local"] = 0.5 * (terms.localT2i() + terms.localI2t()).item<double>();
    result["paper_total_before"] = total(LossSchedule::Paper, false);
    result["paper_total_after"] = total(LossSchedule::Paper, true);
    result["paper_mean_of_directions_total_before"] = total(LossSchedule::PaperMean, false);
    result["paper_mean_of_directions_total_after"] = total(LossSchedule::PaperMean, true);
}

class GradientFile
{
public:
    void add(const std::string& name, const Tensor& tensor)
    {
        m_tensors.push_back(tensor.detach().contiguous());
        m_names.push_back(name);
    }

    // Back-propagates the total from fresh gradients and keeps what arrives.
    void addGradients(const std::string& prefix, const Tensor& total, Batch& batch)
    {
        for (auto& [name, leaf] : batch.leaves)
            leaf.mutable_grad() = Tensor();
        total.sum().backward({}, true);
        for (const auto& [name, leaf] : batch.leaves)
            if (leaf.grad().defined())
                add(prefix + name, leaf.grad());
    }

    void write(const std::filesystem::path& path) const
    {
        std::vector<NamedTensor> named;
        for (std::size_t i = 0; i < m_tensors.size(); ++i) {
            const Tensor& tensor = m_tensors[i];
            const TensorType type = tensor.scalar_type() == torch::kDouble ? TensorType::F64 : TensorType::F32;
            named.push_back({{m_names[i], type, tensor.sizes().vec()},
                             {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}});
        }
        writeSafetensors(path, named, json::object());
    }

private:
    std::vector<Tensor> m_tensors;
    std::vector<std::string> m_names;
};

void writeGradients(const std::filesystem::path& path, const LossTerms& terms, LossOptions options, Batch& batch)
{
    options.schedule = LossSchedule::Reference;
    GradientFile file;
    file.addGradients("grad_before_", totalLoss(terms, options, false), batch);
    if (complete(terms))
        file.addGradients("grad_after_", totalLoss(terms, options, true), batch);
    if (terms.scores.bestPatch.defined()) {
        file.add("local_scores_t2i", terms.scores.bestPatch);
        file.add("local_scores_i2t", terms.scores.bestSentence);
    }
    file.write(path);
}

} // namespace

json lossesOfFile(const std::filesystem::path& path, const LossBatchOptions& options,
                  const std::filesystem::path& gradients)
{
    const auto file = WeightFile::open(path);
    Batch batch = readBatch(*file, options.float32 ? torch::kFloat : torch::kDouble);
    const LossTerms terms = lossTerms(batch.input(), options.loss);
    json result;
    for (const auto& [name, value] : terms.named())
        result[name] = value.item<double>();
    addTotals(terms, options.loss, result);
    if (complete(terms)) {
        const torch::NoGradGuard off;
        result["float32_total_after_late_loss"] =
            totalLoss(lossTerms(readBatch(*file, torch::kFloat).input(), options.loss), {}, true).item<double>();
    }
    const bool late = options.step ? isLate(options.loss, *options.step) : complete(terms);
    result["loss_schedule"] = name(options.loss.schedule);
    result["late_loss"] = options.loss.lateLoss;
    result["step"] = options.step ? json(*options.step) : json(nullptr);
    result["late"] = late;
    const bool possible = complete(terms) || (!late && options.loss.schedule == LossSchedule::Reference);
    result["total"] =
        possible || options.step ? json(totalLoss(terms, options.loss, late).item<double>()) : json(nullptr);
    if (!gradients.empty())
        writeGradients(gradients, terms, options.loss, batch);
    return result;
}

} // namespace mama
