#include "core/zeroshot/query.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/stopwatch.h"
#include "core/zeroshot/neutral_ranks.h"
#include "core/zeroshot/query_texts.h"
#include "core/zeroshot/sentence_context.h"
#include "core/zeroshot/similarity.h"
#include "core/zeroshot/texts.h"

#include <limits>

namespace mama {
namespace {

using Texts = std::vector<std::shared_ptr<const EncodedText>>;

TextOptions textOptions(const QueryOptions& options)
{
    TextOptions out;
    out.raw = options.raw;
    out.pooling = options.pooling;
    out.prefix = options.prefix;
    return out;
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
void takeScores(QueryResult& out, AskedTexts& asked, const std::vector<std::vector<double>>& all,
                const EncodedStudy& study)
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

// How familiar each text is, and ranks of all scores among neutral sentences. False: cancelled.
bool compareWithSentences(QueryResult& out, std::vector<QueriedText>& texts, const EncodedStudy& study,
                          const QueryOptions& options, const Job& job)
{
    out.neutralRanks.assign(out.scores.size(),
                            std::vector<double>(texts.size(), std::numeric_limits<double>::quiet_NaN()));
    out.fusedNeutralRanks = out.fused;
    for (BreastScores& breast : out.fusedNeutralRanks.breasts)
        breast.scores = out.neutralRanks.front();
    out.fusedNeutralRanks.study = out.neutralRanks.front();
    if (!options.sentences)
        return true;
    const auto known = options.sentences->known(job);
    auto familiarity = known ? options.sentences->familiarity(options.texts, job) : std::nullopt;
    const auto neutral = familiarity ? options.sentences->neutral(textOptions(options), job) : std::nullopt;
    if (!neutral)
        return false;
    out.known = *known;
    out.neutralCount = options.sentences->neutralCount();
    out.sentencesHash = options.sentences->listsHash();
    describeFamiliarity(texts, std::move(*familiarity));
    out.neutralRanks = out.scores;
    out.fusedNeutralRanks = out.fused;
    NeutralRanks(study, **neutral, options.fusion).rank(out.neutralRanks, out.fusedNeutralRanks);
    return true;
}

Provenance provenanceOf(const Model& model, const EncodedStudy& study, const QueryOptions& options)
{
    const EncodedImage& first = *study.images.front().encoded;
    Provenance out = mama::provenanceOf(model, first.profile, first.profileVersion);
    out.pooling = poolingUsed(model.info(), options.pooling);
    out.prefix = options.prefix;
    out.raw = options.raw;
    out.fusion = options.fusion;
    out.mapWay = options.maps ? first.mapWay : std::string();
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
    AskedTexts asked = readTexts(options, encoder.model().captionRules());
    const auto encoded = encoder.encode(asked.toEncode, textOptions(options), job);
    if (!encoded)
        return {};
    QueryResult out;
    out.textMilliseconds = watch.milliseconds();
    out.provenance = provenanceOf(encoder.model(), study, options);
    takeScores(out, asked, scoresOf(study, *encoded), study);
    out.reference = options.reference;
    rank(out, asked.texts, *encoded);
    if (!compareWithSentences(out, asked.texts, study, options, job))
        return {};
    describeTexts(asked.texts, *encoded, encoder.model(), options);
    const std::span own = std::span(*encoded).first(options.texts.size());
    for (const ScoredImage& image : study.images)
        out.maps.push_back(options.maps ? mapsOf(*image.encoded, own, options.allSentences) : std::vector<TextMap>());
    out.texts = std::move(asked.texts);
    out.totalMilliseconds = watch.milliseconds();
    return out;
}

} // namespace mama
