#include "core/zeroshot/sentence_context.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/text/captions/prompts.h"
#include "core/text/sentences/sentence_lists.h"
#include "core/text/sentences/words.h"
#include "core/weights/base_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr const char* ownSentences = "texts.txt";
constexpr int longestSentence = 256;           // tokens
constexpr std::size_t mostOwn = 2000;          // lines that are read of it
constexpr double wholeListsParameters = 2.5e8; // a language model above takes every second, third, ... sentence

// Roughly, from width and depth: which share of the lists it can read in a minute.
int strideOf(const nlohmann::json& description)
{
    const auto text = description.find("text");
    if (text == description.end() || !text->is_object())
        return 1;
    const double width = text->value("width", 0.0), depth = text->value("depth", 0.0);
    return std::clamp(static_cast<int>(12 * width * width * depth / wholeListsParameters) + 1, 1, 8);
}

void take(SentenceVectors& out, const SentenceList& list, int stride, int firstGroup)
{
    for (std::size_t i = 0; i < list.texts.size(); i += static_cast<std::size_t>(stride)) {
        out.texts.push_back(list.texts[i]);
        out.groups.push_back(firstGroup + list.groups[i]);
    }
}

// What the model's folder says that it was trained on; a file that cannot be read is as none.
SentenceList ownList(const std::filesystem::path& folder)
{
    SentenceList out;
    std::error_code failed;
    if (!std::filesystem::is_regular_file(folder / ownSentences, failed))
        return out;
    try {
        out = parseSentenceList(readText(folder / ownSentences));
    } catch (const Error& error) {
        log::warning(error.what());
        return {};
    }
    out.texts.resize(std::min(out.texts.size(), mostOwn));
    out.groups.assign(out.texts.size(), 0);
    return out;
}

TextOptions globalOnly(TextOptions options)
{
    options.sentences = false;
    return options;
}

std::string optionsKey(const TextOptions& options)
{
    return std::to_string(static_cast<int>(options.pooling)) + (options.raw ? "r" : "c") + options.prefix;
}

} // namespace

SentenceContext::SentenceContext(std::shared_ptr<const Model> model, std::filesystem::path folder)
    : m_model(std::move(model)), m_folder(std::move(folder))
{
    const int stride = strideOf(m_model->description());
    take(m_known, lexiconSentences(), stride, 1);
    take(m_known, ownList(m_folder), stride, 0);
    take(m_elsewhere, neutralSentences(), stride, 0);
    take(m_elsewhere, elsewhereSentences(), stride, 1000);
    SentenceVectors neutral;
    take(neutral, neutralSentences(), stride, 0);
    m_neutralTexts = std::move(neutral.texts);
    std::string all;
    for (const auto* list : {&m_known.texts, &m_elsewhere.texts, &m_neutralTexts}) {
        for (const std::string& text : *list)
            all += text + "\n";
        all += "\n";
    }
    m_lists = sha256(all);
}

Cancellable<TextEmbedding> SentenceContext::encodedNeutral(const TextOptions& options, const Job& job) const
{
    std::vector<std::string> texts;
    for (const std::string& text : m_neutralTexts)
        texts.push_back(options.raw || m_model->captionRules().plain ? text : querySentence(text));
    return m_model->encodeTexts(texts, options, job);
}

Cancellable<SentenceFile> SentenceContext::computed(const std::string& words, const Job& job) const
{
    SentenceVectors known = m_known, elsewhere = m_elsewhere;
    for (SentenceVectors* list : {&known, &elsewhere}) {
        auto vectors = m_model->encodeOwnTexts(list->texts, job);
        if (!vectors)
            return {};
        list->vectors = std::move(*vectors);
    }
    const auto width = static_cast<std::int64_t>(known.vectors.size() / std::max<std::size_t>(known.texts.size(), 1));
    SentenceFile out{m_model->info().hash, words, m_lists, nullptr, {}, 0};
    out.known = std::make_shared<const KnownSentences>(std::move(known), std::move(elsewhere), width);
    return takeNeutral(out, job) ? Cancellable<SentenceFile>(std::move(out)) : std::nullopt;
}

bool SentenceContext::takeNeutral(SentenceFile& file, const Job& job) const
{
    auto neutral = encodedNeutral(globalOnly({}), job);
    if (!neutral)
        return false;
    file.neutral = std::move(neutral->global);
    file.neutralLength = static_cast<std::int64_t>(file.neutral.size() / std::max<std::size_t>(neutralCount(), 1));
    return true;
}

// Of the language model that the description names, and of the tokens that the lists become; empty: it has its own.
std::string SentenceContext::words() const
{
    const Tokenizer* tokenizer = m_model->tokenizer();
    try {
        const std::filesystem::path base = baseTextWeights(m_model->description());
        if (base.empty() || !tokenizer)
            return {};
        Sha256 all;
        all.add(sha256OfFile(base));
        for (const SentenceVectors* list : {&m_known, &m_elsewhere})
            for (const std::string& text : list->texts) {
                const Tokens tokens = tokenizer->encode(text, {}, longestSentence);
                all.add(std::as_bytes(std::span(tokens.ids)));
            }
        return all.finish();
    } catch (const Error&) { // what cannot be read is told where the model is loaded
        return {};
    }
}

std::filesystem::path SentenceContext::kept(const std::string& key) const
{
    return cacheFolder() / "sentences" / (key.substr(0, 32) + "-" + m_lists.substr(0, 32) + ".safetensors");
}

bool SentenceContext::provide(const Job& job)
{
    if (m_file)
        return true;
    const std::string& hash = m_model->info().hash;
    SentenceFile::Wanted wanted{hash, {}, m_lists};
    std::vector<std::filesystem::path> places{m_folder / sentenceFile, kept(hash)};
    const auto look = [&] {
        for (const std::filesystem::path& path : places) {
            try {
                m_file = SentenceFile::read(path, wanted, m_known, m_elsewhere);
            } catch (const Error& error) { // computed anew
                log::warning(error.what());
            }
            if (m_file)
                return;
        }
    };
    look();
    if (!m_file && !(wanted.words = words()).empty()) {
        places.push_back(kept(wanted.words));
        look();
    }
    if (m_file && !m_file->neutral.empty())
        return true;
    if (m_file && !takeNeutral(*m_file, job)) {
        m_file.reset();
        return false;
    }
    if (!m_file) {
        auto made = computed(wanted.words, job);
        if (!made)
            return false;
        m_file = std::move(*made);
    }
    try {
        if (!hash.empty())
            m_file->write(kept(wanted.words.empty() ? hash : wanted.words));
    } catch (const Error& error) { // costs time only
        log::warning(error.what());
    }
    return true;
}

Cancellable<std::shared_ptr<const KnownSentences>> SentenceContext::known(const Job& job)
{
    const std::lock_guard lock(m_mutex);
    return provide(job) ? Cancellable<std::shared_ptr<const KnownSentences>>(m_file->known) : std::nullopt;
}

Cancellable<std::vector<Familiarity>> SentenceContext::familiarity(const std::vector<std::string>& texts,
                                                                   const Job& job)
{
    const auto known = this->known(job);
    if (!known)
        return {};
    std::vector<std::string> plain;
    for (const std::string& text : texts)
        plain.emplace_back(text::trimmed(text));
    const auto vectors = m_model->encodeOwnTexts(plain, job);
    if (!vectors)
        return {};
    const auto width = static_cast<std::size_t>((*known)->width());
    std::vector<Familiarity> out;
    for (std::size_t i = 0; i < plain.size(); ++i)
        out.push_back((*known)->of(std::span(*vectors).subspan(i * width, width)));
    return out;
}

Cancellable<std::shared_ptr<const std::vector<float>>> SentenceContext::neutral(const TextOptions& options,
                                                                                const Job& job)
{
    const std::lock_guard lock(m_mutex);
    if (!provide(job))
        return {};
    auto& kept = m_neutral[optionsKey(options)];
    if (kept)
        return kept;
    if (optionsKey(options) == optionsKey({})) {
        kept = std::make_shared<const std::vector<float>>(m_file->neutral);
        return kept;
    }
    auto encoded = encodedNeutral(globalOnly(options), job);
    if (!encoded)
        return {};
    kept = std::make_shared<const std::vector<float>>(std::move(encoded->global));
    return kept;
}

Cancellable<std::shared_ptr<const std::vector<float>>> SentenceContext::neutralMean(const TextOptions& options,
                                                                                    const Job& job)
{
    const std::lock_guard lock(m_mutex);
    auto& kept = m_neutralMean[optionsKey(options)];
    if (kept)
        return kept;
    TextOptions local = options;
    local.sentences = true;
    const auto encoded = encodedNeutral(local, job);
    if (!encoded)
        return {};
    const auto dim = static_cast<std::size_t>(encoded->dim);
    std::vector<double> sum(dim, 0);
    std::size_t count = 0;
    for (const std::int64_t row : encoded->last) {
        if (row < 0)
            continue;
        ++count;
        for (std::size_t k = 0; k < dim; ++k)
            sum[k] += static_cast<double>(encoded->sentences[static_cast<std::size_t>(row) * dim + k]);
    }
    std::vector<float> mean;
    for (const double value : sum)
        if (count > 0)
            mean.push_back(static_cast<float>(value / static_cast<double>(count)));
    kept = std::make_shared<const std::vector<float>>(std::move(mean));
    return kept;
}

bool SentenceContext::writeFile(const Job& job)
{
    const std::lock_guard lock(m_mutex);
    auto made = computed(words(), job);
    if (!made)
        return false;
    m_file = std::move(*made);
    m_neutral.clear();
    m_file->write(m_folder / sentenceFile);
    return true;
}

} // namespace mama
