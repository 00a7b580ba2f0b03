#include "core/model/network.h"

#include "core/base/error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace mama {
namespace {

at::Tensor matrixOf(const at::Tensor& weight) { return weight.dim() == 3 ? weight.squeeze(2) : weight; }

// "not there" is an empty or null section.
bool has(const nlohmann::json& description, const char* section)
{
    return description.contains(section) && description[section].is_object();
}

} // namespace

at::Tensor l2(const at::Tensor& x) { return x / x.norm(2, -1, true).clamp_min(1e-12); }

LocalHead::LocalHead(const Parameters& parameters, const std::string& prefix, double eps)
    : m_firstBias(parameters.get(prefix + "0.bias")), m_secondBias(parameters.get(prefix + "3.bias")),
      m_first(matrixOf(parameters.get(prefix + "0.weight")), m_firstBias),
      m_second(matrixOf(parameters.get(prefix + "3.weight")), m_secondBias),
      m_firstNorm{parameters.get(prefix + "1.weight"), parameters.get(prefix + "1.bias"),
                  parameters.get(prefix + "1.running_mean"), parameters.get(prefix + "1.running_var")},
      m_secondNorm{{}, {}, parameters.get(prefix + "4.running_mean"), parameters.get(prefix + "4.running_var")},
      m_eps(eps)
{}

Linear LocalHead::folded(const Linear& layer, const at::Tensor& bias, const BatchNormTensors& norm) const
{
    const at::Tensor scale =
        at::rsqrt(norm.variance + m_eps) * (norm.weight.defined() ? norm.weight : at::ones_like(norm.variance));
    const at::Tensor shift = (bias - norm.mean) * scale;
    return Linear(layer.mergedWeight() * scale.unsqueeze(1), norm.bias.defined() ? shift + norm.bias : shift);
}

void LocalHead::pack(Precision precision)
{
    const c10::NoGradGuard noGradients;
    m_first = folded(m_first, m_firstBias, m_firstNorm);
    m_second = folded(m_second, m_secondBias, m_secondNorm);
    m_first.pack(precision);
    m_second.pack(precision);
    m_packed = true;
}

at::Tensor LocalHead::operator()(const at::Tensor& x, const ForwardMode& mode) const
{
    if (m_packed)
        return m_second(at::relu(m_first(x)));
    return batchNorm(m_second(batchNormRelu(m_first(x, mode), m_firstNorm, m_eps, mode), mode), m_secondNorm, m_eps,
                     mode);
}

SimclrHead::SimclrHead(const Parameters& parameters, const std::string& prefix, double eps) : m_eps(eps)
{
    for (const char* name : {"0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var", "3.weight",
                             "4.weight", "4.bias", "4.running_mean", "4.running_var"})
        m_parts.set(name, parameters.get(prefix + name));
}

at::Tensor SimclrHead::operator()(const at::Tensor& x, const ForwardMode& mode) const
{
    const auto norm = [&](const std::string& i) {
        return BatchNormTensors{m_parts.get(i + ".weight"), m_parts.get(i + ".bias"), m_parts.get(i + ".running_mean"),
                                m_parts.get(i + ".running_var")};
    };
    const at::Tensor middle = batchNormRelu(at::linear(x, m_parts.get("0.weight")), norm("1"), m_eps, mode);
    return batchNorm(at::linear(middle, m_parts.get("3.weight")), norm("4"), m_eps, mode);
}

Network::Network(const Parameters& parameters, const nlohmann::json& description)
{
    try {
        const nlohmann::json heads = has(description, "heads") ? description["heads"] : nlohmann::json::object();
        const double eps = heads.value("batchnorm_eps", 1e-5);
        const auto towerHeads = [&](const std::string& side, std::optional<Linear>& global,
                                    std::optional<LocalHead>& local) {
            if (parameters.has(side + ".global_embed.weight"))
                global.emplace(Linear::from(parameters, side + ".global_embed", nlohmann::json::object()));
            if (parameters.has(side + ".local_embed.head.0.weight"))
                local.emplace(parameters, side + ".local_embed.head.", eps);
        };
        if (has(description, "image")) {
            image.emplace(parameters, description["image"]);
            towerHeads("img_encoder_q", imageHead, imageLocalHead);
            m_meanPrenorm =
                imageHead || description["image"].value("pooling", std::string("mean-prenorm")) == "mean-prenorm";
        }
        if (has(description, "text")) {
            text = TextTower::make(parameters, description["text"]);
            towerHeads("text_encoder_q", textHead, textLocalHead);
        }
        if (parameters.has("simclr_proj.layers.0.weight"))
            simclr.emplace(parameters, "simclr_proj.layers.", eps);
        if (!parameters.all().empty())
            m_device = parameters.all().begin()->second.device();
        logitScale = parameters.find("logit_scale");
        localScale = parameters.find("local_scale");
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::Model, "load model", "model.json", error.what());
    } catch (const c10::Error& error) {
        throw Error(ErrorCode::Model, "load model", "weights", error.what_without_backtrace());
    }
}

void Network::pack(Precision precision)
{
    if (image)
        image->pack(precision);
    if (text)
        text->pack(precision);
    for (std::optional<LocalHead>* head : {&imageLocalHead, &textLocalHead})
        if (*head)
            (*head)->pack(precision);
}

at::Tensor Network::pooled(const at::Tensor& tokens) const
{
    return m_meanPrenorm ? tokens.mean(1) : image->norm(tokens.narrow(1, 0, 1)).squeeze(1);
}

at::Tensor Network::imageGlobal(const at::Tensor& pooled) const { return imageHead ? (*imageHead)(pooled) : pooled; }

at::Tensor Network::imageLocal(const at::Tensor& tokens, const ForwardMode& mode) const
{
    const at::Tensor patches = image->patches(image->norm(tokens));
    const at::Tensor rows = (*imageLocalHead)(patches.reshape({-1, patches.size(2)}), mode).to(at::kFloat);
    return l2(rows).view({patches.size(0), patches.size(1), rows.size(1)});
}

at::Tensor Network::textGlobal(const at::Tensor& pooled) const { return textHead ? (*textHead)(pooled) : pooled; }

at::Tensor Network::sentences(const at::Tensor& hidden, const ForwardMode& mode) const
{
    return l2((*textLocalHead)(hidden, mode).to(at::kFloat));
}

} // namespace mama
