#pragma once
#include <ATen/core/Tensor.h>
#include <cstddef>

// What libmama_cuda.so offers; found by name after dlopen. Both sides are built from this one header.
extern "C" {
__attribute__((visibility("default"))) int mama_cuda_device_count();
// The GPU's name, cut to size - 1 characters.
__attribute__((visibility("default"))) void mama_cuda_device_name(int index, char* text, std::size_t size);
// patches [P, D], sentences [S, D], contiguous float32 on one GPU -> maps [S, P], best [S].
__attribute__((visibility("default"))) void mama_cuda_cosine_maps(const at::Tensor& patches, const at::Tensor& sentences, at::Tensor& maps, at::Tensor& best);
}
