#include "core/model/towers/image_pooling.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/towers/text_parts.h"
#include "core/weights/families/canonical_names.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

// Over all tokens, before the last norm (mama.md, section 3).
class MeanPooling final : public ImagePooling
{
public:
    at::Tensor operator()(const ImageTower& /*tower*/, const at::Tensor& tokens) const override
    {
        return tokens.mean(1);
    }
};

// The first token, a transformer's class token, after the last norm.
class ClassPooling final : public ImagePooling
{
public:
    at::Tensor operator()(const ImageTower& tower, const at::Tensor& tokens) const override
    {
        return tower.norm(tokens.narrow(1, 0, 1)).squeeze(1);
    }
};

// SigLIP's head: a learned query attends to all normed tokens; then a residual MLP (models.md, section 6).
class AttentionPooling final : public ImagePooling
{
public:
    AttentionPooling(const Parameters& parameters, const nlohmann::json& image)
        : m_heads(image.at("heads")), m_eps(image.value("norm_eps", 1e-6)),
          m_activation(image.value("activation", std::string("gelu_new"))), m_probe(get(parameters, "probe")),
          m_normWeight(get(parameters, "layernorm.weight")), m_normBias(get(parameters, "layernorm.bias")),
          m_out(get(parameters, "attention.out_proj.weight"), get(parameters, "attention.out_proj.bias")),
          m_up(get(parameters, "mlp.fc1.weight"), get(parameters, "mlp.fc1.bias")),
          m_down(get(parameters, "mlp.fc2.weight"), get(parameters, "mlp.fc2.bias"))
    {
        const auto weights = get(parameters, "attention.in_proj_weight").chunk(3),
                   biases = get(parameters, "attention.in_proj_bias").chunk(3);
        m_query = Linear(weights.at(0), biases.at(0));
        m_key = Linear(weights.at(1), biases.at(1));
        m_value = Linear(weights.at(2), biases.at(2));
    }

    at::Tensor operator()(const ImageTower& tower, const at::Tensor& tokens) const override
    {
        const at::Tensor x = tower.norm(tokens).to(at::kFloat);
        const auto split = [&](const at::Tensor& part) { return text::splitHeads(part, m_heads); };
        const at::Tensor query = split(m_query(m_probe).expand({x.size(0), 1, x.size(2)}));
        const at::Tensor mixed = at::scaled_dot_product_attention(query, split(m_key(x)), split(m_value(x)));
        return finished(m_out(mixed.transpose(1, 2).reshape({x.size(0), x.size(2)})));
    }

    at::Tensor alone(const ImageTower& tower, const at::Tensor& cells) const override
    {
        return finished(m_out(m_value(tower.norm(cells).to(at::kFloat))));
    }

private:
    static at::Tensor get(const Parameters& parameters, const std::string& name)
    {
        return parameters.get(names::imageTower + "attn_pool." + name);
    }
    at::Tensor finished(const at::Tensor& x) const
    {
        const at::Tensor normed = at::layer_norm(x, {x.size(-1)}, m_normWeight, m_normBias, m_eps);
        return x + m_down(text::activate(m_up(normed), m_activation));
    }

    std::int64_t m_heads;
    double m_eps;
    std::string m_activation;
    at::Tensor m_probe, m_normWeight, m_normBias;
    Linear m_query, m_key, m_value, m_out, m_up, m_down;
};

} // namespace

std::unique_ptr<ImagePooling> ImagePooling::make(const Parameters& parameters, const nlohmann::json& image)
{
    const std::string name = image.value("pooling", std::string("mean-prenorm"));
    if (name == "mean-prenorm" || name == "mean-cells")
        return std::make_unique<MeanPooling>();
    if (name == "cls-norm")
        return std::make_unique<ClassPooling>();
    if (name == "attention")
        return std::make_unique<AttentionPooling>(parameters, image);
    throw Error(
        ErrorCode::Unsupported, {action::loadModel}, "image.pooling",
        {TextId("model.none_of_the_poolings", "\"%1\" is none of mean-prenorm, mean-cells, cls-norm, attention"),
         name});
}

} // namespace mama
