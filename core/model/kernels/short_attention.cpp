#include "core/model/kernels/short_attention.h"

#include "core/model/kernels/kernels.h"
#include "core/model/kernels/short_attention_avx512.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <torch/csrc/autograd/custom_function.h>

namespace mama {
namespace {

template <class T>
constexpr bool isFloat = std::is_same_v<T, float>;

// The numbers as the loops take them: bfloat16 as its bits.
template <class T>
auto* dataOf(const at::Tensor& tensor)
{
    if constexpr (isFloat<T>)
        return tensor.mutable_data_ptr<float>();
    else
        return reinterpret_cast<std::uint16_t*>(tensor.mutable_data_ptr<at::BFloat16>());
}

// Queries, keys and values [R, width] with the same distance between rows.
struct Projections
{
    std::array<at::Tensor, 3> parts;
    static Projections stacked(const at::Tensor& qkv)
    {
        const std::int64_t width = qkv.size(1) / 3;
        return {{qkv.narrow(1, 0, width), qkv.narrow(1, width, width), qkv.narrow(1, 2 * width, width)}};
    }
    template <class T>
    avx512::HeadRows<T> rows(std::int64_t row, std::int64_t column) const
    {
        const std::int64_t stride = parts[0].stride(0), offset = row * stride + column;
        return {dataOf<std::remove_const_t<T>>(parts[0]) + offset, dataOf<std::remove_const_t<T>>(parts[1]) + offset,
                dataOf<std::remove_const_t<T>>(parts[2]) + offset, stride};
    }
};

// work(sizes, row of the sequence, column of the head, scratch) for every head of every sequence
template <class Work>
void forEachHead(const Sequences& sequences, std::int64_t heads, std::int64_t dim, const Work& work)
{
    const auto count = static_cast<std::int64_t>(sequences.keys.size());
    at::parallel_for(0, count * heads, 1, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> scratch;
        for (std::int64_t place = first; place < last; ++place) {
            const auto sequence = static_cast<std::size_t>(place / heads);
            const std::int64_t row = sequences.starts[sequence];
            const avx512::HeadSizes sizes{sequences.starts[sequence + 1] - row, sequences.keys[sequence], dim,
                                          1 / std::sqrt(static_cast<float>(dim))};
            const auto floats = static_cast<std::size_t>(avx512::headScratch(sizes));
            if (scratch.size() < floats)
                scratch.resize(floats);
            work(sizes, row, place % heads * dim, scratch.data());
        }
    });
}

template <class T>
void attendAs(const Projections& in, const at::Tensor& out, std::int64_t heads, const Sequences& sequences)
{
    T* const data = dataOf<T>(out);
    const std::int64_t width = out.size(1);
    forEachHead(sequences, heads, width / heads,
                [&](const avx512::HeadSizes& sizes, std::int64_t row, std::int64_t column, float* scratch) {
                    avx512::attendHead<T>(in.rows<const T>(row, column), data + row * width + column, width, sizes,
                                          scratch);
                });
}

template <class T>
void gradientAs(const Projections& in, const at::Tensor& flow, const Projections& gradients, std::int64_t heads,
                const Sequences& sequences)
{
    const T* const data = dataOf<T>(flow);
    const std::int64_t width = flow.size(1);
    forEachHead(sequences, heads, width / heads,
                [&](const avx512::HeadSizes& sizes, std::int64_t row, std::int64_t column, float* scratch) {
                    avx512::attendHeadGradient<T>(in.rows<const T>(row, column), data + row * width + column, width,
                                                  gradients.rows<T>(row, column), sizes, scratch);
                });
}

at::Tensor attend(const Projections& in, std::int64_t heads, const Sequences& sequences)
{
    const at::Tensor out = at::empty({in.parts[0].size(0), in.parts[0].size(1)}, in.parts[0].options());
    (out.scalar_type() == at::kFloat ? attendAs<float> : attendAs<std::uint16_t>)(in, out, heads, sequences);
    return out;
}

void gradient(const Projections& in, const at::Tensor& flow, const Projections& gradients, std::int64_t heads,
              const Sequences& sequences)
{
    const at::Tensor rows = flow.to(in.parts[0].scalar_type()).contiguous();
    (rows.scalar_type() == at::kFloat ? gradientAs<float> : gradientAs<std::uint16_t>)(in, rows, gradients, heads,
                                                                                       sequences);
}

void remember(torch::autograd::AutogradContext* context, std::int64_t heads, const Sequences& sequences)
{
    context->saved_data["heads"] = heads;
    context->saved_data["starts"] = sequences.starts;
    context->saved_data["keys"] = sequences.keys;
}

Sequences remembered(torch::autograd::AutogradContext* context)
{
    return {context->saved_data["starts"].toIntVector(), context->saved_data["keys"].toIntVector()};
}

class StackedAttention : public torch::autograd::Function<StackedAttention>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& qkv, std::int64_t heads,
                              const Sequences& sequences)
    {
        context->save_for_backward({qkv});
        remember(context, heads, sequences);
        return attend(Projections::stacked(qkv.detach()), heads, sequences);
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients)
    {
        const at::Tensor qkv = context->get_saved_variables()[0].detach(), made = at::empty_like(qkv);
        gradient(Projections::stacked(qkv), gradients[0], Projections::stacked(made),
                 context->saved_data["heads"].toInt(), remembered(context));
        return {made, {}, {}};
    }
};

class ApartAttention : public torch::autograd::Function<ApartAttention>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& queries,
                              const at::Tensor& keys, const at::Tensor& values, std::int64_t heads,
                              const Sequences& sequences)
    {
        context->save_for_backward({queries, keys, values});
        remember(context, heads, sequences);
        return attend({{queries.detach(), keys.detach(), values.detach()}}, heads, sequences);
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const Projections in{{saved[0].detach(), saved[1].detach(), saved[2].detach()}};
        const Projections made{{at::empty_like(in.parts[0]), at::empty_like(in.parts[1]), at::empty_like(in.parts[2])}};
        gradient(in, gradients[0], made, context->saved_data["heads"].toInt(), remembered(context));
        return {made.parts[0], made.parts[1], made.parts[2], {}, {}};
    }
};

std::vector<std::int64_t> lengthsOf(const at::Tensor& mask)
{
    const at::Tensor lengths = mask.sum(1).to(at::kCPU, at::kLong).contiguous();
    return {lengths.const_data_ptr<std::int64_t>(), lengths.const_data_ptr<std::int64_t>() + lengths.numel()};
}

std::vector<std::int64_t> multiples(std::int64_t count, std::int64_t length)
{
    std::vector<std::int64_t> starts;
    for (std::int64_t i = 0; i <= count; ++i)
        starts.push_back(i * length);
    return starts;
}

} // namespace

Sequences Sequences::uniform(std::int64_t count, std::int64_t length)
{
    return {multiples(count, length), std::vector<std::int64_t>(static_cast<std::size_t>(count), length)};
}

Sequences Sequences::padded(const at::Tensor& mask) { return {multiples(mask.size(0), mask.size(1)), lengthsOf(mask)}; }

Sequences Sequences::packed(const at::Tensor& mask)
{
    Sequences made{{0}, lengthsOf(mask)};
    for (const std::int64_t length : made.keys)
        made.starts.push_back(made.starts.back() + length);
    return made;
}

at::Tensor shortAttention(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                          std::int64_t heads, const Sequences& sequences)
{
    // one type: an adapter beside a layer may have widened its result
    const at::ScalarType type =
        at::promote_types(at::promote_types(queries.scalar_type(), keys.scalar_type()), values.scalar_type());
    return ApartAttention::apply(queries.to(type).contiguous(), keys.to(type).contiguous(),
                                 values.to(type).contiguous(), heads, sequences);
}

at::Tensor shortAttention(const at::Tensor& qkv, std::int64_t heads, const Sequences& sequences)
{
    return StackedAttention::apply(qkv.contiguous(), heads, sequences);
}

bool canAttendShort(const at::Tensor& projections, std::int64_t dim, std::int64_t longest)
{
    const bool type = projections.scalar_type() == at::kFloat || projections.scalar_type() == at::kBFloat16;
    return at::GradMode::is_enabled() && projections.requires_grad() && projections.device().is_cpu() && type &&
           dim % 16 == 0 && dim <= avx512::widestHead && longest <= avx512::longestShort && kernels::haveAvx512();
}

} // namespace mama
