#pragma once
#include "core/model/projection.h"
#include "core/model/towers/image_pooling.h"
#include "core/model/towers/text_tower.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

namespace mama {

// SimCLR projection of the reference: Linear, BatchNorm, ReLU, Linear, BatchNorm; no biases.
class SimclrHead
{
public:
    SimclrHead(const Parameters& parameters, const std::string& prefix, double eps);
    at::Tensor operator()(const at::Tensor& x,
                          const ForwardMode& mode = {}) const; // [N, in] -> [N, embedding], not normalised

private:
    Parameters m_parts;
    double m_eps;
};

// The whole model as tensors in, tensors out (mama.md, section 3). What a model lacks is empty. Used by
// inference (after pack()) and by training (as built: float32, differentiable).
class Network
{
public:
    // description: model.json. Error(Model) names the field or tensor that is wrong.
    Network(const Parameters& parameters, const nlohmann::json& description);
    void pack(Precision precision);

    // [N, width], as model.json's image.pooling says.
    at::Tensor pooled(const at::Tensor& tokens) const;
    // [N, embedding], before L2; a linear probe's logits; an image tower alone: `pooled` itself.
    at::Tensor imageGlobal(const at::Tensor& pooled) const;
    // tokens [N, T, width] -> [N, P, embedding], L2-normalised.
    at::Tensor imageLocal(const at::Tensor& tokens, const ForwardMode& mode = {}) const;
    // Of a model without local heads: the cells of tokens [N, T, width] as if each alone had been pooled, projected,
    // [N, P, embedding], before L2.
    at::Tensor imageCells(const at::Tensor& tokens) const;
    at::Tensor textGlobal(const at::Tensor& pooled) const; // [M, embedding], before L2
    at::Tensor sentences(const at::Tensor& hidden,
                         const ForwardMode& mode = {}) const; // [S, width] -> [S, embedding], L2

    at::Tensor simclr(const at::Tensor& pooled, const ForwardMode& mode = {}) const; // [N, width] -> [N, D'], not L2
    bool hasImageLocal() const { return m_imageHeads.local.has_value(); }
    bool hasTextLocal() const { return m_textHeads.local.has_value(); }
    std::int64_t embedding() const; // columns of imageGlobal, or of textGlobal without an image tower
    std::int64_t textEmbedding() const;
    const at::Tensor& logitScale() const { return m_logitScale; } // one number, or undefined
    const at::Tensor& logitBias() const { return m_logitBias; }   // the same
    at::Device device() const { return m_device; }                // of its tensors, where inputs must be

    std::unique_ptr<ImageTower> image; // null: none
    std::unique_ptr<TextTower> text;

private:
    struct Heads // of one tower
    {
        EmbeddingProjection global;
        std::optional<LocalHead> local;
    };

    std::unique_ptr<ImagePooling> m_pooling;
    Heads m_imageHeads, m_textHeads;
    std::optional<SimclrHead> m_simclr;
    at::Tensor m_logitScale, m_logitBias;
    at::Device m_device = at::kCPU;
};

at::Tensor l2(const at::Tensor& x); // last axis to length 1

} // namespace mama
