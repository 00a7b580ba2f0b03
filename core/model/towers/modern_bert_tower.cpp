#include "core/model/towers/text_parts.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <ATen/ATen.h>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama::text {
namespace {

// ModernBERT (Hugging Face ModernBertModel, eager attention): pre-LayerNorm without biases, rotary positions, gated
// MLP; every third layer sees all tokens, the others a window. Models.md, section 3.
class ModernBertTower final : public TextTower
{
public:
    ModernBertTower(const Parameters& parameters, const nlohmann::json& section, const std::string& prefix)
        : m_sizes(sizesOf(section)), m_window(section.at("local_attention").get<std::int64_t>() / 2),
          m_globalEvery(std::max<std::int64_t>(section.at("global_every").get<std::int64_t>(), 1)),
          m_globalBase(section.at("global_rope")), m_localBase(section.at("local_rope")),
          m_tokens(parameters.get(prefix + "embeddings.tok_embeddings.weight")),
          m_tokenNorm(parameters.get(prefix + "embeddings.norm.weight"))
    {
        m_sizes.vocabulary = m_tokens.size(0);
        for (std::int64_t i = 0; i < m_sizes.depth; ++i) {
            const std::string name = "layers." + std::to_string(i) + ".";
            const auto linear = [&](const std::string& part) {
                return Linear::from(parameters, prefix + name + part, section);
            };
            // The first layer follows the embeddings' norm at once.
            m_blocks.push_back({i > 0 ? parameters.get(prefix + name + "attn_norm.weight") : at::Tensor(),
                                parameters.get(prefix + name + "mlp_norm.weight"), linear("attn.Wqkv"),
                                linear("attn.Wo"), linear("mlp.Wi"), linear("mlp.Wo")});
        }
    }

    std::int64_t width() const override { return m_sizes.width; }
    std::int64_t longest() const override { return m_sizes.positions; }
    std::int64_t vocabulary() const override { return m_sizes.vocabulary; }
    bool causal() const override { return false; }

    void pack(Precision precision) override
    {
        for (Block& block : m_blocks)
            for (Linear* layer : {&block.qkv, &block.out, &block.up, &block.down})
                layer->pack(precision);
    }

    at::Tensor hidden(const TextBatch& batch, const ForwardMode& mode, const Job& job, const PrefixCache* before,
                      PrefixCache* record) const override
    {
        if (before || record)
            throw Error(ErrorCode::Internal, {action::encodeText}, "",
                        {TextId("model.modernbert_no_prefix", "a model that looks both ways has no prefix cache")});
        checkBatch(batch, m_sizes, 0);
        const std::int64_t length = batch.ids.size(1), dim = m_sizes.width / m_sizes.heads;
        const at::Tensor places = at::arange(length, batch.ids.options());
        const at::Tensor distance = (places.unsqueeze(1) - places.unsqueeze(0)).abs();
        // Padding sees itself: a row that sees nothing would not be a number, and spread.
        const at::Tensor self = distance == 0, all = visible(batch.mask, false, 0).logical_or(self),
                         near = all.logical_and(distance <= m_window);
        const Turns wide = turns(places, m_globalBase, dim), narrow = turns(places, m_localBase, dim);
        at::Tensor x = normalise(at::embedding(m_tokens, batch.ids), m_tokenNorm);
        for (std::size_t i = 0; i < m_blocks.size(); ++i) {
            if (job.cancelled())
                return {};
            const Block& block = m_blocks[i];
            const bool global = static_cast<std::int64_t>(i) % m_globalEvery == 0;
            const Turns& turn = global ? wide : narrow;
            const auto parts = block.qkv(block.norm1.defined() ? normalise(x, block.norm1) : x, mode).chunk(3, -1);
            const Attention attention{
                turned(splitHeads(parts[0], m_sizes.heads), turn), turned(splitHeads(parts[1], m_sizes.heads), turn),
                splitHeads(parts[2], m_sizes.heads), global ? all : near, 1 / std::sqrt(static_cast<double>(dim))};
            x = x + block.out(attend(attention, i, nullptr, nullptr), mode);
            const auto halves = block.up(normalise(x, block.norm2), mode).chunk(2, -1);
            x = x + block.down(activate(halves[0], m_sizes.activation) * halves[1], mode);
        }
        return x;
    }

private:
    struct Block
    {
        at::Tensor norm1, norm2;
        Linear qkv, out, up, down;
    };
    struct Turns // [T, D]
    {
        at::Tensor cosine, sine;
    };

    static Turns turns(const at::Tensor& places, double base, std::int64_t dim)
    {
        const at::Tensor powers = at::arange(0, dim, 2, places.options().dtype(at::kFloat)) / static_cast<double>(dim);
        const at::Tensor angles = places.to(at::kFloat).unsqueeze(1) * at::pow(base, powers).reciprocal().unsqueeze(0);
        const at::Tensor both = at::cat({angles, angles}, 1);
        return {both.cos(), both.sin()};
    }
    // x [N, heads, T, D]: the halves of D are the two axes of a rotation.
    static at::Tensor turned(const at::Tensor& x, const Turns& turns)
    {
        const auto halves = x.to(at::kFloat).chunk(2, -1);
        return x * turns.cosine + at::cat({-halves[1], halves[0]}, -1) * turns.sine;
    }
    at::Tensor normalise(const at::Tensor& x, const at::Tensor& weight) const
    {
        return at::layer_norm(x, {m_sizes.width}, weight, {}, m_sizes.normEps);
    }

    Sizes m_sizes;
    std::int64_t m_window, m_globalEvery;
    double m_globalBase, m_localBase;
    at::Tensor m_tokens, m_tokenNorm;
    std::vector<Block> m_blocks;
};

} // namespace

std::unique_ptr<TextTower> makeModernBert(const Parameters& parameters, const nlohmann::json& section,
                                          const std::string& prefix)
{
    return std::make_unique<ModernBertTower>(parameters, section, prefix);
}

} // namespace mama::text
