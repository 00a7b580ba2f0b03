#include "core/model/kernels/kernels.h"

#include "core/base/processor.h"
#include "core/model/kernels/attention_amx.h"
#include "core/model/kernels/depthwise_avx512.h"
#include "core/model/kernels/kernels_avx512.h"
#include "core/model/kernels/short_attention.h"
#include "core/model/kernels/trained_attention.h"
#include "core/model/kernels/training_rows_avx512.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <atomic>
#include <cmath>

namespace mama::kernels {
namespace {

std::atomic<bool>& allowed()
{
    static std::atomic<bool> value = true;
    return value;
}

// Scratch memory and packed tiles must start on a cache line.
at::Tensor lines(std::int64_t floats) { return at::empty({(floats + 15) / 16 * 16}, at::kFloat); }

struct Heads // where qkv's parts lie
{
    explicit Heads(const at::Tensor& qkv, std::int64_t count)
        : images(qkv.size(0)), tokens(qkv.size(1)), heads(count), width(qkv.size(2) / 3)
    {}
    std::int64_t images, tokens, heads, width;
};

void attentionFloat(const float* qkv, float* out, const Heads& h)
{
    const std::int64_t stride = 3 * h.width, tiled = avx512::tiles(h.tokens) * avx512::tileKeys * avx512::headDim;
    const std::int64_t blocks = (h.tokens + avx512::blockRows - 1) / avx512::blockRows;
    const at::Tensor keys = lines(h.images * h.heads * tiled), values = lines(h.images * h.heads * tiled);
    auto* packedKeys = keys.mutable_data_ptr<float>();
    auto* packedValues = values.mutable_data_ptr<float>();
    const auto start = [&](std::int64_t pair) {
        return (pair / h.heads) * h.tokens * stride + (pair % h.heads) * avx512::headDim;
    };
    at::parallel_for(0, h.images * h.heads, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t pair = first; pair < last; ++pair)
            avx512::packHead(qkv + start(pair) + h.width, qkv + start(pair) + 2 * h.width, stride, h.tokens,
                             packedKeys + pair * tiled, packedValues + pair * tiled);
    });
    at::parallel_for(0, h.images * h.heads * blocks, 1, [&](std::int64_t first, std::int64_t last) {
        const at::Tensor scratch = lines(avx512::scratchFloats(h.tokens));
        for (std::int64_t i = first; i < last; ++i) {
            const std::int64_t pair = i / blocks, row = i % blocks * avx512::blockRows;
            float* to = out + (pair / h.heads) * h.tokens * h.width + (pair % h.heads) * avx512::headDim;
            avx512::attend({qkv + start(pair), stride, to, h.width, h.tokens, row,
                            std::min(avx512::blockRows, h.tokens - row), scratch.mutable_data_ptr<float>()},
                           packedKeys + pair * tiled, packedValues + pair * tiled);
        }
    });
}

void attentionInt8(const float* qkv, float* out, const Heads& h)
{
    const std::int64_t stride = 3 * h.width, padded = avx512::tiles(h.tokens) * avx512::tileKeys,
                       tiled = padded * avx512::headDim;
    const std::int64_t blocks = (h.tokens + avx512::blockRows - 1) / avx512::blockRows, pairs = h.images * h.heads;
    const at::Tensor keys = at::empty({pairs * tiled}, at::kChar), values = at::empty({pairs * tiled}, at::kChar);
    const at::Tensor keyScales = lines(pairs * padded), keySums = at::empty({pairs * padded}, at::kInt),
                     valueScales = lines(pairs * avx512::headDim);
    const auto head = [&](std::int64_t pair) {
        return avx512::Int8Head{keys.mutable_data_ptr<std::int8_t>() + pair * tiled,
                                values.mutable_data_ptr<std::int8_t>() + pair * tiled,
                                keyScales.mutable_data_ptr<float>() + pair * padded,
                                keySums.mutable_data_ptr<std::int32_t>() + pair * padded,
                                valueScales.mutable_data_ptr<float>() + pair * avx512::headDim};
    };
    const auto start = [&](std::int64_t pair) {
        return (pair / h.heads) * h.tokens * stride + (pair % h.heads) * avx512::headDim;
    };
    at::parallel_for(0, pairs, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t pair = first; pair < last; ++pair)
            avx512::packHeadInt8(qkv + start(pair) + h.width, qkv + start(pair) + 2 * h.width, stride, h.tokens,
                                 head(pair));
    });
    at::parallel_for(0, pairs * blocks, 1, [&](std::int64_t first, std::int64_t last) {
        const at::Tensor scratch = lines(avx512::scratchFloats(h.tokens));
        for (std::int64_t i = first; i < last; ++i) {
            const std::int64_t pair = i / blocks, row = i % blocks * avx512::blockRows;
            float* to = out + (pair / h.heads) * h.tokens * h.width + (pair % h.heads) * avx512::headDim;
            avx512::attendInt8({qkv + start(pair), stride, to, h.width, h.tokens, row,
                                std::min(avx512::blockRows, h.tokens - row), scratch.mutable_data_ptr<float>()},
                               head(pair));
        }
    });
}

void attentionTiles(const std::uint16_t* qkv, std::uint16_t* out, const Heads& h)
{
    const std::int64_t stride = 3 * h.width, pairs = h.images * h.heads, packed = amx::packedPairs(h.tokens);
    const std::int64_t blocks = (h.tokens + amx::blockRows - 1) / amx::blockRows;
    const at::Tensor keys = at::empty({pairs * packed}, at::kInt), values = at::empty({pairs * packed}, at::kInt);
    auto* packedKeys = static_cast<std::uint32_t*>(keys.mutable_data_ptr());
    auto* packedValues = static_cast<std::uint32_t*>(values.mutable_data_ptr());
    const auto start = [&](std::int64_t pair) {
        return (pair / h.heads) * h.tokens * stride + (pair % h.heads) * amx::headDim;
    };
    at::parallel_for(0, pairs, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t pair = first; pair < last; ++pair)
            amx::packHead(qkv + start(pair) + h.width, qkv + start(pair) + 2 * h.width, stride, h.tokens,
                          packedKeys + pair * packed, packedValues + pair * packed);
    });
    at::parallel_for(0, pairs * blocks, 1, [&](std::int64_t first, std::int64_t last) {
        const at::Tensor scratch = lines(amx::scratchFloats(h.tokens));
        for (std::int64_t i = first; i < last; ++i) {
            const std::int64_t pair = i / blocks, row = i % blocks * amx::blockRows;
            std::uint16_t* to = out + (pair / h.heads) * h.tokens * h.width + (pair % h.heads) * amx::headDim;
            amx::attend({qkv + start(pair), stride, to, h.width, h.tokens, row,
                         std::min(amx::blockRows, h.tokens - row), scratch.mutable_data_ptr<float>()},
                        packedKeys + pair * packed, packedValues + pair * packed);
        }
    });
}

at::Tensor plainGelu(const at::Tensor& x, bool wanted) { return wanted ? at::gelu(x) : x; }

} // namespace

bool haveAvx512()
{
    static const bool found = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                              __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                              __builtin_cpu_supports("avx512vnni");
    return found && allowed();
}

bool haveAmx()
{
    static const bool found = processor().amxBf16 && amx::tilesAllowed();
    return found && haveAvx512();
}

void allowAvx512(bool allow) { allowed() = allow; }

QuantisedRows quantiseRows(const at::Tensor& rows)
{
    if (!haveAvx512()) {
        const at::Tensor scales = rows.abs().amax(1).div(127.0).clamp_min(1e-30);
        return {rows.div(scales.unsqueeze(1)).round().clamp(-127, 127).to(at::kChar), scales};
    }
    QuantisedRows made{at::empty(rows.sizes(), at::kChar), at::empty({rows.size(0)}, at::kFloat)};
    const auto* from = rows.const_data_ptr<float>();
    auto* values = made.values.mutable_data_ptr<std::int8_t>();
    auto* scales = made.scales.mutable_data_ptr<float>();
    at::parallel_for(0, rows.size(0), 16, [&](std::int64_t first, std::int64_t last) {
        avx512::quantiseRows(from, values, scales, rows.size(1), first, last);
    });
    return made;
}

at::Tensor dequantise(const at::Tensor& sums, const Dequantise& layer)
{
    const at::Tensor residual =
        layer.residual.defined() ? layer.residual.to(at::kFloat).contiguous().view(sums.sizes()) : at::Tensor();
    if (!haveAvx512()) {
        const at::Tensor y =
            plainGelu(sums.to(at::kFloat) * layer.rowScales.unsqueeze(1) * layer.outScales + layer.bias, layer.gelu);
        return residual.defined() ? y + residual : y;
    }
    at::Tensor out = at::empty(sums.sizes(), at::kFloat);
    const avx512::DequantiseArguments arguments{sums.const_data_ptr<std::int32_t>(),
                                                layer.rowScales.const_data_ptr<float>(),
                                                layer.outScales.const_data_ptr<float>(),
                                                layer.bias.const_data_ptr<float>(),
                                                residual.defined() ? residual.const_data_ptr<float>() : nullptr,
                                                out.mutable_data_ptr<float>(),
                                                sums.size(1),
                                                layer.gelu};
    at::parallel_for(0, sums.size(0), 16,
                     [&](std::int64_t first, std::int64_t last) { avx512::dequantise(arguments, first, last); });
    return out;
}

at::Tensor swish_(at::Tensor x)
{
    constexpr std::int64_t piece = 4096; // values; an even count
    const bool bf16 = x.scalar_type() == at::kBFloat16;
    if (!haveAvx512() || !x.device().is_cpu() || !x.is_non_overlapping_and_dense() || x.numel() % 2 != 0 ||
        !(bf16 || x.scalar_type() == at::kFloat))
        return at::silu_(x);
    void* data = x.mutable_data_ptr();
    const std::int64_t count = x.numel();
    at::parallel_for(0, (count + piece - 1) / piece, 8, [&](std::int64_t first, std::int64_t last) {
        const std::int64_t begin = first * piece, size = std::min(count, last * piece) - begin;
        if (bf16)
            avx512::swish(static_cast<std::uint16_t*>(data) + begin, size);
        else
            avx512::swish(static_cast<float*>(data) + begin, size);
    });
    return x;
}

at::Tensor added(const at::Tensor& residual, const at::Tensor& y)
{
    if (!haveAvx512() || !y.device().is_cpu() || residual.scalar_type() != at::kFloat ||
        y.scalar_type() != at::kBFloat16 || residual.sizes() != y.sizes() || !residual.is_contiguous() ||
        !y.is_contiguous())
        return residual + y;
    at::Tensor out = at::empty_like(residual);
    const std::int64_t width = y.size(-1);
    const auto* of = static_cast<const std::uint16_t*>(y.const_data_ptr());
    at::parallel_for(0, y.numel() / width, 16, [&](std::int64_t first, std::int64_t last) {
        avx512::addScaled(residual.const_data_ptr<float>() + first * width, of + first * width, nullptr,
                          out.mutable_data_ptr<float>() + first * width, {last - first, width});
    });
    return out;
}

at::Tensor halfLayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps)
{
    const std::int64_t width = x.size(-1), rows = x.numel() / width;
    if (!haveAvx512() || !x.device().is_cpu() || x.scalar_type() != at::kFloat || !x.is_contiguous() ||
        weight.scalar_type() != at::kFloat || bias.scalar_type() != at::kFloat || !weight.is_contiguous() ||
        !bias.is_contiguous())
        return at::layer_norm(x, {width}, weight, bias, eps).to(at::kBFloat16);
    const at::Tensor out = at::empty(x.sizes(), at::kBFloat16), moments = at::empty({2, rows});
    auto* to = static_cast<std::uint16_t*>(out.mutable_data_ptr());
    auto* mean = moments.mutable_data_ptr<float>();
    at::parallel_for(0, rows, 16, [&](std::int64_t first, std::int64_t last) {
        avx512::normaliseRows(x.const_data_ptr<float>() + first * width, weight.const_data_ptr<float>(),
                              bias.const_data_ptr<float>(), static_cast<float>(eps), to + first * width, mean + first,
                              mean + rows + first, {last - first, width});
    });
    return out;
}

at::Tensor attention(const at::Tensor& qkv, std::int64_t heads, bool int8)
{
    const Heads h(qkv, heads);
    const bool trains = at::GradMode::is_enabled() && qkv.requires_grad();
    if (canAttendShort(qkv, h.width / heads, h.tokens))
        return shortAttention(qkv.reshape({h.images * h.tokens, 3 * h.width}), heads,
                              Sequences::uniform(h.images, h.tokens))
            .view({h.images, h.tokens, h.width});
    if (trains && qkv.device().is_cpu() && haveAvx512() &&
        (qkv.scalar_type() == at::kBFloat16 || qkv.scalar_type() == at::kFloat))
        return trainedAttention(qkv, heads);
    if (!trains && qkv.scalar_type() == at::kBFloat16 && qkv.device().is_cpu() && h.width == heads * amx::headDim &&
        haveAmx()) {
        const at::Tensor input = qkv.contiguous(), out = at::empty({h.images, h.tokens, h.width}, qkv.options());
        attentionTiles(static_cast<const std::uint16_t*>(input.const_data_ptr()),
                       static_cast<std::uint16_t*>(out.mutable_data_ptr()), h);
        return out;
    }
    const bool fast = haveAvx512() && h.width == heads * avx512::headDim && qkv.scalar_type() == at::kFloat &&
                      qkv.device().is_cpu() && !trains;
    if (!fast) {
        const auto parts = qkv.view({h.images, h.tokens, 3, heads, h.width / heads}).permute({2, 0, 3, 1, 4}).unbind(0);
        return at::scaled_dot_product_attention(parts[0], parts[1], parts[2])
            .transpose(1, 2)
            .reshape({h.images, h.tokens, h.width});
    }
    const at::Tensor input = qkv.contiguous();
    at::Tensor out = at::empty({h.images, h.tokens, h.width}, at::kFloat);
    (int8 ? attentionInt8 : attentionFloat)(input.const_data_ptr<float>(), out.mutable_data_ptr<float>(), h);
    return out;
}

} // namespace mama::kernels
