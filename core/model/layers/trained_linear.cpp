#include "core/model/layers/trained_linear.h"

#include "core/model/layers/training_parts.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace mama {
namespace {

constexpr std::int64_t fewRows = 64;

// Operators that LibTorch registers for its own compiler (aten/src/ATen/native/mkldnn/Linear.cpp).
using Scalars = c10::List<std::optional<at::Scalar>>;
using Reorder = at::Tensor(const at::Tensor&, std::optional<std::int64_t>);
using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, std::string_view,
                             Scalars, std::optional<std::string_view>);

at::Tensor product(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias)
{
    static const auto call =
        c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "").typed<Pointwise>();
    return call.call(x.contiguous(), packed, bias.defined() ? std::optional(bias) : std::nullopt, "none", Scalars(),
                     std::nullopt);
}

class TrainedLinear : public torch::autograd::Function<TrainedLinear>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const std::optional<at::Tensor>& bias, const c10::intrusive_ptr<PackedWeights>& packed,
                              at::ScalarType type)
    {
        const at::Tensor factor = x.detach().to(type);
        context->save_for_backward({factor, weight}); // in mixed precision the smaller copy
        context->saved_data["bias"] = bias.has_value();
        context->saved_data["type of x"] = x.scalar_type();
        context->saved_data["packed"] = c10::IValue::make_capsule(packed);
        return product(factor, packed->straight(weight, type), bias ? bias->detach().to(type) : at::Tensor());
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const at::Tensor x = saved[0].detach(), weight = saved[1];
        const at::Tensor rows = gradients[0].reshape({-1, weight.size(0)}).contiguous();
        at::Tensor ofX, ofWeight, ofBias;
        if (context->needs_input_grad(0)) {
            const auto packed =
                c10::static_intrusive_pointer_cast<PackedWeights>(context->saved_data["packed"].toCapsule());
            ofX = product(rows, packed->transposed(weight, rows.scalar_type()), {})
                      .view(x.sizes())
                      .to(context->saved_data["type of x"].toScalarType());
        }
        if (context->needs_input_grad(1))
            ofWeight = at::mm(rows.t(), x.reshape({-1, weight.size(1)})).to(weight.scalar_type());
        if (context->saved_data["bias"].toBool() && context->needs_input_grad(2))
            ofBias = columnSums(rows).to(weight.scalar_type());
        return {ofX, ofWeight, ofBias, {}, {}};
    }
};

} // namespace

bool mixedPrecision()
{
    return at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
}

at::Tensor oneDnnWeight(const at::Tensor& weight)
{
    static const auto call =
        c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_reorder_linear_weight", "").typed<Reorder>();
    return call.call(weight.contiguous(), std::nullopt);
}

bool canTrainLinear(const at::Tensor& x, const at::Tensor& weight)
{
    if (!at::GradMode::is_enabled() || !(x.requires_grad() || weight.requires_grad()) || !x.device().is_cpu() ||
        !weight.device().is_cpu() || weight.scalar_type() != at::kFloat || x.numel() / x.size(-1) < fewRows)
        return false;
    if (x.scalar_type() == at::kFloat && !at::autocast::is_autocast_enabled(at::kCPU))
        return true;
    return mixedPrecision() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

at::Tensor trainedLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                         const c10::intrusive_ptr<PackedWeights>& packed)
{
    return TrainedLinear::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt,
                                packed ? packed : c10::make_intrusive<PackedWeights>(),
                                mixedPrecision() ? at::kBFloat16 : at::kFloat);
}

} // namespace mama
