#include "core/model/towers/text_parts.h"

#include <ATen/ATen.h>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama::text {
namespace {

// What a family calls its tensors.
struct Names
{
    const char *tokens, *positions, *block; // block: before its number
    std::array<const char*, 2> norms;       // of a block
    const char *attention, *projection, *up, *down, *lastNorm;
};

constexpr Names gpt2Names{"wte.weight", "wpe.weight", "h.",  {"ln_1", "ln_2"}, "attn.c_attn", "attn.c_proj",
                          "mlp.c_fc",   "mlp.c_proj", "ln_f"};
constexpr Names clipNames{"token_embedding.weight",
                          "positional_embedding",
                          "blocks.",
                          {"norm1", "norm2"},
                          "attn.qkv",
                          "attn.proj",
                          "mlp.fc1",
                          "mlp.fc2",
                          "norm"};

// Pre-LayerNorm, learned positions 0, 1, ... whatever the mask, scores / sqrt(D). GPT-2 and BioMedLM (Hugging Face
// GPT2Model): Conv1D weights [in, out], and scores / (layer + 1) where the model says so. CLIP's and SigLIP's: causal,
// or looking both ways at every position, padding included (SigLIP).
class PreNormTower final : public TextTower
{
public:
    PreNormTower(const Parameters& parameters, const nlohmann::json& section, const std::string& prefix,
                 const Names& names, bool conv1d)
        : m_sizes(sizesOf(section)), m_causal(section.value("causal", true)),
          m_inverseLayer(section.value("scale_attn_by_inverse_layer_idx", false)),
          m_tokens(parameters.get(prefix + names.tokens)), m_positions(parameters.get(prefix + names.positions))
    {
        m_sizes.vocabulary = m_tokens.size(0);
        m_sizes.positions = m_positions.size(0);
        const auto norm = [&](const std::string& name) {
            return Norm{parameters.get(prefix + name + ".weight"), parameters.get(prefix + name + ".bias")};
        };
        for (std::int64_t i = 0; i < m_sizes.depth; ++i) {
            const std::string name = names.block + std::to_string(i) + ".";
            const auto linear = [&](const std::string& part) {
                return Linear::from(parameters, prefix + name + part, section, conv1d);
            };
            m_blocks.push_back({norm(name + names.norms[0]), norm(name + names.norms[1]), linear(names.attention),
                                linear(names.projection), linear(names.up), linear(names.down)});
        }
        m_norm = norm(names.lastNorm);
    }

    std::int64_t width() const override { return m_sizes.width; }
    std::int64_t longest() const override { return m_sizes.positions; }
    std::int64_t vocabulary() const override { return m_sizes.vocabulary; }
    bool causal() const override { return m_causal; }

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
        const at::Tensor keys = visible(batch.mask, m_causal, start);
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
    bool m_causal, m_inverseLayer;
    at::Tensor m_tokens, m_positions;
    std::vector<Block> m_blocks;
    Norm m_norm;
};

} // namespace

std::unique_ptr<TextTower> makeGpt2(const Parameters& parameters, const nlohmann::json& section,
                                    const std::string& prefix)
{
    return std::make_unique<PreNormTower>(parameters, section, prefix, gpt2Names, true);
}

std::unique_ptr<TextTower> makeClipText(const Parameters& parameters, const nlohmann::json& section,
                                        const std::string& prefix)
{
    return std::make_unique<PreNormTower>(parameters, section, prefix, clipNames, false);
}

} // namespace mama::text
