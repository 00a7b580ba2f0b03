#pragma once
#include "core/model/local_head.h"

#include <optional>
#include <string>

namespace mama {

// From a tower's feature to the common embedding: one linear layer, with or without bias, kept [out, in] or
// (".matrix") [in, out]; two with an exact GELU between; two with BatchNorm as of a LocalHead; or nothing at all.
class EmbeddingProjection
{
public:
    EmbeddingProjection() = default;
    // What lies under "<prefix>." (weights::describeProjection).
    EmbeddingProjection(const Parameters& parameters, const std::string& prefix, double eps);

    at::Tensor operator()(const at::Tensor& x) const; // [..., in] -> [..., out], not normalised
    std::int64_t outputs() const;                     // 0: nothing at all, as many as come in

private:
    std::optional<Linear> m_first, m_second;
    std::optional<LocalHead> m_head;
    std::int64_t m_headOutputs = 0;
};

} // namespace mama
