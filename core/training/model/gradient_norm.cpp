#include "core/training/model/gradient_norm.h"

#include "core/model/layers/training_parts.h"
#include "core/training/loop/not_finite.h"
#include "core/weights/families/canonical_names.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {

namespace {

// Of the trained parts that are told apart; null: one of the rest.
const char* partOf(const std::string& name)
{
    return name.starts_with(names::imageEncoder) ? "image" : name.starts_with(names::textEncoder) ? "text" : nullptr;
}

} // namespace

std::map<std::string, double> GradientNorms::named() const
{
    std::map<std::string, double> figures{{"grad_norm", all}};
    for (const auto& [part, norm] : parts)
        figures["grad_norm/" + part] = norm;
    return figures;
}

GradientNorms gradientNorms(const NamedTensors& trained)
{
    const torch::NoGradGuard noGradients;
    std::vector<const std::string*> names;
    std::vector<double> lengths;
    std::vector<torch::Tensor> elsewhere;
    GradientNorms norms;
    for (const auto& [name, tensor] : trained) {
        if (const char* part = partOf(name))
            norms.parts.try_emplace(part, 0);
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
    for (std::size_t i = 0; i < names.size(); ++i) {
        const double own = lengths[i];
        if (!std::isfinite(own))
            throw NotFinite("gradient of " + *names[i], own);
        norms.all += own * own; // squares, up to the end
        if (const char* part = partOf(*names[i]))
            norms.parts.at(part) += own * own;
    }
    norms.all = std::sqrt(norms.all);
    for (auto& [part, norm] : norms.parts)
        norm = std::sqrt(norm);
    return norms;
}

} // namespace mama
