#include "core/training/gradient_norm.h"

#include "core/base/error.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {

double gradientNorm(const NamedTensors& trained)
{
    const torch::NoGradGuard noGradients;
    std::vector<const std::string*> names;
    std::vector<torch::Tensor> each;
    for (const auto& [name, tensor] : trained)
        if (tensor.grad().defined()) {
            names.push_back(&name);
            each.push_back(torch::linalg_vector_norm(tensor.grad(), 2, std::nullopt, false, torch::kDouble));
        }
    if (each.empty())
        return 0;
    const torch::Tensor all = torch::stack(each).cpu(); // one wait for a GPU, not one a tensor
    double squares = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const double own = all.data_ptr<double>()[i];
        if (!std::isfinite(own))
            throw Error(ErrorCode::Data, "train", "gradient of " + *names[i], "is no number: lower the learning rate, or clip the gradients");
        squares += own * own;
    }
    return std::sqrt(squares);
}

} // namespace mama
