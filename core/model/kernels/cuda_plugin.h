#pragma once
#include "core/model/cuda/plugin_interface.h"

#include <string>

// GPU support is a plug-in (libmama_cuda.so beside the program, built with -DMAMA_CUDA=ON): it links LibTorch's
// CUDA library and holds our kernels. It is opened only when a driver is there; the plain build never loads it.
namespace mama::cuda {

// device: cpu, auto, cuda, cuda:N. -1 for the CPU, else the GPU's index. "auto" takes GPU 0 if driver and plug-in
// are there. Error(Unsupported) says why a GPU that was asked for cannot be used; Error(Usage) on another word.
int chooseDevice(const std::string& device);
at::Device deviceOf(int index); // the CPU below 0
std::string deviceName(int index);
std::string busId(int index); // as NVML knows it

using DeviceMemory = MamaCudaMemory;
DeviceMemory memoryOf(int index, bool fromNow = false);

// The kernels behind core/training/local_scores.h. patches [N, P, D] and sentences [S, D], contiguous float32 on one
// GPU; offsets int32 [M + 1] on the CPU: caption m has the sentences offsets[m] to offsets[m + 1], at least one.
struct LocalForward
{
    at::Tensor bestPatch, bestSentence; // [M, N]
    at::Tensor winners;                 // int32 [N, S] the best patch of each sentence, for the backward pass
};
LocalForward localScores(const at::Tensor& patches, const at::Tensor& sentences, const at::Tensor& offsets);
struct LocalBackward
{
    at::Tensor patches, sentences; // gradients
};
// ofBestPatch, ofBestSentence: gradients of the scores, float32 [M, N].
LocalBackward localScoresBackward(const at::Tensor& patches, const at::Tensor& sentences, const at::Tensor& offsets,
                                  const at::Tensor& winners, const at::Tensor& ofBestPatch,
                                  const at::Tensor& ofBestSentence);

} // namespace mama::cuda

namespace mama {

struct CosineMaps
{
    at::Tensor maps; // [S, P] cosines
    at::Tensor best; // [S] largest of each map
};
// patches [P, D] and sentences [S, D], L2-normalised float32, on one device: on a GPU one fused kernel of the
// plug-in, on the CPU its twin.
CosineMaps cosineMaps(const at::Tensor& patches, const at::Tensor& sentences);

} // namespace mama
