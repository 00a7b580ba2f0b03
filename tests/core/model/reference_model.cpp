#include "tests/core/model/reference_model.h"

#include "core/model/kernels/cuda_plugin.h"

#include <ATen/ATen.h>

namespace mama::test {

at::Device place() { return cuda::deviceOf(cuda::chooseDevice(device())); }

at::Tensor tensorOf(const NpyArray& array)
{
    if (array.type.front() == 'f')
        return at::tensor(array.asFloat(), at::kFloat).view(array.shape).to(place());
    return at::tensor(array.asInt64(), at::kLong).view(array.shape).to(place());
}

std::vector<float> valuesOf(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.to(at::kCPU, at::kFloat).contiguous();
    const auto* data = flat.const_data_ptr<float>();
    return {data, data + flat.numel()};
}

ReferenceModel::ReferenceModel(const ImportOptions& options)
    : imported(*importWeights(options)), parameters(moved(parametersOf(imported), place()))
{}

} // namespace mama::test
