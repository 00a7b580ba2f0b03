#include "core/model/kernels/trained_attention.h"

#include "core/model/kernels/attention_rows_avx512.h"
#include "core/model/kernels/trained_tiles.h"
#include "core/model/kernels/training_rows_avx512.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <array>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <cmath>
#include <torch/csrc/autograd/custom_function.h>

namespace mama {
namespace {

constexpr std::int64_t tileRows = 256; // fewer, longer products repay the second-level cache that their scores outgrow

// Of the thread that runs a tile: neither gradients nor automatic types.
struct PlainThread
{
    c10::NoGradGuard noGradients;
    c10::impl::ExcludeDispatchKeyGuard noAutocast{c10::autocast_dispatch_keyset};
};

struct Sizes
{
    Sizes(const at::Tensor& qkv, std::int64_t count)
        : images(qkv.size(0)), tokens(qkv.size(1)), heads(count), dim(qkv.size(2) / 3 / count),
          scale(1 / std::sqrt(static_cast<double>(dim)))
    {}
    std::int64_t images, tokens, heads, dim;
    double scale;
};

// [N, T, parts * heads * D] -> [parts, N * heads, T, D]
at::Tensor byHead(const at::Tensor& x, const Sizes& s, std::int64_t parts)
{
    return x.reshape({s.images, s.tokens, parts, s.heads, s.dim})
        .permute({2, 0, 3, 1, 4})
        .contiguous()
        .view({parts, s.images * s.heads, s.tokens, s.dim});
}

// Of part `part` of [N, T, parts * heads * D]: the rows of a head, [T, D], in place.
at::Tensor rowsOf(const at::Tensor& x, const Sizes& s, std::int64_t part, std::int64_t pair)
{
    return x[pair / s.heads].narrow(1, (part * s.heads + pair % s.heads) * s.dim, s.dim);
}

// What a thread computes in, made once; [rows, columns].
class Buffers
{
public:
    explicit Buffers(at::ScalarType type) : m_type(type) {}
    at::Tensor get(std::size_t which, std::int64_t rows, std::int64_t columns)
    {
        return get(which, rows, columns, m_type);
    }
    at::Tensor get(std::size_t which, std::int64_t rows, std::int64_t columns, at::ScalarType type)
    {
        at::Tensor& kept = m_kept.at(which);
        if (!kept.defined() || kept.numel() < rows * columns)
            kept = at::empty({rows * columns}, type);
        return kept.narrow(0, 0, rows * columns).view({rows, columns});
    }

private:
    at::ScalarType m_type;
    std::array<at::Tensor, 6> m_kept;
};

// work(head, buffers of the thread)
template <class Work>
void forEachHead(const Sizes& s, at::ScalarType type, const Work& work)
{
    at::parallel_for(0, s.images * s.heads, 1, [&](std::int64_t first, std::int64_t last) {
        const PlainThread plain;
        Buffers buffers(type);
        for (std::int64_t pair = first; pair < last; ++pair)
            work(pair, buffers);
    });
}

// work(first query, queries)
template <class Work>
void forTiles(const Sizes& s, const Work& work)
{
    for (std::int64_t row = 0; row < s.tokens; row += tileRows)
        work(row, std::min(tileRows, s.tokens - row));
}

void exponentiate(const at::Tensor& scores, float* logSums, float* inverses)
{
    if (scores.scalar_type() == at::kFloat)
        avx512::exponentiate(scores.mutable_data_ptr<float>(), scores.size(0), scores.size(1), logSums, inverses);
    else
        avx512::exponentiate(reinterpret_cast<std::uint16_t*>(scores.mutable_data_ptr<at::BFloat16>()), scores.size(0),
                             scores.size(1), logSums, inverses);
}

void softmaxGradient(const at::Tensor& scores, const at::Tensor& flow, const float* logSums, const float* delta)
{
    if (scores.scalar_type() == at::kFloat)
        avx512::softmaxGradient(scores.mutable_data_ptr<float>(), flow.mutable_data_ptr<float>(), scores.size(0),
                                scores.size(1), logSums, delta);
    else
        avx512::softmaxGradient(reinterpret_cast<std::uint16_t*>(scores.mutable_data_ptr<at::BFloat16>()),
                                reinterpret_cast<std::uint16_t*>(flow.mutable_data_ptr<at::BFloat16>()), scores.size(0),
                                scores.size(1), logSums, delta);
}

class TrainedAttention : public torch::autograd::Function<TrainedAttention>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& qkv, std::int64_t heads)
    {
        const Sizes s(qkv, heads);
        const at::Tensor parts = byHead(qkv.detach(), s, 3), queries = parts[0].mul_(s.scale), keys = parts[1],
                         values = parts[2];
        const at::Tensor result = at::empty({s.images, s.tokens, s.heads * s.dim}, parts.options()),
                         logSums = at::empty({s.images * heads, s.tokens}, at::kFloat);
        forEachHead(s, parts.scalar_type(), [&](std::int64_t pair, Buffers& buffers) {
            const at::Tensor rows = rowsOf(result, s, 0, pair), keysAcross = keys[pair].t();
            forTiles(s, [&](std::int64_t row, std::int64_t count) {
                at::Tensor scores = buffers.get(0, count, s.tokens), mixed = buffers.get(1, count, s.dim),
                           own = rows.narrow(0, row, count);
                const at::Tensor inverses = buffers.get(2, count, 1, at::kFloat);
                at::mm_out(scores, queries[pair].narrow(0, row, count), keysAcross);
                exponentiate(scores, logSums.mutable_data_ptr<float>() + pair * s.tokens + row,
                             inverses.mutable_data_ptr<float>());
                at::mm_out(mixed, scores, values[pair]);
                at::mul_out(own, mixed, inverses);
            });
        });
        context->save_for_backward({qkv, result, logSums});
        context->saved_data["heads"] = heads;
        return result;
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const at::Tensor qkv = saved[0].detach(), result = saved[1].detach(), logSums = saved[2],
                         made = at::empty_like(qkv, at::MemoryFormat::Contiguous);
        const Sizes s(qkv, context->saved_data["heads"].toInt());
        const at::Tensor parts = byHead(qkv, s, 3), queries = parts[0].mul_(s.scale), keys = parts[1],
                         values = parts[2];
        const at::Tensor flow = byHead(gradients[0], s, 1)[0];
        const at::Tensor delta = (gradients[0].to(at::kFloat) * result)
                                     .reshape({s.images, s.tokens, s.heads, s.dim})
                                     .sum(3)
                                     .transpose(1, 2)
                                     .contiguous(); // [N, heads, T]
        forEachHead(s, parts.scalar_type(), [&](std::int64_t pair, Buffers& buffers) {
            const at::Tensor ofQueries = rowsOf(made, s, 0, pair),
                             ofKeys = buffers.get(0, s.tokens, s.dim, at::kFloat).zero_(),
                             ofValues = buffers.get(1, s.tokens, s.dim, at::kFloat).zero_();
            forTiles(s, [&](std::int64_t row, std::int64_t count) {
                const std::int64_t place = pair * s.tokens + row;
                const at::Tensor query = queries[pair].narrow(0, row, count), own = flow[pair].narrow(0, row, count);
                at::Tensor weights = buffers.get(2, count, s.tokens), ofScores = buffers.get(3, count, s.tokens),
                           ofQuery = buffers.get(4, count, s.dim), rows = ofQueries.narrow(0, row, count);
                at::mm_out(weights, query, keys[pair].t());
                at::mm_out(ofScores, own, values[pair].t());
                softmaxGradient(weights, ofScores, logSums.const_data_ptr<float>() + place,
                                delta.const_data_ptr<float>() + place);
                at::mm_out(ofQuery, ofScores, keys[pair]);
                at::mul_out(rows, ofQuery, at::scalar_tensor(s.scale, ofQuery.options()));
                addProduct(ofKeys, ofScores, query, buffers);
                addProduct(ofValues, weights, own, buffers);
            });
            rowsOf(made, s, 1, pair).copy_(ofKeys);
            rowsOf(made, s, 2, pair).copy_(ofValues);
        });
        return {made, at::Tensor()};
    }

private:
    // sum (float32) += a^T b
    static void addProduct(at::Tensor sum, const at::Tensor& a, const at::Tensor& b, Buffers& buffers)
    {
        if (a.scalar_type() == at::kFloat) {
            sum.addmm_(a.t(), b);
            return;
        }
        at::Tensor product = buffers.get(5, a.size(1), b.size(1));
        at::mm_out(product, a.t(), b);
        avx512::addColumns(reinterpret_cast<const std::uint16_t*>(product.const_data_ptr<at::BFloat16>()),
                           {1, sum.numel()}, sum.mutable_data_ptr<float>());
    }
};

} // namespace

at::Tensor trainedAttention(const at::Tensor& qkv, std::int64_t heads)
{
    return takesTiles(qkv, heads) ? trainedTiles(qkv, heads) : TrainedAttention::apply(qkv, heads);
}

} // namespace mama
