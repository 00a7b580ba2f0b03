#include "core/model/towers/text_parts.h"

#include <ATen/ATen.h>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama::text {
namespace {

// GPT-2 and BioMedLM (Hugging Face GPT2Model): pre-LayerNorm, learned positions 0, 1, ... whatever the mask,
// Conv1D weights [in, out], scores / sqrt(D), and / (layer + 1) where the model says so.
class Gpt2Tower final : public TextTower
{
public:
    Gpt2Tower(const Parameters& parameters, const nlohmann::json& section, const std::string& prefix)
        : m_sizes(sizesOf(section)), m_inverseLayer(section.value("scale_attn_by_inverse_layer_idx", false)),
          m_tokens(parameters.get(prefix + "wte.weight")), m_positions(parameters.get(prefix + "wpe.weight"))
    {
        m_sizes.vocabulary = m_tokens.size(0);
        m_sizes.positions = m_positions.size(0);
        const auto norm = [&](const std::string& name) {
            return Norm{parameters.get(prefix + name + ".weight"), parameters.get(prefix + name + ".bias")};
        };
        for (std::int64_t i = 0; i < m_sizes.depth; ++i) {
            const std::string name = "h." + std::to_string(i) + ".";
            const auto linear = [&](const std::string& part) {
                return Linear::from(parameters, prefix + name + part, section, true);
            };
            m_blocks.push_back({norm(name + "ln_1"), norm(name + "ln_2"), linear("attn.c_attn"), linear("attn.c_proj"),
                                linear("mlp.c_fc"), linear("mlp.c_proj")});
        }
        m_norm = norm("ln_f");
    }

    std::int64_t width() const override { return m_sizes.width; }
    std::int64_t longest() const override { return m_sizes.positions; }
    std::int64_t vocabulary() const override { return m_sizes.vocabulary; }
    bool causal() const override { return true; }

    void pack(Precision precision) override
    {
        for (Block& block : m_blocks)
            for (Linear* layer : {&block.attention, &block.projection, &block.up, &block.down})
                layer->pack(precision);
    }

    at::Tensor hidden(const TextBatch& batch, const ForwardMode& mode, const Job& job, const PrefixCache* before,
                      PrefixCache* record) const override
    {
        const std::int64_t start = before ? before->length() : 0, length = batch.ids.size(1);
        checkBatch(batch, m_sizes, start);
        const at::Tensor keys = visible(batch.mask, true, start);
        at::Tensor x = dropped(at::embedding(m_tokens, batch.ids) + m_positions.narrow(0, start, length), mode);
        const double scale = 1 / std::sqrt(static_cast<double>(m_sizes.width / m_sizes.heads));
        for (std::size_t i = 0; i < m_blocks.size(); ++i) {
            if (job.cancelled())
                return {};
            const Block& block = m_blocks[i];
            const auto parts = block.attention(normalise(x, block.norm1), mode).chunk(3, -1);
            const Attention attention{splitHeads(parts[0], m_sizes.heads),
                                      splitHeads(parts[1], m_sizes.heads),
                                      splitHeads(parts[2], m_sizes.heads),
                                      keys,
                                      m_inverseLayer ? scale / static_cast<double>(i + 1) : scale,
                                      mode.training ? mode.dropout : 0};
            const at::Tensor mixed = attend(attention, i, before, record);
            x = residual(x, block.projection, mixed, mode);
            x = residual(x, block.down, activate(block.up(normalise(x, block.norm2), mode), m_sizes.activation), mode);
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
        Linear attention, projection, up, down;
    };
    at::Tensor normalise(const at::Tensor& x, const Norm& norm) const
    {
        return at::layer_norm(x, {m_sizes.width}, norm.weight, norm.bias, m_sizes.normEps);
    }
    static at::Tensor residual(const at::Tensor& x, const Linear& layer, const at::Tensor& input,
                               const ForwardMode& mode)
    {
        return mode.training ? x + dropped(layer(input, mode), mode) : layer.addTo(x, input, mode);
    }

    Sizes m_sizes;
    bool m_inverseLayer;
    at::Tensor m_tokens, m_positions;
    std::vector<Block> m_blocks;
    Norm m_norm;
};

} // namespace

std::unique_ptr<TextTower> makeGpt2(const Parameters& parameters, const nlohmann::json& section,
                                    const std::string& prefix)
{
    return std::make_unique<Gpt2Tower>(parameters, section, prefix);
}

} // namespace mama::text
