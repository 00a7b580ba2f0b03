#pragma once
#include <ATen/core/dispatch/Dispatcher.h>
#include <optional>

// Operators on oneDNN that LibTorch registers for its own compiler (aten/src/ATen/native/mkldnn), with an activation or
// a sum behind the product.
namespace mama::one_dnn {

using Scalars = c10::List<std::optional<at::Scalar>>;

template <class Signature>
auto find(const char* name, const char* overload = "")
{
    return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

} // namespace mama::one_dnn
