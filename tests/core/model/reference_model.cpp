#include "tests/core/model/reference_model.h"

#include <ATen/ATen.h>

namespace mama::test {

at::Tensor tensorOf(const NpyArray& array)
{
    if (array.type.front() == 'f')
        return at::tensor(array.asFloat(), at::kFloat).view(array.shape);
    return at::tensor(array.asInt64(), at::kLong).view(array.shape);
}

std::vector<float> valuesOf(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.to(at::kFloat).contiguous();
    const auto* data = flat.const_data_ptr<float>();
    return {data, data + flat.numel()};
}

ReferenceModel::ReferenceModel(const ImportOptions& options) : imported(*importWeights(options)), parameters(parametersOf(imported)) {}

} // namespace mama::test
