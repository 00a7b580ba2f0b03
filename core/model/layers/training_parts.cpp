#include "core/model/layers/training_parts.h"

#include "core/model/kernels/kernels.h"
#include "core/model/kernels/training_rows_avx512.h"
#include "core/model/layers/trained_linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <cmath>
#include <numeric>
#include <torch/csrc/autograd/custom_function.h>

namespace mama {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t chunks = 32; // of rows whose sums are added in this order, however many threads there are

bool isFast(const at::Tensor& x)
{
    return x.device().is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
           kernels::haveAvx512();
}

template <class T>
T* dataOf(const at::Tensor& tensor)
{
    if constexpr (std::is_same_v<T, float>)
        return tensor.mutable_data_ptr<float>();
    else
        return reinterpret_cast<T*>(tensor.mutable_data_ptr<at::BFloat16>());
}

// call.template operator()<T>() with the type of the tensor's numbers
template <class Call>
void withType(const at::Tensor& x, const Call& call)
{
    if (x.scalar_type() == at::kFloat)
        call.template operator()<float>();
    else
        call.template operator()<std::uint16_t>();
}

template <class Call>
void withTypes(const at::Tensor& x, const at::Tensor& y, const Call& call)
{
    if (x.scalar_type() == at::kFloat)
        call.template operator()<float, float>();
    else if (y.scalar_type() == at::kFloat)
        call.template operator()<std::uint16_t, float>();
    else
        call.template operator()<std::uint16_t, std::uint16_t>();
}

// work(first row, rows, chunk)
template <class Work>
void forChunks(std::int64_t rows, const Work& work)
{
    const std::int64_t each = (rows + chunks - 1) / chunks;
    at::parallel_for(0, chunks, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t chunk = first; chunk < last; ++chunk)
            if (chunk * each < rows)
                work(chunk * each, std::min(each, rows - chunk * each), chunk);
    });
}

template <class Work>
void forRows(avx512::RowsSize size, const Work& work)
{
    at::parallel_for(0, size.rows, std::max<std::int64_t>(1, 16384 / size.width),
                     [&](std::int64_t first, std::int64_t last) { work(first, last - first); });
}

// Sums of chunks, [parts, chunks, width].
struct ChunkSums
{
    ChunkSums(std::int64_t parts, std::int64_t width)
        : sums(at::zeros({parts, chunks, width}, at::kFloat)), m_width(width)
    {}
    float* at(std::int64_t part, std::int64_t chunk) const
    {
        return sums.mutable_data_ptr<float>() + (part * chunks + chunk) * m_width;
    }
    at::Tensor total(std::int64_t part) const { return sums[part].sum(0, false, at::kDouble); }
    at::Tensor sums;

private:
    std::int64_t m_width;
};

ChunkSums columnsOf(const at::Tensor& rows, avx512::RowsSize size)
{
    ChunkSums sums(1, size.width);
    withType(rows, [&]<class T>() {
        forChunks(size.rows, [&](std::int64_t row, std::int64_t count, std::int64_t chunk) {
            avx512::addColumns(dataOf<T>(rows) + row * size.width, {count, size.width}, sums.at(0, chunk));
        });
    });
    return sums;
}

class Gelu : public torch::autograd::Function<Gelu>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x)
    {
        context->save_for_backward({x});
        const at::Tensor y = at::empty_like(x);
        withType(x, [&]<class T>() {
            parallel(x.numel(), [&](std::int64_t first, std::int64_t count) {
                avx512::gelu(dataOf<T>(x) + first, dataOf<T>(y) + first, count);
            });
        });
        return y;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const at::Tensor x = context->get_saved_variables()[0].detach(),
                         flow = gradients[0].to(x.scalar_type()).contiguous(), result = at::empty_like(x);
        withType(x, [&]<class T>() {
            parallel(x.numel(), [&](std::int64_t first, std::int64_t count) {
                avx512::geluGradient(dataOf<T>(x) + first, dataOf<T>(flow) + first, dataOf<T>(result) + first, count);
            });
        });
        return {result};
    }

private:
    template <class Work>
    static void parallel(std::int64_t count, const Work& work)
    {
        at::parallel_for(0, count, 16384, [&](std::int64_t first, std::int64_t last) { work(first, last - first); });
    }
};

class ScaledSum : public torch::autograd::Function<ScaledSum>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& residual, const at::Tensor& y,
                              const std::optional<at::Tensor>& scale)
    {
        const avx512::RowsSize size{y.numel() / y.size(-1), y.size(-1)};
        const float* factor = scale ? scale->const_data_ptr<float>() : nullptr;
        const at::Tensor out = at::empty_like(residual);
        withType(y, [&]<class T>() {
            forRows(size, [&](std::int64_t row, std::int64_t rows) {
                const std::int64_t at = row * size.width;
                avx512::addScaled(dataOf<float>(residual) + at, dataOf<T>(y) + at, factor, dataOf<float>(out) + at,
                                  {rows, size.width});
            });
        });
        context->saved_data["type"] = y.scalar_type();
        context->saved_data["scaled"] = scale.has_value();
        if (scale)
            context->save_for_backward({y, *scale});
        return out;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const at::Tensor flow = gradients[0].to(at::kFloat).contiguous();
        if (!context->saved_data["scaled"].toBool())
            return {gradients[0], flow.to(context->saved_data["type"].toScalarType()), {}};
        const auto saved = context->get_saved_variables();
        const at::Tensor y = saved[0].detach(), scale = saved[1].detach(), ofY = at::empty_like(y);
        const avx512::RowsSize size{y.numel() / y.size(-1), y.size(-1)};
        const bool wanted = context->needs_input_grad(2);
        const ChunkSums sums(1, size.width);
        withType(y, [&]<class T>() {
            forChunks(size.rows, [&](std::int64_t row, std::int64_t rows, std::int64_t chunk) {
                const std::int64_t at = row * size.width;
                avx512::scaledGradient(dataOf<float>(flow) + at, dataOf<T>(y) + at, dataOf<float>(scale),
                                       dataOf<T>(ofY) + at, wanted ? sums.at(0, chunk) : nullptr, {rows, size.width});
            });
        });
        return {gradients[0], ofY, wanted ? sums.total(0).to(at::kFloat) : at::Tensor()};
    }
};

class LayerNorm : public torch::autograd::Function<LayerNorm>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const at::Tensor& bias, double eps)
    {
        const avx512::RowsSize size{x.numel() / x.size(-1), x.size(-1)};
        const at::Tensor y = at::empty_like(x, x.options().dtype(at::kBFloat16)),
                         mean = at::empty({size.rows}, at::kFloat), inverse = at::empty({size.rows}, at::kFloat);
        forRows(size, [&](std::int64_t row, std::int64_t rows) {
            const std::int64_t at = row * size.width;
            avx512::normaliseRows(dataOf<float>(x) + at, dataOf<float>(weight), dataOf<float>(bias),
                                  static_cast<float>(eps), dataOf<std::uint16_t>(y) + at, dataOf<float>(mean) + row,
                                  dataOf<float>(inverse) + row, {rows, size.width});
        });
        context->save_for_backward({x, weight, mean, inverse});
        return y;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const at::Tensor x = saved[0].detach(), weight = saved[1].detach(),
                         flow = gradients[0].to(at::kBFloat16).contiguous(), result = at::empty_like(x);
        const avx512::RowsSize size{x.numel() / x.size(-1), x.size(-1)};
        const ChunkSums sums(2, size.width);
        forChunks(size.rows, [&](std::int64_t row, std::int64_t rows, std::int64_t chunk) {
            const std::int64_t at = row * size.width;
            avx512::rowsGradient(dataOf<float>(x) + at, dataOf<std::uint16_t>(flow) + at, dataOf<float>(weight),
                                 dataOf<float>(saved[2]) + row, dataOf<float>(saved[3]) + row,
                                 dataOf<float>(result) + at, sums.at(0, chunk), sums.at(1, chunk), {rows, size.width});
        });
        const auto total = [&](std::size_t input, std::int64_t part) {
            return context->needs_input_grad(input) ? sums.total(part).to(at::kFloat) : at::Tensor();
        };
        return {result, total(1, 0), total(2, 1), {}};
    }
};

at::MemoryFormat formatOf(const at::Tensor& x)
{
    return x.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

class BatchNormOfColumns : public torch::autograd::Function<BatchNormOfColumns>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const std::optional<at::Tensor>& weight,
                              const std::optional<at::Tensor>& bias, const BatchNormTensors& tensors,
                              const ColumnNormSettings& settings)
    {
        const avx512::RowsSize size = sizeOf(x);
        const at::Tensor mean = columnsOf(x, size).total(0).div_(static_cast<double>(size.rows)),
                         narrow = mean.to(at::kFloat);
        const ChunkSums squares(1, size.width);
        withType(x, [&]<class T>() {
            forChunks(size.rows, [&](std::int64_t row, std::int64_t rows, std::int64_t chunk) {
                avx512::addSquares(dataOf<T>(x) + row * size.width, dataOf<float>(narrow), {rows, size.width},
                                   squares.at(0, chunk));
            });
        });
        const at::Tensor variance = squares.total(0).div_(static_cast<double>(size.rows));
        const double unbiased = static_cast<double>(size.rows) / static_cast<double>(size.rows - 1);
        at::Tensor(tensors.mean).mul_(1 - settings.momentum).add_(mean, settings.momentum);
        at::Tensor(tensors.variance).mul_(1 - settings.momentum).add_(variance, settings.momentum * unbiased);
        const at::Tensor inverse = at::rsqrt(variance + settings.eps),
                         factor = weight ? inverse * weight->detach() : inverse;
        const at::Tensor offset = bias ? bias->detach() - mean * factor : -mean * factor;
        const at::Tensor figures = at::stack({mean, inverse, factor, offset}).to(at::kFloat);
        const at::Tensor y = settings.relu ? at::empty_like(x) : at::empty_like(x, x.options().dtype(at::kFloat));
        withTypes(x, y, [&]<class T, class O>() {
            forRows(size, [&](std::int64_t row, std::int64_t rows) {
                avx512::normaliseColumns(dataOf<T>(x) + row * size.width, normOf(figures, settings.relu),
                                         dataOf<O>(y) + row * size.width, {rows, size.width});
            });
        });
        context->save_for_backward({x, figures});
        context->saved_data["relu"] = settings.relu;
        context->saved_data["affine"] = weight && bias;
        return y;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const at::Tensor x = saved[0].detach(), figures = saved[1], result = at::empty_like(x);
        const bool relu = context->saved_data["relu"].toBool();
        const at::Tensor flow = gradients[0].to(relu ? x.scalar_type() : at::kFloat).contiguous(formatOf(x));
        const avx512::RowsSize size = sizeOf(x);
        const avx512::ColumnNorm norm = normOf(figures, relu);
        const ChunkSums sums(2, size.width);
        at::Tensor means;
        withTypes(x, flow, [&]<class T, class O>() {
            const T* values = dataOf<T>(x);
            const O* flows = dataOf<O>(flow);
            forChunks(size.rows, [&](std::int64_t row, std::int64_t rows, std::int64_t chunk) {
                avx512::addNormGradients(values + row * size.width, flows + row * size.width, norm, sums.at(0, chunk),
                                         sums.at(1, chunk), {rows, size.width});
            });
            means = at::stack({sums.total(0), sums.total(1)}).div_(static_cast<double>(size.rows)).to(at::kFloat);
            const float* mean = dataOf<float>(means);
            forRows(size, [&](std::int64_t row, std::int64_t rows) {
                avx512::normGradient(values + row * size.width, flows + row * size.width, norm, mean, mean + size.width,
                                     dataOf<T>(result) + row * size.width, {rows, size.width});
            });
        });
        const bool affine = context->saved_data["affine"].toBool(); // what is absent has no number among the inputs
        const at::Tensor ofWeight =
            affine && context->needs_input_grad(1) ? sums.total(1).to(at::kFloat) : at::Tensor();
        const at::Tensor ofBias = affine && context->needs_input_grad(2) ? sums.total(0).to(at::kFloat) : at::Tensor();
        return {result, ofWeight, ofBias, {}, {}};
    }

private:
    static avx512::RowsSize sizeOf(const at::Tensor& x) { return {x.numel() / x.size(1), x.size(1)}; }

    static avx512::ColumnNorm normOf(const at::Tensor& figures, bool relu)
    {
        const float* data = figures.const_data_ptr<float>();
        const std::int64_t width = figures.size(1);
        return {data, data + width, data + 2 * width, data + 3 * width, relu};
    }
};

std::optional<at::Tensor> optional(const at::Tensor& tensor)
{
    return tensor.defined() ? std::optional(tensor) : std::nullopt;
}

} // namespace

at::Tensor columnSums(const at::Tensor& x)
{
    const std::int64_t width = x.size(-1);
    if (!isFast(x))
        return x.reshape({-1, width}).sum(0, false, at::kFloat);
    const at::Tensor rows = x.contiguous();
    return columnsOf(rows, {rows.numel() / width, width}).sums[0].sum(0);
}

bool takesGelu(const at::Tensor& x)
{
    return isFast(x) && x.scalar_type() == at::kBFloat16 && x.is_contiguous() && at::GradMode::is_enabled() &&
           x.requires_grad();
}

at::Tensor trainedGelu(const at::Tensor& x) { return Gelu::apply(x); }

bool takesScaledSum(const at::Tensor& residual, const at::Tensor& y)
{
    return isFast(y) && residual.scalar_type() == at::kFloat && residual.device().is_cpu() &&
           residual.is_contiguous() && y.is_contiguous() && residual.sizes() == y.sizes() &&
           at::GradMode::is_enabled() && y.requires_grad();
}

at::Tensor scaledSum(const at::Tensor& residual, const at::Tensor& y, const at::Tensor& scale)
{
    return ScaledSum::apply(residual, y, optional(scale));
}

bool takesLayerNorm(const at::Tensor& x, const at::Tensor& weight)
{
    return isFast(x) && mixedPrecision() && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
           x.is_contiguous() && at::GradMode::is_enabled() && x.requires_grad();
}

at::Tensor trainedLayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps)
{
    return LayerNorm::apply(x, weight, bias, eps);
}

double lengthOf(const at::Tensor& x)
{
    if (!isFast(x) || x.scalar_type() != at::kFloat || !x.is_contiguous())
        return at::linalg_vector_norm(x, 2, std::nullopt, false, at::kDouble).item<double>();
    const std::int64_t each = 16384, parts = (x.numel() + each - 1) / each;
    std::vector<double> sums(static_cast<std::size_t>(parts));
    at::parallel_for(0, parts, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t part = first; part < last; ++part)
            sums[static_cast<std::size_t>(part)] =
                avx512::sumOfSquares(x.const_data_ptr<float>() + part * each, std::min(each, x.numel() - part * each));
    });
    return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
}

bool takesBatchNorm(const at::Tensor& x)
{
    return isFast(x) && (x.dim() == 2 || x.dim() == 4) && x.is_contiguous(formatOf(x)) && x.numel() / x.size(1) > 1 &&
           at::GradMode::is_enabled() && x.requires_grad();
}

at::Tensor trainedBatchNorm(const at::Tensor& x, const BatchNormTensors& tensors, const ColumnNormSettings& settings)
{
    return BatchNormOfColumns::apply(x, optional(tensors.weight), optional(tensors.bias), tensors, settings);
}

} // namespace mama
