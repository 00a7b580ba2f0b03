#include "core/model/network.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/log.h"
#include "core/base/text_escape.h"
#include "core/weights/families/canonical_names.h"

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
        const auto headsOf = [&](const std::string& global, const std::string& local) {
            Heads made;
            if (parameters.has(global + ".weight"))
                made.global.emplace(Linear::from(parameters, global, nlohmann::json::object()));
            if (parameters.has(local + "0.weight"))
                made.local.emplace(parameters, local, eps);
            return made;
        };
        if (has(description, "image")) {
            image = ImageTower::make(parameters, description["image"]);
            m_pooling = ImagePooling::make(description["image"].value("pooling", std::string("mean-prenorm")));
            m_imageHeads = headsOf(names::imageGlobal, names::imageLocal);
        }
        if (has(description, "text")) {
            text = TextTower::make(parameters, description["text"]);
            m_textHeads = headsOf(names::textGlobal, names::textLocal);
        }
        if (parameters.has(names::simclr + "0.weight"))
            m_simclr.emplace(parameters, names::simclr, eps);
        if (!parameters.all().empty())
            m_device = parameters.all().begin()->second.device();
        m_logitScale = parameters.find(names::logitScale);
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::Model, {action::loadModel}, "model.json", textOf(error));
    } catch (const c10::Error& error) {
        log::warning("loading: " + oneLine(error.what_without_backtrace()));
        throw Error(ErrorCode::Model, {action::loadModel}, "weights",
                    {TextId("model.tensor_does_not_fit", "a tensor has not the shape or type that its layer needs")});
    }
}

void Network::pack(Precision precision)
{
    if (image)
        image->pack(precision);
    if (text)
        text->pack(precision);
    for (Heads* heads : {&m_imageHeads, &m_textHeads})
        if (heads->local)
            heads->local->pack(precision);
}

at::Tensor Network::pooled(const at::Tensor& tokens) const { return (*m_pooling)(*image, tokens); }

at::Tensor Network::imageGlobal(const at::Tensor& pooled) const
{
    return m_imageHeads.global ? (*m_imageHeads.global)(pooled) : pooled;
}

at::Tensor Network::imageLocal(const at::Tensor& tokens, const ForwardMode& mode) const
{
    const at::Tensor patches = image->patches(image->norm(tokens));
    const at::Tensor rows = (*m_imageHeads.local)(patches.reshape({-1, patches.size(2)}), mode).to(at::kFloat);
    return l2(rows).view({patches.size(0), patches.size(1), rows.size(1)});
}

at::Tensor Network::textGlobal(const at::Tensor& pooled) const
{
    return m_textHeads.global ? (*m_textHeads.global)(pooled) : pooled;
}

at::Tensor Network::sentences(const at::Tensor& hidden, const ForwardMode& mode) const
{
    return l2((*m_textHeads.local)(hidden, mode).to(at::kFloat));
}

at::Tensor Network::simclr(const at::Tensor& pooled, const ForwardMode& mode) const
{
    return (*m_simclr)(pooled, mode);
}

std::int64_t Network::embedding() const
{
    if (m_imageHeads.global)
        return m_imageHeads.global->outputs();
    return m_textHeads.global || !image ? textEmbedding() : image->width();
}

std::int64_t Network::textEmbedding() const
{
    return m_textHeads.global ? m_textHeads.global->outputs() : text->width();
}

} // namespace mama
