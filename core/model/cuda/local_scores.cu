// The local scores (core/training/local_scores.h) and their gradients. Cosines are made in tiles, reduced at once and
// made again in the backward pass: nothing of the size captions x images x patches x sentences is ever in memory. Sums
// have a fixed order, so that equal inputs give equal bits.
#include "core/model/cuda/plugin_interface.h"

#include <ATen/cuda/CUDAContext.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>
#include <vector>

namespace {

constexpr int tile = 64; // patches x sentences of a tile; 16 x 16 threads hold 4 x 4 each
constexpr int tileThreads = 256;
constexpr int depth = 16;        // of the width at a time
constexpr int stride = tile + 4; // of a tile's rows in shared memory: keeps 16-byte loads aligned
constexpr int columns = 128;     // threads of the kernels that sum rows, each with columns of its own
constexpr int perThread = 4;
constexpr int window = 32;                   // sentences of one caption that a block sums at a time
constexpr int splits = 8;                    // blocks that share the images of one caption
constexpr long long mostChoices = 2LL << 20; // chosen sentences kept at a time in the backward pass

struct Shape
{
    int images, patches, sentences, captions, width;
};

// The larger of two keys is the larger number; of equal numbers the one with the smaller index.
__device__ unsigned long long keyOf(float value, int index)
{
    const unsigned bits = __float_as_uint(value);
    const unsigned ordered = bits & 0x80000000U ? ~bits : bits | 0x80000000U;
    return static_cast<unsigned long long>(ordered) << 32 | (0xFFFFFFFFU - static_cast<unsigned>(index));
}
__device__ int indexOf(unsigned long long key) { return static_cast<int>(0xFFFFFFFFU - static_cast<unsigned>(key)); }
__device__ float valueOf(unsigned long long key)
{
    const auto ordered = static_cast<unsigned>(key >> 32);
    return __uint_as_float(ordered & 0x80000000U ? ordered & 0x7FFFFFFFU : ~ordered);
}

struct TileMemory
{
    float patches[depth][stride], sentences[depth][stride];
    float cosines[tile][tile + 1]; // [patch][sentence]
};

// Rows of a matrix, from `first` on, into shared memory with the width as the slow axis; zeros beyond its ends.
__device__ void loadTile(const float* matrix, int first, int rows, int from, int width, float (*to)[stride])
{
    const int row = static_cast<int>(threadIdx.x) / 4, part = static_cast<int>(threadIdx.x) % 4 * 4;
    const float* source = matrix + static_cast<long long>(first + row) * width;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const int d = from + part + i;
        to[part + i][row] = first + row < rows && d < width ? source[d] : 0;
    }
}

// Cosines of 64 patches and 64 sentences into memory.cosines.
__device__ void makeTile(TileMemory& memory, const float* patches, int firstPatch, const float* sentences,
                         int firstSentence, const Shape& shape)
{
    const int x = static_cast<int>(threadIdx.x) % 16 * 4, y = static_cast<int>(threadIdx.x) / 16 * 4;
    float sums[4][4] = {};
    for (int from = 0; from < shape.width; from += depth) {
        loadTile(patches, firstPatch, shape.patches, from, shape.width, memory.patches);
        loadTile(sentences, firstSentence, shape.sentences, from, shape.width, memory.sentences);
        __syncthreads();
#pragma unroll
        for (int d = 0; d < depth; ++d) {
            const float4 a = *reinterpret_cast<const float4*>(&memory.patches[d][y]),
                         b = *reinterpret_cast<const float4*>(&memory.sentences[d][x]);
            const float rows[4] = {a.x, a.y, a.z, a.w}, row[4] = {b.x, b.y, b.z, b.w};
#pragma unroll
            for (int i = 0; i < 4; ++i)
#pragma unroll
                for (int j = 0; j < 4; ++j)
                    sums[i][j] += rows[i] * row[j];
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
            memory.cosines[y + i][x + j] = sums[i][j];
    __syncthreads();
}

// The best of the tile's patches for each of its sentences.
__device__ void reduceSentences(const TileMemory& memory, unsigned long long* keys, int firstPatch, int firstSentence,
                                const Shape& shape)
{
    const int sentence = static_cast<int>(threadIdx.x) / 4, part = static_cast<int>(threadIdx.x) % 4;
    unsigned long long best = 0;
    for (int row = part; row < tile && firstPatch + row < shape.patches; row += 4)
        best = max(best, keyOf(memory.cosines[row][sentence], firstPatch + row));
    for (int step = 2; step > 0; step /= 2)
        best = max(best, __shfl_xor_sync(0xFFFFFFFFU, best, step));
    if (part == 0 && firstSentence + sentence < shape.sentences)
        atomicMax(keys + firstSentence + sentence, best);
}

// A block takes 64 patches of one image and goes through all sentences. Forward: keys [N, S] of each sentence's best
// patch, and sums [N, 2 * tiles, M] of each caption's best sentence over 32 patches. Backward: choices [images, M, P],
// the best sentence itself. Grid: tiles x images.
template <bool backward>
__global__ void scoreTiles(const float* patches, const float* sentences, const int* offsets, Shape shape,
                           int firstImage, unsigned long long* keys, float* sums, int* choices)
{
    __shared__ TileMemory memory;
    const int thread = static_cast<int>(threadIdx.x), firstPatch = static_cast<int>(blockIdx.x) * tile,
              image = firstImage + static_cast<int>(blockIdx.y);
    const bool inside = firstPatch + thread < shape.patches;
    const float* own = patches + static_cast<long long>(image) * shape.patches * shape.width;
    int caption = 0, end = offsets[1], chosen = 0; // of the first 64 threads, one patch each
    float best = -INFINITY;
    const auto finish = [&] {
        if (backward) {
            if (inside)
                choices[(static_cast<long long>(blockIdx.y) * shape.captions + caption) * shape.patches + firstPatch +
                        thread] = chosen;
        } else {
            float sum = inside ? best : 0;
            for (int step = 16; step > 0; step /= 2)
                sum += __shfl_xor_sync(0xFFFFFFFFU, sum, step);
            if (thread % 32 == 0)
                sums[(static_cast<long long>(image) * gridDim.x * 2 + blockIdx.x * 2 + thread / 32) * shape.captions +
                     caption] = sum;
        }
    };
    for (int first = 0; first < shape.sentences; first += tile) {
        makeTile(memory, own, firstPatch, sentences, first, shape);
        if (!backward)
            reduceSentences(memory, keys + static_cast<long long>(image) * shape.sentences, firstPatch, first, shape);
        if (thread < tile) {
            const int count = min(tile, shape.sentences - first);
            for (int i = 0; i < count; ++i) {
                if (first + i == end) {
                    finish();
                    ++caption;
                    end = offsets[caption + 1];
                    best = -INFINITY;
                    chosen = first + i;
                }
                const float value = memory.cosines[thread][i];
                if (value > best) {
                    best = value;
                    chosen = first + i;
                }
            }
        }
        __syncthreads();
    }
    if (thread < tile)
        finish();
}

// One thread an image and caption.
__global__ void finishScores(const unsigned long long* keys, const float* sums, const int* offsets, Shape shape,
                             int parts, int* winners, float* bestPatch, float* bestSentence)
{
    const int index = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x), image = index / shape.captions,
              caption = index % shape.captions;
    if (image >= shape.images)
        return;
    float best = 0, textual = 0;
    for (int sentence = offsets[caption]; sentence < offsets[caption + 1]; ++sentence) {
        const unsigned long long key = keys[static_cast<long long>(image) * shape.sentences + sentence];
        best += valueOf(key);
        winners[static_cast<long long>(image) * shape.sentences + sentence] = indexOf(key);
    }
    for (int part = 0; part < parts; ++part)
        textual += sums[(static_cast<long long>(image) * parts + part) * shape.captions + caption];
    const long long place = static_cast<long long>(caption) * shape.images + image;
    bestPatch[place] = best / static_cast<float>(offsets[caption + 1] - offsets[caption]);
    bestSentence[place] = textual / static_cast<float>(shape.patches);
}

struct Flow // what arrives at the scores, [M, N] each, and what the forward pass chose
{
    const float *ofBest, *ofTextual;
    const int *offsets, *captionOf, *winners, *choices;
};

__device__ float bestWeight(const Flow& flow, const Shape& shape, int sentence, int image)
{
    const int caption = flow.captionOf[sentence];
    return flow.ofBest[static_cast<long long>(caption) * shape.images + image] /
           static_cast<float>(flow.offsets[caption + 1] - flow.offsets[caption]);
}

// One block a patch: the sentence that it chose of each caption, and those of which it is the best patch. Grid: P x
// images.
__global__ void patchGradients(const float* sentences, Flow flow, Shape shape, int firstImage, float* gradient)
{
    __shared__ int rows[columns];
    __shared__ float weights[columns];
    __shared__ unsigned hits[columns / 32];
    const int thread = static_cast<int>(threadIdx.x), patch = static_cast<int>(blockIdx.x),
              image = firstImage + static_cast<int>(blockIdx.y);
    const int* choices = flow.choices + static_cast<long long>(blockIdx.y) * shape.captions * shape.patches + patch;
    const int* winners = flow.winners + static_cast<long long>(image) * shape.sentences;
    float* to = gradient + (static_cast<long long>(image) * shape.patches + patch) * shape.width;
    for (int from = 0; from < shape.width; from += columns * perThread) {
        float sums[perThread] = {};
        const auto add = [&](int sentence, float weight) {
            const float* row = sentences + static_cast<long long>(sentence) * shape.width;
#pragma unroll
            for (int i = 0; i < perThread; ++i)
                if (const int d = from + i * columns + thread; d < shape.width)
                    sums[i] += weight * row[d];
        };
        for (int first = 0; first < shape.captions; first += columns) {
            __syncthreads();
            if (const int caption = first + thread; caption < shape.captions) {
                rows[thread] = choices[static_cast<long long>(caption) * shape.patches];
                weights[thread] = flow.ofTextual[static_cast<long long>(caption) * shape.images + image] /
                                  static_cast<float>(shape.patches);
            }
            __syncthreads();
            const int count = min(columns, shape.captions - first);
            for (int i = 0; i < count; ++i)
                add(rows[i], weights[i]);
        }
        for (int first = 0; first < shape.sentences; first += columns) {
            const int sentence = first + thread;
            const unsigned hit = __ballot_sync(0xFFFFFFFFU, sentence < shape.sentences && winners[sentence] == patch);
            if (thread % 32 == 0)
                hits[thread / 32] = hit;
            __syncthreads();
            for (int word = 0; word < columns / 32; ++word)
                for (unsigned bits = hits[word]; bits; bits &= bits - 1) {
                    const int own = first + word * 32 + __ffs(static_cast<int>(bits)) - 1;
                    add(own, bestWeight(flow, shape, own, image));
                }
            __syncthreads();
        }
#pragma unroll
        for (int i = 0; i < perThread; ++i)
            if (const int d = from + i * columns + thread; d < shape.width)
                to[d] = sums[i];
    }
}

struct Window // sentences of one caption
{
    int caption, first, count;
};

// What the patches that chose a sentence give it: partial [splits, S, D]. Grid: windows x column blocks x splits.
__global__ void sumChosen(const float* patches, const Window* windows, Flow flow, Shape shape, int firstImage,
                          int images, float* partial)
{
    __shared__ float sums[window][columns]; // a thread reads and writes its own column only
    const Window own = windows[blockIdx.x];
    const int thread = static_cast<int>(threadIdx.x), d = static_cast<int>(blockIdx.y) * columns + thread;
    if (d >= shape.width)
        return;
    for (int i = 0; i < own.count; ++i)
        sums[i][thread] = 0;
    for (int image = static_cast<int>(blockIdx.z); image < images; image += static_cast<int>(gridDim.z)) {
        const int* choices =
            flow.choices + (static_cast<long long>(image) * shape.captions + own.caption) * shape.patches;
        const float* source = patches + static_cast<long long>(firstImage + image) * shape.patches * shape.width + d;
        const float weight = flow.ofTextual[static_cast<long long>(own.caption) * shape.images + firstImage + image] /
                             static_cast<float>(shape.patches);
        constexpr int ahead = 8; // loads in flight
        for (int first = 0; first < shape.patches; first += ahead) {
            int rows[ahead];
            float values[ahead];
#pragma unroll
            for (int i = 0; i < ahead; ++i) {
                const bool inside = first + i < shape.patches;
                rows[i] = inside ? choices[first + i] - own.first : -1;
                values[i] = inside ? source[static_cast<long long>(first + i) * shape.width] : 0;
            }
#pragma unroll
            for (int i = 0; i < ahead; ++i)
                if (rows[i] >= 0 && rows[i] < own.count)
                    sums[rows[i]][thread] += weight * values[i];
        }
    }
    for (int i = 0; i < own.count; ++i)
        partial[(static_cast<long long>(blockIdx.z) * shape.sentences + own.first + i) * shape.width + d] =
            sums[i][thread];
}

// One block a sentence: the partial sums, and once, from each image the patch that is its best.
__global__ void sentenceGradients(const float* patches, Flow flow, Shape shape, const float* partial, int parts,
                                  bool withBest, float* gradient)
{
    const int sentence = static_cast<int>(blockIdx.x);
    for (int d = static_cast<int>(threadIdx.x); d < shape.width; d += static_cast<int>(blockDim.x)) {
        float sum = 0;
        for (int part = 0; part < parts; ++part)
            sum += partial[(static_cast<long long>(part) * shape.sentences + sentence) * shape.width + d];
        if (withBest)
            for (int image = 0; image < shape.images; ++image) {
                const int patch = flow.winners[static_cast<long long>(image) * shape.sentences + sentence];
                sum += bestWeight(flow, shape, sentence, image) *
                       patches[(static_cast<long long>(image) * shape.patches + patch) * shape.width + d];
            }
        gradient[static_cast<long long>(sentence) * shape.width + d] += sum;
    }
}

Shape shapeOf(const at::Tensor& patches, const at::Tensor& sentences, const at::Tensor& offsets)
{
    return {static_cast<int>(patches.size(0)), static_cast<int>(patches.size(1)), static_cast<int>(sentences.size(0)),
            static_cast<int>(offsets.size(0)) - 1, static_cast<int>(patches.size(2))};
}

unsigned blocksOf(long long count, int each) { return static_cast<unsigned>((count + each - 1) / each); }

// Which caption each sentence belongs to, and each caption in windows.
std::pair<std::vector<int>, std::vector<Window>> layoutOf(const at::Tensor& offsets)
{
    std::vector<int> captionOf;
    std::vector<Window> windows;
    const int* starts = offsets.const_data_ptr<int>();
    for (int caption = 0; caption + 1 < static_cast<int>(offsets.size(0)); ++caption) {
        for (int first = starts[caption]; first < starts[caption + 1]; first += window)
            windows.push_back({caption, first, std::min(window, starts[caption + 1] - first)});
        captionOf.insert(captionOf.end(), static_cast<std::size_t>(starts[caption + 1] - starts[caption]), caption);
    }
    return {captionOf, windows};
}

at::Tensor onGpu(const void* values, std::size_t bytes, const at::Tensor& like)
{
    at::Tensor made = at::empty({static_cast<std::int64_t>(bytes)}, like.options().dtype(at::kByte));
    C10_CUDA_CHECK(cudaMemcpyAsync(made.mutable_data_ptr(), values, bytes, cudaMemcpyHostToDevice,
                                   at::cuda::getCurrentCUDAStream()));
    return made;
}

} // namespace

void mama_cuda_local_scores(const at::Tensor& patches, const at::Tensor& sentences, const at::Tensor& offsets,
                            at::Tensor& winners, at::Tensor& bestPatch, at::Tensor& bestSentence)
{
    const c10::cuda::CUDAGuard device(patches.device());
    const auto stream = at::cuda::getCurrentCUDAStream();
    const Shape shape = shapeOf(patches, sentences, offsets);
    const at::Tensor starts = offsets.to(patches.device());
    const unsigned tiles = blocksOf(shape.patches, tile);
    const at::Tensor keys = at::zeros({shape.images, shape.sentences}, patches.options().dtype(at::kLong));
    const at::Tensor sums =
        at::empty({shape.images, 2 * static_cast<std::int64_t>(tiles), shape.captions}, patches.options());
    auto* keyData = reinterpret_cast<unsigned long long*>(keys.mutable_data_ptr<std::int64_t>());
    scoreTiles<false><<<dim3(tiles, static_cast<unsigned>(shape.images)), tileThreads, 0, stream>>>(
        patches.const_data_ptr<float>(), sentences.const_data_ptr<float>(), starts.const_data_ptr<int>(), shape, 0,
        keyData, sums.mutable_data_ptr<float>(), nullptr);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    finishScores<<<blocksOf(static_cast<long long>(shape.images) * shape.captions, 128), 128, 0, stream>>>(
        keyData, sums.const_data_ptr<float>(), starts.const_data_ptr<int>(), shape, static_cast<int>(tiles) * 2,
        winners.mutable_data_ptr<int>(), bestPatch.mutable_data_ptr<float>(), bestSentence.mutable_data_ptr<float>());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
}

void mama_cuda_local_scores_backward(const at::Tensor& patches, const at::Tensor& sentences, const at::Tensor& offsets,
                                     const at::Tensor& winners, const at::Tensor& ofBestPatch,
                                     const at::Tensor& ofBestSentence, at::Tensor& patchGradient,
                                     at::Tensor& sentenceGradient)
{
    const c10::cuda::CUDAGuard device(patches.device());
    const auto stream = at::cuda::getCurrentCUDAStream();
    const Shape shape = shapeOf(patches, sentences, offsets);
    const auto [captionOf, windows] = layoutOf(offsets);
    const at::Tensor starts = offsets.to(patches.device()),
                     owners = onGpu(captionOf.data(), captionOf.size() * sizeof(int), patches),
                     parts = onGpu(windows.data(), windows.size() * sizeof(Window), patches);
    const int chunk = static_cast<int>(
        std::clamp<long long>(mostChoices / (static_cast<long long>(shape.captions) * shape.patches), 1, shape.images));
    const at::Tensor choices = at::empty({chunk, shape.captions, shape.patches}, patches.options().dtype(at::kInt));
    const int shared = std::min(chunk, splits);
    const at::Tensor partial = at::empty({shared, shape.sentences, shape.width}, patches.options());
    const Flow flow{ofBestPatch.const_data_ptr<float>(), ofBestSentence.const_data_ptr<float>(),
                    starts.const_data_ptr<int>(),        static_cast<const int*>(owners.const_data_ptr()),
                    winners.const_data_ptr<int>(),       choices.const_data_ptr<int>()};
    sentenceGradient.zero_();
    for (int first = 0; first < shape.images; first += chunk) {
        const int images = std::min(chunk, shape.images - first);
        scoreTiles<true>
            <<<dim3(blocksOf(shape.patches, tile), static_cast<unsigned>(images)), tileThreads, 0, stream>>>(
                patches.const_data_ptr<float>(), sentences.const_data_ptr<float>(), flow.offsets, shape, first, nullptr,
                nullptr, choices.mutable_data_ptr<int>());
        C10_CUDA_KERNEL_LAUNCH_CHECK();
        patchGradients<<<dim3(static_cast<unsigned>(shape.patches), static_cast<unsigned>(images)), columns, 0,
                         stream>>>(sentences.const_data_ptr<float>(), flow, shape, first,
                                   patchGradient.mutable_data_ptr<float>());
        C10_CUDA_KERNEL_LAUNCH_CHECK();
        const dim3 grid(static_cast<unsigned>(windows.size()), blocksOf(shape.width, columns),
                        static_cast<unsigned>(shared));
        sumChosen<<<grid, columns, 0, stream>>>(patches.const_data_ptr<float>(),
                                                static_cast<const Window*>(parts.const_data_ptr()), flow, shape, first,
                                                images, partial.mutable_data_ptr<float>());
        C10_CUDA_KERNEL_LAUNCH_CHECK();
        sentenceGradients<<<static_cast<unsigned>(shape.sentences), columns, 0, stream>>>(
            patches.const_data_ptr<float>(), flow, shape, partial.const_data_ptr<float>(), shared, first == 0,
            sentenceGradient.mutable_data_ptr<float>());
        C10_CUDA_KERNEL_LAUNCH_CHECK();
    }
}
