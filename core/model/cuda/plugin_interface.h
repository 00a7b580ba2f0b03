#pragma once
#include <ATen/core/Tensor.h>
#include <cstddef>

// What libmama_cuda.so offers; found by name after dlopen. Both sides are built from this one header.
extern "C" {
__attribute__((visibility("default"))) int mama_cuda_device_count();
// The GPU's name, cut to size - 1 characters.
__attribute__((visibility("default"))) void mama_cuda_device_name(int index, char* text, std::size_t size);
// Its place on the bus as NVML knows it ("0000:3B:00.0").
__attribute__((visibility("default"))) void mama_cuda_bus_id(int index, char* text, std::size_t size);
// Bytes on the GPU: free, in all, held by this process's tensors now, and the most that they held since the last call
// with `fromNow`.
struct MamaCudaMemory
{
    std::size_t free, total, held, peak;
};
__attribute__((visibility("default"))) void mama_cuda_memory(int index, bool fromNow, MamaCudaMemory* memory);
// patches [P, D], sentences [S, D], contiguous float32 on one GPU -> maps [S, P], best [S].
__attribute__((visibility("default"))) void
mama_cuda_cosine_maps(const at::Tensor& patches, const at::Tensor& sentences, at::Tensor& maps, at::Tensor& best);
// The local scores of core/training/local_scores.h. patches [N, P, D], sentences [S, D], contiguous float32 on one GPU;
// offsets int32 [M + 1] on the CPU, caption m has the sentences offsets[m] to offsets[m + 1], at least one.
// -> winners int32 [N, S], the best patch of each sentence; bestPatch, bestSentence [M, N].
__attribute__((visibility("default"))) void mama_cuda_local_scores(const at::Tensor& patches,
                                                                   const at::Tensor& sentences,
                                                                   const at::Tensor& offsets, at::Tensor& winners,
                                                                   at::Tensor& bestPatch, at::Tensor& bestSentence);
// From the gradients of both scores [M, N], contiguous float32, those of patches and sentences, which are overwritten.
__attribute__((visibility("default"))) void
mama_cuda_local_scores_backward(const at::Tensor& patches, const at::Tensor& sentences, const at::Tensor& offsets,
                                const at::Tensor& winners, const at::Tensor& ofBestPatch,
                                const at::Tensor& ofBestSentence, at::Tensor& patchGradient,
                                at::Tensor& sentenceGradient);
}
