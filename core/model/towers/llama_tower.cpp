#include "core/base/error_actions.h"
#include "core/model/towers/text_parts.h"

#include "core/base/error.h"

#include <ATen/ATen.h>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

namespace mama::text {
namespace {

double number(const nlohmann::json& section, const char* key, double otherwise)
{
    return section.contains(key) && section[key].is_number() ? section[key].get<double>() : otherwise;
}

// Angular frequency of each pair of dimensions [D / 2]; "linear" and "llama3" stretch it
// (Hugging Face modeling_rope_utils.py).
at::Tensor frequencies(const nlohmann::json& section, std::int64_t dims)
{
    at::Tensor f = at::pow(number(section, "rope_theta", 10000.0),
                           at::arange(0, dims, 2, at::kDouble).div(static_cast<double>(dims)).neg());
    if (!section.contains("rope_scaling") || !section["rope_scaling"].is_object())
        return f;
    const nlohmann::json& scaling = section["rope_scaling"];
    const std::string type = scaling.value("rope_type", scaling.value("type", std::string("default")));
    const double factor = number(scaling, "factor", 1.0);
    if (type == "default")
        return f;
    if (type == "linear")
        return f / factor;
    if (type != "llama3")
        throw Error(
            ErrorCode::Unsupported, {action::loadModel}, "text.rope_scaling",
            {TextId("model.type_none_default_linear_llama3", "type \"%1\" is none of default, linear, llama3"), type});
    const double low = number(scaling, "low_freq_factor", 1.0), high = number(scaling, "high_freq_factor", 4.0);
    const double original = number(scaling, "original_max_position_embeddings", 8192.0);
    const at::Tensor turns = f * (original / (2 * std::numbers::pi)); // over the original context
    const at::Tensor smooth = ((turns - low) / (high - low)).clamp(0, 1);
    return f / factor * (1 - smooth) + f * smooth;
}

// Llama 2 and 3, Meditron (Hugging Face LlamaModel): RMSNorm, rotate-half RoPE, grouped keys, SwiGLU.
class LlamaTower final : public TextTower
{
public:
    LlamaTower(const Parameters& parameters, const nlohmann::json& section, const std::string& prefix)
        : m_sizes(sizesOf(section)), m_tokens(parameters.get(prefix + "embed_tokens.weight"))
    {
        m_sizes.vocabulary = m_tokens.size(0);
        for (std::int64_t i = 0; i < m_sizes.depth; ++i) {
            const std::string name = prefix + "layers." + std::to_string(i) + ".";
            const auto linear = [&](const std::string& part) { return Linear::from(parameters, name + part, section); };
            m_blocks.push_back({parameters.get(name + "input_layernorm.weight"),
                                parameters.get(name + "post_attention_layernorm.weight"), linear("self_attn.q_proj"),
                                linear("self_attn.k_proj"), linear("self_attn.v_proj"), linear("self_attn.o_proj"),
                                linear("mlp.gate_proj"), linear("mlp.up_proj"), linear("mlp.down_proj")});
        }
        m_norm = parameters.get(prefix + "norm.weight");
        m_headDim = m_blocks.empty() ? m_sizes.width / m_sizes.heads : m_blocks.front().query.outputs() / m_sizes.heads;
        m_frequencies = frequencies(section, m_headDim);
    }

    std::int64_t width() const override { return m_sizes.width; }
    std::int64_t longest() const override { return m_sizes.positions > 0 ? m_sizes.positions : 1 << 20; }
    std::int64_t vocabulary() const override { return m_sizes.vocabulary; }
    bool causal() const override { return true; }

    void pack(Precision precision) override
    {
        for (Block& block : m_blocks)
            for (Linear* layer :
                 {&block.query, &block.key, &block.value, &block.projection, &block.gate, &block.up, &block.down})
                layer->pack(precision);
    }

    at::Tensor hidden(const TextBatch& batch, const ForwardMode& mode, const Job& job, const PrefixCache* before,
                      PrefixCache* record) const override
    {
        const std::int64_t start = before ? before->length() : 0, length = batch.ids.size(1);
        checkBatch(batch, m_sizes, start);
        const at::Tensor keys = visible(batch.mask, true, start);
        const at::Tensor angles = at::outer(at::arange(start, start + length, at::kDouble), m_frequencies);
        const at::Tensor both = at::cat({angles, angles}, 1);
        const at::Tensor cosine = both.cos().to(m_tokens.options()), sine = both.sin().to(m_tokens.options()); // [T, D]
        at::Tensor x = at::embedding(m_tokens, batch.ids);
        for (std::size_t i = 0; i < m_blocks.size(); ++i) {
            if (job.cancelled())
                return {};
            const Block& block = m_blocks[i];
            const at::Tensor input = normalise(x, block.norm1);
            const Attention attention{rotated(splitHeads(block.query(input, mode), m_sizes.heads), cosine, sine),
                                      rotated(splitHeads(block.key(input, mode), m_sizes.keyHeads), cosine, sine),
                                      splitHeads(block.value(input, mode), m_sizes.keyHeads).to(m_tokens.scalar_type()),
                                      keys,
                                      1 / std::sqrt(static_cast<double>(m_headDim)),
                                      0};
            x = block.projection.addTo(x, attend(attention, i, before, record), mode);
            const at::Tensor middle = normalise(x, block.norm2);
            x = block.down.addTo(x, activate(block.gate(middle, mode), "silu") * block.up(middle, mode), mode);
        }
        return normalise(x, m_norm);
    }

private:
    struct Block
    {
        at::Tensor norm1, norm2;
        Linear query, key, value, projection, gate, up, down;
    };
    at::Tensor normalise(const at::Tensor& x, const at::Tensor& weight) const
    {
        return x * at::rsqrt(x.square().mean(-1, true) + m_sizes.normEps) * weight;
    }
    static at::Tensor rotated(const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine)
    {
        const auto halves = x.chunk(2, -1);
        return x * cosine + at::cat({-halves[1], halves[0]}, -1) * sine;
    }

    Sizes m_sizes;
    std::int64_t m_headDim = 0;
    at::Tensor m_tokens, m_norm, m_frequencies;
    std::vector<Block> m_blocks;
};

} // namespace

std::unique_ptr<TextTower> makeLlama(const Parameters& parameters, const nlohmann::json& section,
                                     const std::string& prefix)
{
    return std::make_unique<LlamaTower>(parameters, section, prefix);
}

} // namespace mama::text
