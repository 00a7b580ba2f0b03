#include "core/model/trained_attention.h"

#include "core/model/attention_rows_avx512.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <cmath>
#include <torch/csrc/autograd/custom_function.h>

namespace mama {
namespace {

constexpr std::int64_t tileRows = 128; // their scores with 1,374 keys stay in the second-level cache

// Of the thread that runs a tile: neither gradients nor automatic types.
struct PlainThread
{
    c10::NoGradGuard noGradients;
    c10::impl::ExcludeDispatchKeyGuard noAutocast{c10::autocast_dispatch_keyset};
};

struct Sizes
{
    Sizes(const at::Tensor& qkv, std::int64_t count) : images(qkv.size(0)), tokens(qkv.size(1)), heads(count), dim(qkv.size(2) / 3 / count), scale(1 / std::sqrt(static_cast<double>(dim))) {}
    std::int64_t images, tokens, heads, dim;
    double scale;
};

// [N, T, parts * heads * D] -> [parts, N * heads, T, D]
at::Tensor byHead(const at::Tensor& x, const Sizes& s, std::int64_t parts)
{
    return x.reshape({s.images, s.tokens, parts, s.heads, s.dim}).permute({2, 0, 3, 1, 4}).contiguous().view({parts, s.images * s.heads, s.tokens, s.dim});
}

at::Tensor byToken(const at::Tensor& x, const Sizes& s)
{
    const std::int64_t parts = x.size(0);
    return x.view({parts, s.images, s.heads, s.tokens, s.dim}).permute({1, 3, 0, 2, 4}).reshape({s.images, s.tokens, parts * s.heads * s.dim});
}

template <class Work>
void forEachHead(const Sizes& s, const Work& work)
{
    at::parallel_for(0, s.images * s.heads, 1, [&](std::int64_t first, std::int64_t last) {
        const PlainThread plain;
        for (std::int64_t pair = first; pair < last; ++pair)
            for (std::int64_t row = 0; row < s.tokens; row += tileRows)
                work(pair, row, std::min(tileRows, s.tokens - row));
    });
}

void exponentiate(const at::Tensor& scores, float* logSums, float* inverses)
{
    if (scores.scalar_type() == at::kFloat)
        avx512::exponentiate(scores.mutable_data_ptr<float>(), scores.size(0), scores.size(1), logSums, inverses);
    else
        avx512::exponentiate(reinterpret_cast<std::uint16_t*>(scores.mutable_data_ptr<at::BFloat16>()), scores.size(0), scores.size(1), logSums, inverses);
}

void softmaxGradient(const at::Tensor& scores, const at::Tensor& flow, const float* logSums, const float* delta)
{
    if (scores.scalar_type() == at::kFloat)
        avx512::softmaxGradient(scores.mutable_data_ptr<float>(), flow.mutable_data_ptr<float>(), scores.size(0), scores.size(1), logSums, delta);
    else
        avx512::softmaxGradient(reinterpret_cast<std::uint16_t*>(scores.mutable_data_ptr<at::BFloat16>()), reinterpret_cast<std::uint16_t*>(flow.mutable_data_ptr<at::BFloat16>()), scores.size(0),
                                scores.size(1), logSums, delta);
}

class TrainedAttention : public torch::autograd::Function<TrainedAttention>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& qkv, std::int64_t heads)
    {
        const Sizes s(qkv, heads);
        const at::Tensor parts = byHead(qkv.detach(), s, 3), queries = parts[0].mul_(s.scale), keys = parts[1], values = parts[2];
        const at::Tensor mixed = at::empty({1, s.images * heads, s.tokens, s.dim}, parts.options()), logSums = at::empty({s.images * heads, s.tokens}, at::kFloat);
        forEachHead(s, [&](std::int64_t pair, std::int64_t row, std::int64_t count) {
            const at::Tensor scores = at::mm(queries[pair].narrow(0, row, count), keys[pair].t()), inverses = at::empty({count, 1}, at::kFloat);
            exponentiate(scores, logSums.mutable_data_ptr<float>() + pair * s.tokens + row, inverses.mutable_data_ptr<float>());
            mixed[0][pair].narrow(0, row, count).copy_(at::mm(scores, values[pair]) * inverses);
        });
        const at::Tensor result = byToken(mixed, s);
        context->save_for_backward({qkv, result, logSums});
        context->saved_data["heads"] = heads;
        return result;
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context, torch::autograd::tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const at::Tensor qkv = saved[0].detach(), result = saved[1].detach(), logSums = saved[2];
        const Sizes s(qkv, context->saved_data["heads"].toInt());
        const at::Tensor parts = byHead(qkv, s, 3), queries = parts[0].mul_(s.scale), keys = parts[1], values = parts[2];
        const at::Tensor flow = byHead(gradients[0], s, 1)[0];
        const at::Tensor delta = (gradients[0].to(at::kFloat) * result).reshape({s.images, s.tokens, s.heads, s.dim}).sum(3).transpose(1, 2).contiguous(); // [N, heads, T]
        const at::Tensor sums = at::zeros({3, s.images * s.heads, s.tokens, s.dim}, at::kFloat);
        forEachHead(s, [&](std::int64_t pair, std::int64_t row, std::int64_t count) {
            const std::int64_t place = pair * s.tokens + row;
            const at::Tensor query = queries[pair].narrow(0, row, count), own = flow[pair].narrow(0, row, count);
            const at::Tensor weights = at::mm(query, keys[pair].t()), ofScores = at::mm(own, values[pair].t());
            softmaxGradient(weights, ofScores, logSums.const_data_ptr<float>() + place, delta.const_data_ptr<float>() + place);
            sums[0][pair].narrow(0, row, count).copy_(at::mm(ofScores, keys[pair]));
            addProduct(sums[1][pair], ofScores, query);
            addProduct(sums[2][pair], weights, own);
        });
        sums[0].mul_(s.scale);
        return {byToken(sums.to(qkv.scalar_type()), s), at::Tensor()};
    }

private:
    // sum (float32) += a^T b
    static void addProduct(at::Tensor sum, const at::Tensor& a, const at::Tensor& b)
    {
        if (a.scalar_type() == at::kFloat)
            sum.addmm_(a.t(), b);
        else
            sum.add_(at::mm(a.t(), b));
    }
};

} // namespace

at::Tensor trainedAttention(const at::Tensor& qkv, std::int64_t heads) { return TrainedAttention::apply(qkv, heads); }

} // namespace mama
