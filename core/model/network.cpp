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

// "not there" is an empty or null section.
bool has(const nlohmann::json& description, const char* section)
{
    return description.contains(section) && description[section].is_object();
}

} // namespace

at::Tensor l2(const at::Tensor& x) { return x / x.norm(2, -1, true).clamp_min(1e-12); }

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
            made.global = EmbeddingProjection(parameters, global, eps);
            if (parameters.has(local + "0.weight"))
                made.local.emplace(parameters, local, eps);
            return made;
        };
        if (has(description, "image")) {
            image = ImageTower::make(parameters, description["image"]);
            m_pooling = ImagePooling::make(parameters, description["image"]);
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
        m_logitBias = parameters.find(names::logitBias);
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

at::Tensor Network::imageGlobal(const at::Tensor& pooled) const { return m_imageHeads.global(pooled); }

at::Tensor Network::imageCells(const at::Tensor& tokens) const
{
    return m_imageHeads.global(m_pooling->alone(*image, image->patches(tokens))).to(at::kFloat);
}

at::Tensor Network::imageLocal(const at::Tensor& tokens, const ForwardMode& mode) const
{
    const at::Tensor patches = image->patches(image->norm(tokens));
    const at::Tensor rows = (*m_imageHeads.local)(patches.reshape({-1, patches.size(2)}), mode).to(at::kFloat);
    return l2(rows).view({patches.size(0), patches.size(1), rows.size(1)});
}

at::Tensor Network::textGlobal(const at::Tensor& pooled) const { return m_textHeads.global(pooled); }

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
    if (const std::int64_t outputs = m_imageHeads.global.outputs())
        return outputs;
    return m_textHeads.global.outputs() > 0 || !image ? textEmbedding() : image->width();
}

std::int64_t Network::textEmbedding() const
{
    const std::int64_t outputs = m_textHeads.global.outputs();
    return outputs > 0 ? outputs : text->width();
}

} // namespace mama
