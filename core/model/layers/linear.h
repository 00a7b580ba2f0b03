#pragma once
#include "core/model/kernels/precision.h"
#include "core/model/layers/packed_weights.h"
#include "core/model/layers/parameters.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace mama {

class SharedBatchNorm;

// How a forward pass runs. Default: evaluation.
struct ForwardMode
{
    bool training = false; // dropout active; call outside InferenceMode for gradients
    double dropout = 0;    // of the language model's embeddings, attention and residuals
    double loraDropout = 0;
    const SharedBatchNorm* batchNorm = nullptr; // of training in several processes; null: each batch by itself
    c10::intrusive_ptr<PackedWeights> packed =
        nullptr; // kept between the passes of a step; null: packed anew every time
};

// y += scale * (x A^T) B^T beside a frozen weight (PEFT). a [r, in], b [out, r].
struct Lora
{
    at::Tensor a, b;
    double scale = 1; // alpha / r, or alpha / sqrt(r) with rslora
};

// A fully connected layer. Until pack() it computes with the parameters themselves (float32, differentiable,
// LoRA beside the weight); pack() merges LoRA and output scale into a copy in the layout and precision that is
// fastest for inference.
class Linear
{
public:
    Linear() = default;
    // weight [out, in], or [in, out] as GPT-2's Conv1D keeps it; bias [out] or undefined.
    Linear(at::Tensor weight, at::Tensor bias, bool inputFirst = false);
    // "<name>.weight", "<name>.bias" if there is one, "<name>.lora_A.weight" and "lora_B" if there are.
    // section: model.json's "image" or "text", whose "lora" gives the scale.
    static Linear from(const Parameters& parameters, const std::string& name, const nlohmann::json& section,
                       bool inputFirst = false);

    // LayerScale: y = gamma * (W x + b), gamma [out].
    void setOutputScale(at::Tensor gamma) { m_gamma = std::move(gamma); }
    void pack(Precision precision);
    bool packed() const { return m_packed.defined(); }
    std::int64_t outputs() const;
    std::int64_t inputs() const;
    // W (+ scale * B A), [out, in], times gamma.
    at::Tensor mergedWeight() const;

    // x [..., in] -> [..., out]; bfloat16 out when packed as bf16, else float32.
    at::Tensor operator()(const at::Tensor& x, const ForwardMode& mode = {}) const;
    at::Tensor gelu(const at::Tensor& x, const ForwardMode& mode = {}) const; // exact (erf)
    at::Tensor addTo(const at::Tensor& residual, const at::Tensor& x,
                     const ForwardMode& mode = {}) const; // residual + this(x)

private:
    enum class After { Nothing, Gelu };
    at::Tensor unscaled(const at::Tensor& x, const ForwardMode& mode) const;
    at::Tensor plain(const at::Tensor& x, const ForwardMode& mode) const;
    at::Tensor runPacked(const at::Tensor& x, After after) const;
    at::Tensor runInt8(const at::Tensor& x, After after, const at::Tensor& residual) const;

    at::Tensor m_weight, m_bias, m_gamma;
    bool m_inputFirst = false;
    std::optional<Lora> m_lora;
    Precision m_precision = Precision::Fp32;
    at::Tensor m_packed, m_packedBias; // fp32, bf16: oneDNN's blocked layout; int8: [out, in]
    at::Tensor m_weightScale;          // int8: [out]
};

} // namespace mama
