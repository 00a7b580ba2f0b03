#include "core/model/towers/text_parts.h"

#include <ATen/ATen.h>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama::text {
namespace {

// CLIP's and SigLIP's text transformer: pre-LayerNorm, learned positions; causal (CLIP) or looking both ways at every
// position, padding included (SigLIP).
class ClipTextTower final : public TextTower
{
public:
    ClipTextTower(const Parameters& parameters, const nlohmann::json& section, const std::string& prefix)
        : m_sizes(sizesOf(section)), m_causal(section.value("causal", true)),
          m_tokens(parameters.get(prefix + "token_embedding.weight")),
          m_positions(parameters.get(prefix + "positional_embedding"))
    {
        m_sizes.vocabulary = m_tokens.size(0);
        m_sizes.positions = m_positions.size(0);
        const auto norm = [&](const std::string& name) {
            return Norm{parameters.get(prefix + name + ".weight"), parameters.get(prefix + name + ".bias")};
        };
        for (std::int64_t i = 0; i < m_sizes.depth; ++i) {
            const std::string name = "blocks." + std::to_string(i) + ".";
            const auto linear = [&](const std::string& part) {
                return Linear::from(parameters, prefix + name + part, section);
            };
            m_blocks.push_back({norm(name + "norm1"), norm(name + "norm2"), linear("attn.qkv"), linear("attn.proj"),
                                linear("mlp.fc1"), linear("mlp.fc2")});
        }
        m_norm = norm("norm");
    }

    std::int64_t width() const override { return m_sizes.width; }
    std::int64_t longest() const override { return m_sizes.positions; }
    std::int64_t vocabulary() const override { return m_sizes.vocabulary; }
    bool causal() const override { return m_causal; }

    void pack(Precision precision) override
    {
        for (Block& block : m_blocks)
            for (Linear* layer : {&block.qkv, &block.projection, &block.up, &block.down})
                layer->pack(precision);
    }

    at::Tensor hidden(const TextBatch& batch, const ForwardMode& mode, const Job& job, const PrefixCache* before,
                      PrefixCache* record) const override
    {
        const std::int64_t start = before ? before->length() : 0, length = batch.ids.size(1);
        checkBatch(batch, m_sizes, start);
        const at::Tensor keys = visible(batch.mask, m_causal, start);
        at::Tensor x = at::embedding(m_tokens, batch.ids) + m_positions.narrow(0, start, length);
        const double scale = 1 / std::sqrt(static_cast<double>(m_sizes.width / m_sizes.heads));
        for (std::size_t i = 0; i < m_blocks.size(); ++i) {
            if (job.cancelled())
                return {};
            const Block& block = m_blocks[i];
            const auto parts = block.qkv(normalise(x, block.norm1), mode).chunk(3, -1);
            const Attention attention{splitHeads(parts[0], m_sizes.heads), splitHeads(parts[1], m_sizes.heads),
                                      splitHeads(parts[2], m_sizes.heads), keys, scale};
            x = block.projection.addTo(x, attend(attention, i, before, record), mode);
            x = block.down.addTo(x, activate(block.up(normalise(x, block.norm2), mode), m_sizes.activation), mode);
        }
        return normalise(x, m_norm);
    }

private:
    struct Norm
    {
        at::Tensor weight, bias;
    };
    struct Block
    {
        Norm norm1, norm2;
        Linear qkv, projection, up, down;
    };
    at::Tensor normalise(const at::Tensor& x, const Norm& norm) const
    {
        return at::layer_norm(x, {m_sizes.width}, norm.weight, norm.bias, m_sizes.normEps);
    }

    Sizes m_sizes;
    bool m_causal;
    at::Tensor m_tokens, m_positions;
    std::vector<Block> m_blocks;
    Norm m_norm;
};

} // namespace

std::unique_ptr<TextTower> makeClipText(const Parameters& parameters, const nlohmann::json& section,
                                        const std::string& prefix)
{
    return std::make_unique<ClipTextTower>(parameters, section, prefix);
}

} // namespace mama::text
