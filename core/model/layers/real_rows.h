#pragma once
#include <ATen/core/Tensor.h>

namespace mama {

// The real tokens of a padded batch, one after the other: layers that treat each token by itself then leave out the
// padding, which in captions of uneven length is most of a batch. With gradients.
class RealRows
{
public:
    // mask: bool [N, T], true = real token
    explicit RealRows(const at::Tensor& mask);

    at::Tensor of(const at::Tensor& padded) const;   // [N, T, W] -> [R, W], R real tokens
    at::Tensor padded(const at::Tensor& rows) const; // [R, W] -> [N, T, W], padding 0

private:
    std::int64_t m_batch, m_length;
    at::Tensor m_places; // int64 [R], rising, into N * T
};

} // namespace mama
