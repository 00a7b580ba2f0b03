#pragma once
#include "core/model/layers/convolution.h"

#include <optional>

namespace mama {

// EfficientNet's inverted bottleneck with squeeze-excite (MBConv), for inference: 1x1 expansion, a convolution of each
// channel, its gate, 1x1 projection. Packed it goes through the picture in bands of rows that stay in the caches: the
// widened picture is never whole in memory, means come with its second half, and the gate goes into the projection's
// weights.
class MobileBlock
{
public:
    struct Parts
    {
        std::optional<Convolution> expand;
        Convolution depthwise, project;
        at::Tensor reduceWeight, reduceBias, gateWeight, gateBias; // squeeze-excite, [out, in] and [out]
        bool skips = false;                                        // x is added
    };
    MobileBlock(Parts parts);

    void pack(Precision precision);
    std::int64_t stride() const { return m_parts.depthwise.stride(); }
    std::int64_t size(std::int64_t side) const { return m_parts.depthwise.size(side); } // of what comes out

    // x [N, in, H, W] -> [N, out, size(H), size(W)]; packed: of the packed type, channels-last.
    at::Tensor operator()(const at::Tensor& x) const;

private:
    struct Middle
    {
        at::Tensor y, means; // [1, wide, H, W] behind swish; [1, wide], float32
    };
    at::Tensor gate(const at::Tensor& means) const; // [N, wide], float32
    at::Tensor whole(const at::Tensor& x) const;    // one convolution after the other
    template <class T>
    Middle inBands(const at::Tensor& x) const; // x: one picture
    at::Tensor banded(const at::Tensor& x) const;

    Parts m_parts;
    bool m_banded = false;
    at::Tensor m_weights, m_bias; // of the middle convolution, as avx512::Depthwise has them
    at::Tensor m_projection;      // [out, wide], float32
};

} // namespace mama
