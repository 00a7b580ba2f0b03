#pragma once
#include "core/model/parameters.h"

#include <string>

// GPU support is a plug-in (libmama_cuda.so beside the program, built with -DMAMA_CUDA=ON): it links LibTorch's
// CUDA library and holds our kernels. It is opened only when a driver is there; the plain build never loads it.
namespace mama::cuda {

// device: cpu, auto, cuda, cuda:N. -1 for the CPU, else the GPU's index. "auto" takes GPU 0 if driver and plug-in
// are there. Error(Unsupported) says why a GPU that was asked for cannot be used; Error(Usage) on another word.
int chooseDevice(const std::string& device);
std::string deviceName(int index);
Parameters moved(const Parameters& parameters, int index);

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
