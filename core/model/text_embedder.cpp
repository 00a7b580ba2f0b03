#include "core/model/text_embedder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/weights/families/families.h"
#include "core/weights/model_kind.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace mama {
namespace {

constexpr std::int64_t batchTokens = 2048;
constexpr std::int64_t shortestPrefix = 8; // tokens worth a pass of their own

std::int64_t commonPrefix(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b)
{
    return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
}

std::vector<float> toVector(const at::Tensor& x)
{
    const at::Tensor flat = x.to(at::kCPU, at::kFloat).contiguous();
    const auto* data = flat.const_data_ptr<float>();
    return {data, data + flat.numel()};
}

} // namespace

TextEmbedder::TextEmbedder(const Network& network, const Tokenizer& tokenizer, CaptionRules rules,
                           const nlohmann::json& description)
    : m_network(network), m_tokenizer(tokenizer), m_rules(std::move(rules)),
      m_raw(modelKind(description) == ModelKind::TextTower),
      m_classToken(weights::textFamily(description["text"]).hasClassToken()),
      m_pooling(description["text"].value("pooling", std::string()))
{
    const nlohmann::json inference = description.contains("inference") && description["inference"].is_object()
                                         ? description["inference"]
                                         : nlohmann::json::object();
    m_inferencePooling = inference.value("text_pooling", std::string("zero-shot"));
    m_startAtFullLength = inference.value("full_length_caption", std::string("last-token")) == "start-token";
    m_pad = m_rules.padId ? *m_rules.padId : m_tokenizer.id(m_rules.pad).value_or(0);
    m_end = m_tokenizer.id(m_rules.end).value_or(-1);
    m_globalMaps = modelKind(description) == ModelKind::Clip;
}

// mama.md, section 3; a tower alone has the one pooling of its description.
TextEmbedder::Pool TextEmbedder::pool(Pooling pooling) const
{
    if (m_pooling == "mean-masked")
        return Pool::MeanMasked;
    if (m_pooling == "first" || m_pooling == "last-real") // of a model that goes on from another group's
        return m_pooling == "first" ? Pool::First : Pool::Last;
    if (m_globalMaps)
        return plainPool();
    if (m_raw)
        return m_pooling == "cls" ? Pool::First : m_pooling == "mean-all" ? Pool::MeanAll : Pool::FirstPad;
    const bool training =
        pooling == Pooling::Training || (pooling == Pooling::Default && m_inferencePooling == "training");
    if (m_classToken)
        return training ? Pool::MeanAllButFirst : Pool::First;
    return training ? Pool::MeanAll : Pool::FirstPad;
}

TextEmbedder::Pool TextEmbedder::plainPool() const
{
    for (const auto& [name, pool] : {std::pair<const char*, Pool>{"cls", Pool::First},
                                     {"last-token", Pool::Last},
                                     {"highest-id", Pool::HighestId},
                                     {"first-end", Pool::FirstEnd},
                                     {"first-pad", Pool::FirstPad}})
        if (m_pooling == name)
            return pool;
    throw Error(
        ErrorCode::Unsupported, {action::encodeText}, "text.pooling",
        {TextId("model.no_such_text_pooling", "\"%1\" is none of cls, last-token, highest-id, first-end, first-pad"),
         m_pooling});
}

TextEmbedder::Input TextEmbedder::tokens(const std::string& text, const TextOptions& options) const
{
    const bool raw = options.raw || m_raw;
    CaptionRules rules = m_rules;
    if (options.length > 0)
        rules.length = std::min(options.length, m_rules.length);
    const auto encode = [&](const std::string& full) {
        return encodeText(m_tokenizer, rules, full, raw, rules.padded);
    };
    const Tokens made = encode(options.prefix + text);
    Input input;
    input.limit = rules.length;
    input.ids.assign(made.ids.begin(), made.ids.end());
    input.types.assign(made.types.begin(), made.types.end());
    input.separators.assign(made.separators.begin(), made.separators.end());
    input.cut = made.cut;
    if (m_globalMaps && pool(options.pooling) == Pool::FirstPad) // the pad token may end the text itself
        while (!input.ids.empty() && input.ids.back() == m_pad)
            input.ids.pop_back();
    if (m_globalMaps && input.ids.empty())
        input.ids.push_back(m_pad);
    if (!options.prefix.empty()) { // the prefix's own sentences are no part of the query
        const std::size_t own = std::min(encode(options.prefix).separators.size(), input.separators.size());
        const std::size_t before = m_tokenizer.isBert() && own > 0 ? own - 1 : own; // BERT's closing separator
        input.separators.erase(input.separators.begin(),
                               input.separators.begin() + static_cast<std::ptrdiff_t>(before));
    }
    if (const auto last = made.lastSentence()) // counted from the end, which the prefix leaves as it is
        input.last = static_cast<std::int64_t>(input.separators.size()) -
                     static_cast<std::int64_t>(made.separators.size() - *last);
    if (input.ids.empty())
        throw Error(ErrorCode::Data, {action::encodeText}, "", {TextId("model.text_empty", "the text is empty")});
    return input;
}

std::int64_t TextEmbedder::limitOf(const Input& input) const { return input.limit > 0 ? input.limit : m_rules.length; }

// Tokens, padding included, that must run for this pooling.
std::int64_t TextEmbedder::needed(const Input& input, Pool pool) const
{
    const auto real = static_cast<std::int64_t>(input.ids.size());
    if (pool == Pool::MeanAll || pool == Pool::MeanAllButFirst)
        return std::max<std::int64_t>(limitOf(input), real);
    return pool == Pool::FirstPad && real < limitOf(input) ? real + 1 : real;
}

// hidden [T, width] of one text, T >= needed -> [width]
at::Tensor TextEmbedder::poolHidden(const at::Tensor& hidden, const Input& input, Pool pool) const
{
    const auto real = static_cast<std::int64_t>(input.ids.size());
    const std::int64_t length = needed(input, pool);
    switch (pool) {
    case Pool::MeanMasked: return hidden.narrow(0, 0, real).mean(0);
    case Pool::MeanAll: return hidden.narrow(0, 0, length).mean(0);
    case Pool::MeanAllButFirst: return hidden.narrow(0, 1, length - 1).mean(0);
    case Pool::First: return hidden.select(0, 0);
    case Pool::Last: return hidden.select(0, real - 1);
    case Pool::HighestId:
        return hidden.select(0, std::max_element(input.ids.begin(), input.ids.end()) - input.ids.begin());
    case Pool::FirstEnd: {
        const auto at = std::find(input.ids.begin(), input.ids.end(), m_end);
        return hidden.select(0, at == input.ids.end() ? 0 : at - input.ids.begin());
    }
    case Pool::FirstPad: break;
    }
    if (real < limitOf(input))
        return hidden.select(0, real);
    return hidden.select(0, m_startAtFullLength || m_globalMaps ? 0 : real - 1);
}

// Hidden states [N, length, width] of a group whose first `prefix` tokens are the same.
at::Tensor TextEmbedder::hidden(const std::vector<Input>& inputs, const std::vector<std::size_t>& group,
                                std::int64_t prefix, std::int64_t length, const Job& job) const
{
    const auto n = static_cast<std::int64_t>(group.size());
    const at::Tensor ids = at::full({n, length}, m_pad, at::kLong), types = at::zeros({n, length}, at::kLong),
                     mask = at::zeros({n, length}, at::kBool);
    bool typed = false;
    for (std::int64_t i = 0; i < n; ++i) {
        const Input& input = inputs[group[static_cast<std::size_t>(i)]];
        std::copy(input.ids.begin(), input.ids.end(), ids.mutable_data_ptr<std::int64_t>() + i * length);
        std::copy(input.types.begin(), input.types.end(), types.mutable_data_ptr<std::int64_t>() + i * length);
        std::fill_n(mask.mutable_data_ptr<bool>() + i * length, input.ids.size(), true);
        typed = typed || !input.types.empty();
    }
    const at::Device device = m_network.device();
    const TextBatch batch{ids.to(device), mask.to(device), typed ? types.to(device) : at::Tensor()};
    if (prefix == 0)
        return m_network.text->hidden(batch, {}, job);
    PrefixCache cache;
    const TextBatch shared{
        batch.ids.narrow(0, 0, 1).narrow(1, 0, prefix), batch.mask.narrow(0, 0, 1).narrow(1, 0, prefix), {}};
    const at::Tensor before = m_network.text->hidden(shared, {}, job, nullptr, &cache);
    if (!before.defined())
        return {};
    const TextBatch rest{
        batch.ids.narrow(1, prefix, length - prefix), batch.mask.narrow(1, prefix, length - prefix), {}};
    const at::Tensor after = m_network.text->hidden(rest, {}, job, &cache);
    return after.defined() ? at::cat({before.expand({n, -1, -1}), after}, 1) : after;
}

// Consecutive texts that share a long prefix stay together (class prompts of one image); the others go by length.
std::vector<std::vector<std::size_t>> TextEmbedder::groups(const std::vector<Input>& inputs, Pool pool) const
{
    std::vector<std::vector<std::size_t>> made;
    std::vector<std::size_t> alone;
    const auto size = [&](std::size_t i) { return static_cast<std::int64_t>(inputs[i].ids.size()); };
    for (std::size_t first = 0; first < inputs.size();) {
        std::size_t last = first + 1;
        for (std::int64_t shared = size(first); m_network.text->causal() && last < inputs.size(); ++last) {
            shared = std::min(shared, commonPrefix(inputs[first].ids, inputs[last].ids));
            if (shared < shortestPrefix || shared * 2 < std::max(size(first), size(last)) ||
                static_cast<std::int64_t>(last - first) * needed(inputs[last], pool) > batchTokens)
                break;
        }
        if (last - first > 1) {
            made.emplace_back(last - first);
            std::iota(made.back().begin(), made.back().end(), first);
        } else {
            alone.push_back(first);
        }
        first = last;
    }
    std::stable_sort(alone.begin(), alone.end(),
                     [&](std::size_t a, std::size_t b) { return needed(inputs[a], pool) < needed(inputs[b], pool); });
    std::vector<std::size_t> group;
    for (const std::size_t i : alone) {
        const std::int64_t length = needed(inputs[i], pool);
        if (!group.empty() && (static_cast<std::int64_t>(group.size() + 1) * length > batchTokens ||
                               needed(inputs[group.front()], pool) * 4 < length * 3)) {
            made.push_back(std::move(group));
            group.clear();
        }
        group.push_back(i);
    }
    if (!group.empty())
        made.push_back(std::move(group));
    return made;
}

// hidden [T, width] of one text
EncodedText TextEmbedder::encoded(const at::Tensor& hidden, const Input& input, Pool pool, bool sentences) const
{
    EncodedText made;
    made.global = toVector(l2(m_network.textGlobal(poolHidden(hidden, input, pool).unsqueeze(0)).to(at::kFloat)));
    made.cut = input.cut;
    if (sentences && m_globalMaps) {
        made.last = 0;
        made.sentences = made.global;
    }
    if (sentences && m_network.hasTextLocal() && !input.separators.empty()) {
        made.last = input.last;
        made.sentences = toVector(m_network.sentences(
            hidden.index_select(0, at::tensor(input.separators, at::kLong).to(m_network.device()))));
    }
    return made;
}

Cancellable<std::vector<EncodedText>> TextEmbedder::encodeTokens(const std::vector<Input>& inputs,
                                                                 const TextOptions& options, const Job& job) const
{
    std::vector<EncodedText> outputs(inputs.size());
    const Pool chosen = pool(options.pooling);
    std::size_t done = 0;
    for (const std::vector<std::size_t>& group : groups(inputs, chosen)) {
        std::int64_t length = 0,
                     prefix = group.size() > 1 && m_network.text->causal() ? needed(inputs[group.front()], chosen) : 0;
        for (const std::size_t i : group) {
            length = std::max(length, needed(inputs[i], chosen));
            prefix = std::min(prefix, commonPrefix(inputs[group.front()].ids, inputs[i].ids));
        }
        prefix = prefix < shortestPrefix ? 0 : std::min(prefix, length - 1);
        const at::Tensor states = hidden(inputs, group, prefix, length, job);
        if (!states.defined())
            return {};
        for (std::size_t row = 0; row < group.size(); ++row)
            outputs[group[row]] =
                encoded(states[static_cast<std::int64_t>(row)], inputs[group[row]], chosen, options.sentences);
        done += group.size();
        job.report(done, inputs.size(), "encode text");
    }
    return outputs;
}

Cancellable<TextEmbedding> TextEmbedder::encode(const std::vector<std::string>& texts, const TextOptions& options,
                                                const Job& job) const
{
    const std::string suffix = std::string(1, '\0') + options.prefix + '\0' + (options.raw ? "r" : "c") +
                               std::to_string(static_cast<int>(options.pooling)) + (options.sentences ? "s" : "g") +
                               std::to_string(options.length);
    std::vector<Input> inputs;
    std::vector<std::string> wanted; // texts not remembered, each once
    std::unordered_map<std::string, EncodedText> found;
    for (const std::string& text : texts) {
        if (auto known = m_recent->find(text + suffix)) {
            found.try_emplace(text, std::move(*known));
        } else if (std::find(wanted.begin(), wanted.end(), text) == wanted.end()) {
            wanted.push_back(text);
            inputs.push_back(tokens(text, options));
        }
    }
    Cancellable<std::vector<EncodedText>> outputs = encodeTokens(inputs, options, job);
    if (!outputs)
        return {};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        m_recent->add(wanted[i] + suffix, (*outputs)[i]);
        found.try_emplace(wanted[i], std::move((*outputs)[i]));
    }
    TextEmbedding embedding;
    embedding.count = static_cast<std::int64_t>(texts.size());
    embedding.dim = m_network.textEmbedding();
    embedding.offsets.push_back(0);
    for (const std::string& text : texts) {
        const EncodedText& one = found.at(text);
        embedding.global.insert(embedding.global.end(), one.global.begin(), one.global.end());
        embedding.sentences.insert(embedding.sentences.end(), one.sentences.begin(), one.sentences.end());
        embedding.last.push_back(one.last < 0 ? -1 : embedding.offsets.back() + one.last);
        embedding.offsets.push_back(static_cast<std::int64_t>(embedding.sentences.size()) / embedding.dim);
        embedding.cut.push_back(one.cut);
    }
    return embedding;
}

} // namespace mama
