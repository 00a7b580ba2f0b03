#include "core/training/model/fixed_text.h"

#include "core/training/data/sample_batch.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <torch/torch.h>

namespace mama {
namespace {

constexpr std::int64_t enough = std::int64_t{512} << 20; // bytes; then all are forgotten

} // namespace

FixedText::FixedText(const Parameters& parameters, const nlohmann::json& text)
    : m_device(parameters.all().begin()->second.device()), m_tower(TextTower::make(parameters, text))
{
    if (m_device.is_cpu())
        m_tower->pack(Precision::Fp32);
}

const FixedText::States& FixedText::operator()(std::span<const std::int64_t> ids,
                                               const std::vector<std::int64_t>& separators)
{
    const std::string key(reinterpret_cast<const char*>(ids.data()), ids.size_bytes());
    if (const auto found = m_known.find(key); found != m_known.end())
        return found->second;
    if (m_bytes > enough) {
        m_known.clear();
        m_bytes = 0;
    }
    const torch::NoGradGuard noGradients;
    const torch::Tensor row =
        torch::tensor(torch::ArrayRef<std::int64_t>(ids.data(), ids.size()), torch::kLong).unsqueeze(0).to(m_device);
    const torch::Tensor hidden =
        m_tower->hidden({row, torch::ones_like(row, torch::kBool), {}}).squeeze(0).to(torch::kFloat);
    States states{hidden.mean(0), hidden.index_select(0, torch::tensor(separators, torch::kLong).to(m_device))};
    m_bytes += static_cast<std::int64_t>(key.size() + states.pooled.nbytes() + states.sentences.nbytes());
    return m_known.emplace(key, std::move(states)).first->second;
}

FixedText::BatchStates FixedText::operator()(const SampleBatch& batch)
{
    std::vector<torch::Tensor> pooled, sentences;
    BatchStates made;
    for (std::int64_t i = 0; i < batch.size; ++i) {
        const auto* mask = batch.mask.data() + i * batch.tokens;
        const auto length = static_cast<std::size_t>(std::find(mask, mask + batch.tokens, std::uint8_t{0}) - mask);
        const auto& separators = batch.separators[static_cast<std::size_t>(i)];
        const States& states = (*this)(std::span(batch.ids.data() + i * batch.tokens, length), separators);
        pooled.push_back(states.pooled); // shares: forgetting leaves it alive
        sentences.push_back(states.sentences);
        made.counts.push_back(static_cast<std::int64_t>(separators.size()));
    }
    made.pooled = torch::stack(pooled);
    made.sentences = torch::cat(sentences);
    return made;
}

} // namespace mama
