#include "core/training/model/gradient_norm.h"

#include "core/base/error.h"
#include "core/model/layers/training_parts.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {

double gradientNorm(const NamedTensors& trained)
{
    const torch::NoGradGuard noGradients;
    std::vector<const std::string*> names;
    std::vector<double> lengths;
    std::vector<torch::Tensor> elsewhere;
    for (const auto& [name, tensor] : trained) {
        if (!tensor.grad().defined())
            continue;
        names.push_back(&name);
        if (tensor.device().is_cpu())
            lengths.push_back(lengthOf(tensor.grad()));
        else
            elsewhere.push_back(torch::linalg_vector_norm(tensor.grad(), 2, std::nullopt, false, torch::kDouble));
    }
    if (!elsewhere.empty()) { // one wait for a GPU, not one a tensor
        const torch::Tensor all = torch::stack(elsewhere).cpu();
        lengths.assign(all.data_ptr<double>(), all.data_ptr<double>() + all.numel());
    }
    double squares = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const double own = lengths[i];
        if (!std::isfinite(own))
            throw Error(ErrorCode::Data, "train", "gradient of " + *names[i],
                        "is no number: lower the learning rate, or clip the gradients");
        squares += own * own;
    }
    return std::sqrt(squares);
}

} // namespace mama
