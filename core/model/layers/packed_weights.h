#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <map>
#include <utility>

namespace mama {

// Weights of training in oneDNN's layout, kept while the weights stand: a frozen one through the whole run, a trained
// one for the views and the direction of its step. Of one thread.
class PackedWeights : public torch::CustomClassHolder
{
public:
    // weight [out, in] as `type`, for products with the weight, or with its transpose, [in, out].
    at::Tensor straight(const at::Tensor& weight, at::ScalarType type) { return of(weight, type, false); }
    at::Tensor transposed(const at::Tensor& weight, at::ScalarType type) { return of(weight, type, true); }
    void forgetTrained(); // after every change to what trains
    void forgetAll() { m_kept.clear(); }
    std::int64_t bytes() const;

private:
    struct Kept
    {
        at::Tensor weight; // keeps the memory that the key names
        std::int64_t version;
        at::Tensor straight, transposed;
    };
    at::Tensor of(const at::Tensor& weight, at::ScalarType type, bool transposed);

    std::map<std::pair<const void*, std::int64_t>, Kept> m_kept; // by place and distance between rows
};

} // namespace mama
