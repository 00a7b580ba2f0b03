#include "core/base/error_actions.h"
#include "core/model/towers/text_parts.h"

#include "core/base/error.h"
#include "core/model/kernels/short_attention.h"
#include "core/model/layers/real_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace mama::text {
namespace {

// BERT family (Hugging Face BertModel): post-LayerNorm, bidirectional, learned positions and segments.
class BertTower final : public TextTower
{
public:
    BertTower(const Parameters& parameters, const nlohmann::json& section, const std::string& prefix)
        : m_sizes(sizesOf(section)), m_tokens(parameters.get(prefix + "embeddings.word_embeddings.weight")),
          m_positions(parameters.get(prefix + "embeddings.position_embeddings.weight")),
          m_types(parameters.get(prefix + "embeddings.token_type_embeddings.weight"))
    {
        m_sizes.vocabulary = m_tokens.size(0);
        m_sizes.positions = m_positions.size(0);
        const auto norm = [&](const std::string& name) {
            return Norm{parameters.get(prefix + name + ".LayerNorm.weight"),
                        parameters.get(prefix + name + ".LayerNorm.bias")};
        };
        m_norm = norm("embeddings");
        for (std::int64_t i = 0; i < m_sizes.depth; ++i) {
            const std::string name = "encoder.layer." + std::to_string(i) + ".";
            const auto linear = [&](const std::string& part) {
                return Linear::from(parameters, prefix + name + part, section);
            };
            m_blocks.push_back({linear("attention.self.query"), linear("attention.self.key"),
                                linear("attention.self.value"), linear("attention.output.dense"),
                                linear("intermediate.dense"), linear("output.dense"), norm(name + "attention.output"),
                                norm(name + "output")});
        }
    }

    std::int64_t width() const override { return m_sizes.width; }
    std::int64_t longest() const override { return m_sizes.positions; }
    std::int64_t vocabulary() const override { return m_sizes.vocabulary; }
    bool causal() const override { return false; }

    void pack(Precision precision) override
    {
        for (Block& block : m_blocks)
            for (Linear* layer : {&block.query, &block.key, &block.value, &block.projection, &block.up, &block.down})
                layer->pack(precision);
    }

    at::Tensor hidden(const TextBatch& batch, const ForwardMode& mode, const Job& job, const PrefixCache* before,
                      PrefixCache* record) const override
    {
        if (before || record)
            throw Error(
                ErrorCode::Internal, {action::encodeText}, "",
                {TextId("model.bidirectional_model_has_no_prefix", "a bidirectional model has no prefix cache")});
        checkBatch(batch, m_sizes, 0);
        const at::Tensor types = batch.types.defined() ? batch.types : at::zeros_like(batch.ids);
        if (types.max().item<std::int64_t>() >= m_types.size(0))
            throw Error(ErrorCode::Data, {action::encodeText}, "",
                        {TextId("model.segment_number_outside_model_s", "a segment number is outside the model's %1"),
                         m_types.size(0)});
        at::Tensor x = at::embedding(m_tokens, batch.ids) + m_positions.narrow(0, 0, batch.ids.size(1)) +
                       at::embedding(m_types, types);
        // Only attention sees a batch's shape; without the states of padding all else runs over the real tokens.
        const std::optional<RealRows> rows =
            batch.realOnly && !batch.mask.all().item<bool>() ? std::optional<RealRows>(batch.mask) : std::nullopt;
        Places places{rows ? &*rows : nullptr, {}, visible(batch.mask, false, 0), batch.ids.size(1)};
        if (at::GradMode::is_enabled())
            places.sequences = rows ? Sequences::packed(batch.mask) : Sequences::padded(batch.mask);
        x = dropped(normalise(rows ? rows->of(x) : x, m_norm), mode);
        for (const Block& block : m_blocks) {
            if (job.cancelled())
                return {};
            x = normalise(x + dropped(block.projection(attended(block, x, places, mode), mode), mode), block.norm1);
            const at::Tensor wide =
                m_sizes.activation == "gelu" ? block.up.gelu(x, mode) : activate(block.up(x, mode), m_sizes.activation);
            x = normalise(x + dropped(block.down(wide, mode), mode), block.norm2);
        }
        return rows ? rows->padded(x) : x;
    }

private:
    struct Norm
    {
        at::Tensor weight, bias;
    };
    struct Block
    {
        Linear query, key, value, projection, up, down;
        Norm norm1, norm2;
    };
    // Where the tokens of a batch lie.
    struct Places
    {
        const RealRows* rows; // null: [N, T]
        Sequences sequences;  // with gradients only
        at::Tensor visible;
        std::int64_t length;
    };

    // x [N, T, width], or [R, width] of real tokens -> the same shape
    at::Tensor attended(const Block& block, const at::Tensor& x, const Places& places, const ForwardMode& mode) const
    {
        const std::int64_t dim = m_sizes.width / m_sizes.heads;
        const double dropout = mode.training ? mode.dropout : 0;
        const at::Tensor queries = block.query(x, mode), keys = block.key(x, mode), values = block.value(x, mode);
        if (dropout == 0 &&
            (canAttendShort(queries, dim, places.length) || canAttendShort(values, dim, places.length))) {
            const auto flat = [&](const at::Tensor& tokens) { return tokens.reshape({-1, m_sizes.width}); };
            return shortAttention(flat(queries), flat(keys), flat(values), m_sizes.heads, places.sequences)
                .view(x.sizes());
        }
        const auto heads = [&](const at::Tensor& tokens) {
            return splitHeads(places.rows ? places.rows->padded(tokens) : tokens, m_sizes.heads);
        };
        const at::Tensor mixed = attend({heads(queries), heads(keys), heads(values), places.visible,
                                         1 / std::sqrt(static_cast<double>(dim)), dropout},
                                        0, nullptr, nullptr);
        return places.rows ? places.rows->of(mixed) : mixed;
    }

    at::Tensor normalise(const at::Tensor& x, const Norm& norm) const
    {
        return at::layer_norm(x, {m_sizes.width}, norm.weight, norm.bias, m_sizes.normEps);
    }

    Sizes m_sizes;
    at::Tensor m_tokens, m_positions, m_types;
    Norm m_norm;
    std::vector<Block> m_blocks;
};

} // namespace

std::unique_ptr<TextTower> makeBert(const Parameters& parameters, const nlohmann::json& section,
                                    const std::string& prefix)
{
    return std::make_unique<BertTower>(parameters, section, prefix);
}

} // namespace mama::text
