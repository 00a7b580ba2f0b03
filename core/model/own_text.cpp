#include "core/model/own_text.h"

#include "core/model/network.h"
#include "core/weights/heads.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <numeric>

namespace mama {
namespace {

constexpr std::int64_t longestText = 256; // tokens
constexpr std::size_t batchTokens = 2048; // with padding

Parameters withoutAdapters(const Parameters& parameters)
{
    Parameters out;
    for (const auto& [name, tensor] : parameters.all())
        if (name.find(".lora_") == std::string::npos)
            out.set(name, tensor);
    return out;
}

TextBatch batchOf(const std::vector<Tokens>& tokens, std::span<const std::size_t> group, at::Device device)
{
    const auto n = static_cast<std::int64_t>(group.size());
    const auto length = static_cast<std::int64_t>(tokens[group.back()].ids.size()); // the longest
    const at::Tensor ids = at::zeros({n, length}, at::kLong), mask = at::zeros({n, length}, at::kBool);
    for (std::int64_t i = 0; i < n; ++i) {
        const auto& own = tokens[group[static_cast<std::size_t>(i)]].ids;
        std::copy(own.begin(), own.end(), ids.mutable_data_ptr<std::int64_t>() + i * length);
        std::fill_n(mask.mutable_data_ptr<bool>() + i * length, own.size(), true);
    }
    return {ids.to(device), mask.to(device), {}, true};
}

} // namespace

OwnText::OwnText(const Parameters& parameters, const nlohmann::json& text, std::shared_ptr<const Tokenizer> tokenizer)
    : m_tokenizer(std::move(tokenizer)), m_tower(TextTower::make(withoutAdapters(parameters), text))
{}

Cancellable<std::vector<float>> OwnText::encode(const std::vector<std::string>& texts, at::Device device,
                                                const Job& job) const
{
    const auto limit = static_cast<int>(std::min(longestText, m_tower->longest()));
    const auto width = static_cast<std::size_t>(m_tower->width());
    std::vector<Tokens> tokens;
    for (const std::string& text : texts)
        tokens.push_back(m_tokenizer->encode(text, {}, limit));
    std::vector<std::size_t> order(texts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t i) { return tokens[i].ids.empty(); });
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return tokens[i].ids.size(); });
    std::vector<float> out(texts.size() * width);
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first + 1;
        while (last < order.size() && (last - first + 1) * tokens[order[last]].ids.size() <= batchTokens)
            ++last;
        const auto group = std::span(order).subspan(first, last - first);
        const TextBatch batch = batchOf(tokens, group, device);
        const at::Tensor states = m_tower->hidden(batch, {}, job);
        if (!states.defined())
            return {};
        const at::Tensor real = batch.mask.unsqueeze(2).to(at::kFloat);
        const at::Tensor mean = l2((states.to(at::kFloat) * real).sum(1) / real.sum(1)).to(at::kCPU).contiguous();
        for (std::size_t i = 0; i < group.size(); ++i)
            std::copy_n(mean.const_data_ptr<float>() + i * width, width,
                        out.begin() + static_cast<std::ptrdiff_t>(group[i] * width));
        first = last;
        job.report(first, order.size(), "encode sentences");
    }
    return out;
}

} // namespace mama
