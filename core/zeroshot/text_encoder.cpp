#include "core/zeroshot/text_encoder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <map>

namespace mama {
namespace {

std::string keyOf(const std::string& text, const TextOptions& options)
{
    return std::to_string(static_cast<int>(options.pooling)) + (options.raw ? "r" : "c") +
           (options.sentences ? "s" : "g") + std::to_string(options.length) + ":" +
           std::to_string(options.prefix.size()) + ":" + options.prefix + text;
}

// Text m of a batch.
EncodedText textAt(const TextEmbedding& batch, std::size_t m)
{
    const auto d = static_cast<std::ptrdiff_t>(batch.dim), i = static_cast<std::ptrdiff_t>(m);
    EncodedText out;
    out.dim = batch.dim;
    out.global.assign(batch.global.begin() + i * d, batch.global.begin() + (i + 1) * d);
    if (batch.offsets.size() > m + 1)
        out.sentences.assign(batch.sentences.begin() + batch.offsets[m] * d,
                             batch.sentences.begin() + batch.offsets[m + 1] * d);
    if (batch.last[m] >= 0)
        out.last = batch.last[m] - batch.offsets[m];
    out.cut = m < batch.cut.size() && batch.cut[m];
    return out;
}

} // namespace

Cancellable<std::vector<std::shared_ptr<const EncodedText>>>
TextEncoder::encode(const std::vector<std::string>& texts, const TextOptions& options, const Job& job)
{
    const ModelInfo& info = m_model.info();
    if (info.textFamily.empty())
        throw Error(ErrorCode::Model, {action::encodeText}, info.name,
                    info.kind == ModelKind::LinearProbe
                        ? UserText{TextId("zeroshot.no_text_tower_linear_probe",
                                          "this model has no text tower; it is a linear probe: use classify")}
                        : UserText{TextId("zeroshot.no_text_tower", "this model has no text tower")});
    std::vector<std::shared_ptr<const EncodedText>> out(texts.size());
    std::vector<std::string> wanted;
    std::map<std::string, std::size_t> place; // of a text in `wanted`: each is encoded once
    for (std::size_t i = 0; i < texts.size(); ++i) {
        out[i] = remembered(keyOf(texts[i], options));
        if (!out[i] && place.emplace(texts[i], wanted.size()).second)
            wanted.push_back(texts[i]);
    }
    if (wanted.empty())
        return out;
    const auto batch = m_model.encodeTexts(wanted, options, job);
    if (!batch)
        return {};
    std::vector<std::shared_ptr<const EncodedText>> fresh;
    for (std::size_t m = 0; m < wanted.size(); ++m) {
        fresh.push_back(std::make_shared<const EncodedText>(textAt(*batch, m)));
        remember(keyOf(wanted[m], options), fresh.back());
    }
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (!out[i])
            out[i] = fresh[place.at(texts[i])];
    return out;
}

std::shared_ptr<const EncodedText> TextEncoder::remembered(const std::string& key)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_byKey.find(key);
    if (found == m_byKey.end())
        return nullptr;
    m_order.splice(m_order.begin(), m_order, found->second);
    return found->second->second;
}

void TextEncoder::remember(const std::string& key, std::shared_ptr<const EncodedText> text)
{
    const std::lock_guard lock(m_mutex);
    if (m_limit == 0 || m_byKey.contains(key))
        return;
    m_order.emplace_front(key, std::move(text));
    m_byKey[key] = m_order.begin();
    if (m_order.size() > m_limit) {
        m_byKey.erase(m_order.back().first);
        m_order.pop_back();
    }
}

Pooling poolingByName(const std::string& text)
{
    if (text == "default")
        return Pooling::Default;
    if (text == "zero-shot")
        return Pooling::ZeroShot;
    if (text == "training")
        return Pooling::Training;
    throw Error(ErrorCode::Usage, {action::choosePooling}, text,
                {TextId("zeroshot.poolings", "there are default, zero-shot, training")});
}

std::string poolingUsed(const ModelInfo& info, Pooling pooling)
{
    if (info.kind == ModelKind::Clip) // it has the one of its reference
        return info.inferencePooling;
    return pooling == Pooling::ZeroShot   ? "zero-shot"
           : pooling == Pooling::Training ? "training"
                                          : info.inferencePooling;
}

} // namespace mama
