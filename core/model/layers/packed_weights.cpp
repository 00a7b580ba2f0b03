#include "core/model/layers/packed_weights.h"

#include "core/model/layers/trained_linear.h"

#include <ATen/ATen.h>

namespace mama {

at::Tensor PackedWeights::of(const at::Tensor& weight, at::ScalarType type, bool transposed)
{
    Kept& kept = m_kept[{weight.const_data_ptr(), weight.stride(0)}];
    if (!kept.weight.defined() || kept.version != weight._version())
        kept = {weight, weight._version(), {}, {}};
    at::Tensor& made = transposed ? kept.transposed : kept.straight;
    if (!made.defined() || made.scalar_type() != type) {
        const at::Tensor plain = weight.detach();
        made = oneDnnWeight((transposed ? plain.t() : plain).to(type));
    }
    return made;
}

void PackedWeights::forgetTrained()
{
    std::erase_if(m_kept, [](const auto& each) { return each.second.weight.requires_grad(); });
}

std::int64_t PackedWeights::bytes() const
{
    std::int64_t sum = 0;
    for (const auto& [place, kept] : m_kept)
        for (const at::Tensor* tensor : {&kept.straight, &kept.transposed})
            if (tensor->defined())
                sum += tensor->numel() * tensor->element_size();
    return sum;
}

} // namespace mama
