#include "core/zeroshot/query.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/stopwatch.h"
#include "core/text/captions/prompts.h"
#include "core/text/sentences/negation.h"
#include "core/text/tokenizer/known_words.h"
#include "core/zeroshot/similarity.h"
#include "core/zeroshot/texts.h"

#include <limits>

namespace mama {
namespace {

using Texts = std::vector<std::shared_ptr<const EncodedText>>;

// The texts to encode: those asked, then the un-negated forms of those that negate.
struct Asked
{
    std::vector<QueriedText> texts;
    std::vector<std::string> toEncode;
    std::vector<std::size_t> unnegatedOf; // for toEncode[texts.size() + i]: index of its text
};

Asked readTexts(const QueryOptions& options)
{
    const std::vector<std::string>& texts = options.texts;
    Asked asked;
    for (const std::string& text : texts) {
        QueriedText one;
        one.text = text;
        one.encoded = options.raw ? text : querySentence(text);
        if (one.encoded.empty())
            throw Error(ErrorCode::Usage, {action::query}, "", {TextId("zeroshot.text_empty", "the text is empty")});
        asked.toEncode.push_back(one.encoded);
        asked.texts.push_back(std::move(one));
    }
    for (std::size_t i = 0; i < texts.size() && options.negations && !options.raw; ++i) {
        const auto negation = findNegation(texts[i]);
        if (!negation)
            continue;
        asked.texts[i].warnings.push_back(
            {TextId("zeroshot.negation",
                    "negation: \"%1\" is often ignored by such models; ask for what is there instead"),
             negation->word});
        const std::string plain = querySentence(negation->unnegated);
        if (plain.empty())
            continue;
        asked.texts[i].unnegated = UnnegatedScores{negation->unnegated, {}, {}};
        asked.toEncode.push_back(plain);
        asked.unnegatedOf.push_back(i);
    }
    return asked;
}

std::vector<std::vector<double>> scoresOf(const EncodedStudy& study, const Texts& texts)
{
    std::vector<std::vector<double>> out;
    for (const ScoredImage& image : study.images) {
        std::vector<double> row;
        for (const auto& text : texts) {
            if (text->global.size() != image.encoded->global.size())
                throw Error(ErrorCode::Model, {action::query}, image.image.path.string(),
                            {zeroshot_texts::lengthsDiffer});
            row.push_back(static_cast<double>(dot(image.encoded->global, text->global)));
        }
        out.push_back(std::move(row));
    }
    return out;
}

std::vector<TextMap> mapsOf(const EncodedImage& image, std::span<const std::shared_ptr<const EncodedText>> texts,
                            bool allSentences)
{
    std::vector<TextMap> out;
    if (image.patches.empty())
        return out;
    for (std::size_t t = 0; t < texts.size(); ++t) {
        const EncodedText& text = *texts[t];
        const std::size_t count = text.sentenceCount(), d = static_cast<std::size_t>(text.dim);
        for (std::size_t s = 0; s < count; ++s)
            if (allSentences || static_cast<std::int64_t>(s) == text.last)
                out.push_back({t, s,
                               alignmentMap(image.patches, image.rows, image.columns,
                                            std::span(text.sentences).subspan(s * d, d), image.inside)});
    }
    return out;
}

// Scores of the images, fused, from those of all that was encoded [images][texts asked, then un-negated ones].
void takeScores(QueryResult& out, Asked& asked, const std::vector<std::vector<double>>& all, const EncodedStudy& study)
{
    const std::size_t count = asked.texts.size();
    const FusionRule rule = out.provenance.fusion;
    for (const auto& row : all)
        out.scores.emplace_back(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(count));
    out.fused = fuse(out.scores, study, rule);
    for (std::size_t k = 0; k < asked.unnegatedOf.size(); ++k) {
        UnnegatedScores& beside = *asked.texts[asked.unnegatedOf[k]].unnegated;
        std::vector<std::vector<double>> column;
        for (const auto& row : all) {
            beside.images.push_back(row[count + k]);
            column.push_back({row[count + k]});
        }
        beside.fused = fuse(column, study, rule);
    }
}

// Ranks of all scores among the reference, and the range of each text's map.
void rank(QueryResult& out, std::vector<QueriedText>& texts, const Texts& encoded)
{
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    out.ranks = out.scores;
    out.fusedRanks = out.fused;
    for (std::size_t t = 0; t < texts.size(); ++t) {
        std::optional<ReferenceRanks> ranks;
        if (out.reference.set)
            ranks.emplace(*out.reference.set, encoded[t]->global, out.provenance.fusion);
        for (auto& image : out.ranks)
            image[t] = ranks ? ranks->ofImage(image[t]) : none;
        for (BreastScores& breast : out.fusedRanks.breasts)
            breast.scores[t] = ranks ? ranks->ofBreast(breast.scores[t]) : none;
        out.fusedRanks.study[t] = ranks ? ranks->ofStudy(out.fusedRanks.study[t]) : none;
        const auto d = static_cast<std::size_t>(encoded[t]->dim);
        if (out.reference.set && encoded[t]->last >= 0)
            texts[t].mapRange = referenceRange(
                *out.reference.set,
                std::span(encoded[t]->sentences).subspan(static_cast<std::size_t>(encoded[t]->last) * d, d));
    }
}

// What the model has made of each text.
void describeTexts(std::vector<QueriedText>& texts, const Texts& encoded, const Tokenizer* tokenizer, bool maps)
{
    for (std::size_t t = 0; t < texts.size(); ++t) {
        QueriedText& text = texts[t];
        text.cut = encoded[t]->cut;
        if (const UserText unknown = tokenizer ? unknownWords(*tokenizer, text.text) : UserText(); !unknown.empty())
            text.warnings.push_back(unknown);
        text.sentences = encoded[t]->sentenceCount();
        if (text.cut)
            text.warnings.push_back({TextId("zeroshot.text_cut", "text cut: it is longer than the model reads")});
        if (maps && text.sentences == 0)
            text.warnings.push_back(
                {TextId("zeroshot.no_map", "no map: the text has no separator, or the model no local heads")});
    }
}

Provenance provenanceOf(const Model& model, const EncodedStudy& study, const QueryOptions& options)
{
    const EncodedImage& first = *study.images.front().encoded;
    Provenance out = mama::provenanceOf(model, first.profile, first.profileVersion);
    out.pooling = poolingUsed(model.info(), options.pooling);
    out.prefix = options.prefix;
    out.raw = options.raw;
    out.fusion = options.fusion;
    return out;
}

} // namespace

Cancellable<QueryResult> query(TextEncoder& encoder, const EncodedStudy& study, const QueryOptions& options,
                               const Job& job)
{
    const Stopwatch watch;
    if (options.texts.empty())
        throw Error(ErrorCode::Usage, {action::query}, "", {TextId("zeroshot.no_text_given", "no text given")});
    if (study.images.empty())
        throw Error(ErrorCode::Data, {action::query}, "", {zeroshot_texts::noImage});
    Asked asked = readTexts(options);
    TextOptions textOptions;
    textOptions.raw = options.raw;
    textOptions.pooling = options.pooling;
    textOptions.prefix = options.prefix;
    const auto encoded = encoder.encode(asked.toEncode, textOptions, job);
    if (!encoded)
        return {};
    QueryResult out;
    out.textMilliseconds = watch.milliseconds();
    out.provenance = provenanceOf(encoder.model(), study, options);
    takeScores(out, asked, scoresOf(study, *encoded), study);
    out.reference = options.reference;
    rank(out, asked.texts, *encoded);
    describeTexts(asked.texts, *encoded, encoder.model().tokenizer(), options.maps);
    const std::span own = std::span(*encoded).first(options.texts.size());
    for (const ScoredImage& image : study.images)
        out.maps.push_back(options.maps ? mapsOf(*image.encoded, own, options.allSentences) : std::vector<TextMap>());
    out.texts = std::move(asked.texts);
    out.totalMilliseconds = watch.milliseconds();
    return out;
}

} // namespace mama
