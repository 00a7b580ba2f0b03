#include "core/model/kernels/trained_tiles.h"

#include "core/base/processor.h"
#include "core/model/kernels/attention_amx.h"
#include "core/model/kernels/kernels.h"
#include "core/model/kernels/trained_attention_amx.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <torch/csrc/autograd/custom_function.h>

namespace mama {
namespace {

std::uint16_t* bitsOf(const at::Tensor& tensor)
{
    return reinterpret_cast<std::uint16_t*>(tensor.mutable_data_ptr<at::BFloat16>());
}

// Where the heads of [N, T, parts * heads * 64] lie.
struct Heads
{
    Heads(const at::Tensor& qkv, std::int64_t heads)
        : pairs(qkv.size(0) * heads), tokens(qkv.size(1)), count(heads), width(heads * amx::headDim)
    {}
    // Of an image's head, in rows of `parts` heads' widths.
    std::int64_t at(std::int64_t pair, std::int64_t parts) const
    {
        return pair / count * tokens * parts * width + pair % count * amx::headDim;
    }
    std::int64_t pairs, tokens, count, width;
};

// A tensor's memory is on a cache line.
at::Tensor memory(std::int64_t bytes) { return at::empty({bytes}, at::kByte); }

class TiledAttention : public torch::autograd::Function<TiledAttention>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& qkv, std::int64_t heads)
    {
        const Heads h(qkv, heads);
        const at::Tensor input = qkv.detach().contiguous(),
                         result = at::empty({qkv.size(0), h.tokens, h.width}, input.options()),
                         logSums = at::empty({h.pairs, h.tokens}, at::kFloat);
        at::parallel_for(0, h.pairs, 1, [&](std::int64_t first, std::int64_t last) {
            const at::Tensor packed = memory(8 * amx::packedPairs(h.tokens)),
                             scratch = memory(4 * amx::scratchFloats(h.tokens));
            auto* keys = static_cast<std::uint32_t*>(packed.mutable_data_ptr());
            std::uint32_t* values = keys + amx::packedPairs(h.tokens);
            for (std::int64_t pair = first; pair < last; ++pair) {
                const std::uint16_t* own = bitsOf(input) + h.at(pair, 3);
                amx::packHead(own + h.width, own + 2 * h.width, 3 * h.width, h.tokens, keys, values);
                for (std::int64_t row = 0; row < h.tokens; row += amx::blockRows)
                    amx::attend({own, 3 * h.width, bitsOf(result) + h.at(pair, 1), h.width, h.tokens, row,
                                 std::min(amx::blockRows, h.tokens - row),
                                 static_cast<float*>(scratch.mutable_data_ptr()),
                                 logSums.mutable_data_ptr<float>() + pair * h.tokens},
                                keys, values);
            }
        });
        context->save_for_backward({qkv, result, logSums});
        context->saved_data["heads"] = heads;
        return result;
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const at::Tensor qkv = saved[0].detach().contiguous(), result = saved[1].detach(), logSums = saved[2],
                         flow = gradients[0].to(at::kBFloat16).contiguous(), made = at::empty_like(qkv);
        const Heads h(qkv, context->saved_data["heads"].toInt());
        at::parallel_for(0, h.pairs, 1, [&](std::int64_t first, std::int64_t last) {
            const at::Tensor scratch = memory(amx::gradientScratchBytes(h.tokens));
            for (std::int64_t pair = first; pair < last; ++pair) {
                const std::uint16_t* own = bitsOf(qkv) + h.at(pair, 3);
                const std::int64_t narrow = h.at(pair, 1), stride = 3 * h.width;
                std::uint16_t* to = bitsOf(made) + h.at(pair, 3);
                amx::attentionGradient({{own, stride},
                                        {own + h.width, stride},
                                        {own + 2 * h.width, stride},
                                        {bitsOf(result) + narrow, h.width},
                                        {bitsOf(flow) + narrow, h.width},
                                        logSums.const_data_ptr<float>() + pair * h.tokens,
                                        h.tokens,
                                        to,
                                        to + h.width,
                                        to + 2 * h.width,
                                        stride},
                                       static_cast<std::byte*>(scratch.mutable_data_ptr()));
            }
        });
        return {made, at::Tensor()};
    }
};

} // namespace

bool takesTiles(const at::Tensor& qkv, std::int64_t heads)
{
    return qkv.scalar_type() == at::kBFloat16 && qkv.device().is_cpu() && qkv.size(2) == 3 * heads * amx::headDim &&
           kernels::haveAmx() && processor().avx512Bf16;
}

at::Tensor trainedTiles(const at::Tensor& qkv, std::int64_t heads) { return TiledAttention::apply(qkv, heads); }

} // namespace mama
