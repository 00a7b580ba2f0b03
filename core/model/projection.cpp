#include "core/model/projection.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

namespace mama {

EmbeddingProjection::EmbeddingProjection(const Parameters& parameters, const std::string& prefix, double eps)
{
    const auto linear = [&](const std::string& name) {
        return Linear::from(parameters, prefix + name, nlohmann::json::object());
    };
    if (parameters.has(prefix + ".head.0.weight")) {
        m_head.emplace(parameters, prefix + ".head.", eps);
        m_headOutputs = parameters.get(prefix + ".head.3.weight").size(0);
    } else if (parameters.has(prefix + ".0.weight")) {
        m_first = linear(".0");
        m_second = linear(".2");
    } else if (parameters.has(prefix + ".matrix")) {
        m_first.emplace(parameters.get(prefix + ".matrix"), at::Tensor(), true);
    } else if (parameters.has(prefix + ".weight")) {
        m_first = linear("");
    }
}

at::Tensor EmbeddingProjection::operator()(const at::Tensor& x) const
{
    if (m_head) {
        std::vector<std::int64_t> shape = x.sizes().vec();
        shape.back() = m_headOutputs;
        return (*m_head)(x.reshape({-1, x.size(-1)}).to(at::kFloat)).view(shape);
    }
    if (m_second)
        return (*m_second)(at::gelu((*m_first)(x)));
    return m_first ? (*m_first)(x) : x;
}

std::int64_t EmbeddingProjection::outputs() const
{
    return m_head ? m_headOutputs : m_second ? m_second->outputs() : m_first ? m_first->outputs() : 0;
}

} // namespace mama
