#pragma once
#include "core/model/network.h"
#include "core/weights/import_weights.h"
#include "tests/support/test_data.h"

#include <ATen/core/Tensor.h>

namespace mama::test {

at::Device place();                                    // of test::device()
at::Tensor tensorOf(const NpyArray& array);            // float32, or int64 for integers; there
std::vector<float> valuesOf(const at::Tensor& tensor); // C order

struct ReferenceModel
{
    explicit ReferenceModel(const ImportOptions& options);
    Network network() const { return Network(parameters, imported.description); }

    ImportedModel imported;
    Parameters parameters;
};

} // namespace mama::test
