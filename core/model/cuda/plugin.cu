#include "core/model/cuda/plugin_interface.h"

#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <cstring>
#include <cuda_runtime_api.h>

namespace {

constexpr int side = 16; // one block computes 16 sentences x 16 patches
constexpr float lowest = -3.4e38F;

// Largest of floats through integers: the order of their bits is the order of the numbers, reversed below zero.
__device__ void atomicLargest(float* target, float value)
{
    if (value >= 0)
        atomicMax(reinterpret_cast<int*>(target), __float_as_int(value));
    else
        atomicMin(reinterpret_cast<unsigned*>(target), __float_as_uint(value));
}

__global__ void fill(float* values, int count, float value)
{
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < count)
        values[i] = value;
}

// Patch x sentence cosines and, in the same pass, the largest of each sentence's map.
__global__ void cosineMaps(const float* patches, const float* sentences, float* maps, float* best, int patchCount,
                           int sentenceCount, int dim)
{
    __shared__ float patchTile[side][side + 1];
    __shared__ float sentenceTile[side][side + 1];
    const int column = static_cast<int>(threadIdx.x), row = static_cast<int>(threadIdx.y);
    const int patch = static_cast<int>(blockIdx.x) * side + column,
              sentence = static_cast<int>(blockIdx.y) * side + row;
    float sum = 0;
    for (int start = 0; start < dim; start += side) {
        const int d = start + column;
        const int loaded = static_cast<int>(blockIdx.x) * side + row;
        patchTile[row][column] = loaded < patchCount && d < dim ? patches[static_cast<long long>(loaded) * dim + d] : 0;
        sentenceTile[row][column] =
            sentence < sentenceCount && d < dim ? sentences[static_cast<long long>(sentence) * dim + d] : 0;
        __syncthreads();
        for (int k = 0; k < side; ++k)
            sum += patchTile[column][k] * sentenceTile[row][k];
        __syncthreads();
    }
    const bool inside = patch < patchCount && sentence < sentenceCount;
    if (inside)
        maps[static_cast<long long>(sentence) * patchCount + patch] = sum;
    float largest = inside ? sum : lowest;
    for (int step = side / 2; step > 0; step /= 2) // over the 16 lanes that share a sentence
        largest = fmaxf(largest, __shfl_xor_sync(0xFFFFFFFFU, largest, step, side));
    if (column == 0 && sentence < sentenceCount)
        atomicLargest(best + sentence, largest);
}

} // namespace

int mama_cuda_device_count()
{
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

void mama_cuda_device_name(int index, char* text, std::size_t size)
{
    cudaDeviceProp properties{};
    if (size == 0)
        return;
    const bool known = cudaGetDeviceProperties(&properties, index) == cudaSuccess;
    std::strncpy(text, known ? properties.name : "unknown GPU", size - 1);
    text[size - 1] = '\0';
}

void mama_cuda_bus_id(int index, char* text, std::size_t size)
{
    if (size > 0 && cudaDeviceGetPCIBusId(text, static_cast<int>(size), index) != cudaSuccess)
        text[0] = '\0';
}

void mama_cuda_memory(int index, bool fromNow, MamaCudaMemory* memory)
{
    const auto gpu = static_cast<c10::DeviceIndex>(index);
    const c10::cuda::CUDAGuard device(gpu);
    *memory = {};
    C10_CUDA_CHECK(cudaMemGetInfo(&memory->free, &memory->total));
    const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(gpu);
    memory->held = static_cast<std::size_t>(stats.allocated_bytes[0].current);
    memory->peak = static_cast<std::size_t>(stats.allocated_bytes[0].peak);
    if (fromNow)
        c10::cuda::CUDACachingAllocator::resetPeakStats(gpu);
}

void mama_cuda_cosine_maps(const at::Tensor& patches, const at::Tensor& sentences, at::Tensor& maps, at::Tensor& best)
{
    const c10::cuda::CUDAGuard device(patches.device());
    const auto stream = at::cuda::getCurrentCUDAStream();
    const int patchCount = static_cast<int>(patches.size(0)), sentenceCount = static_cast<int>(sentences.size(0));
    if (sentenceCount == 0)
        return;
    fill<<<(sentenceCount + 255) / 256, 256, 0, stream>>>(best.mutable_data_ptr<float>(), sentenceCount, lowest);
    const dim3 blocks(static_cast<unsigned>((patchCount + side - 1) / side),
                      static_cast<unsigned>((sentenceCount + side - 1) / side));
    cosineMaps<<<blocks, dim3(side, side), 0, stream>>>(
        patches.const_data_ptr<float>(), sentences.const_data_ptr<float>(), maps.mutable_data_ptr<float>(),
        best.mutable_data_ptr<float>(), patchCount, sentenceCount, static_cast<int>(patches.size(1)));
    C10_CUDA_KERNEL_LAUNCH_CHECK();
}
