#include "core/zeroshot/query.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/stopwatch.h"
#include "core/protocol/map_way.h"
#include "core/zeroshot/neutral_ranks.h"
#include "core/zeroshot/query_texts.h"
#include "core/zeroshot/result_messages.h"
#include "core/zeroshot/sentence_context.h"
#include "core/zeroshot/similarity.h"
#include "core/zeroshot/texts.h"

#include <limits>

namespace mama {
namespace {

using Texts = std::vector<std::shared_ptr<const EncodedText>>;

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

std::span<const float> sentenceOf(const EncodedText& text, std::size_t sentence)
{
    const auto d = static_cast<std::size_t>(text.dim);
    return std::span(text.sentences).subspan(sentence * d, d);
}

// Adds the maps of one image.
void addMaps(QueryResult& out, const ScoredImage& scored, std::span<const std::shared_ptr<const EncodedText>> texts,
             const QueryOptions& options, const MapOffset& offset)
{
    const EncodedImage& image = *scored.encoded;
    std::vector<TextMap>& maps = out.maps.emplace_back();
    std::vector<UserText>& warnings = out.imageWarnings.emplace_back();
    if (!options.maps || image.patches.empty())
        return;
    for (std::size_t t = 0; t < texts.size(); ++t)
        for (std::size_t s = 0; s < texts[t]->sentenceCount(); ++s) {
            if (!options.allSentences && static_cast<std::int64_t>(s) != texts[t]->last)
                continue;
            const std::span sentence = sentenceOf(*texts[t], s);
            TextMap map{t, s, alignmentMap(image.patches, image.rows, image.columns, sentence, image.inside)};
            if (!offset.takeOff(map.values, sentence, scored)) {
                warnings.push_back(
                    options.minus.what == MapMinus::What::Way
                        ? UserText{TextId("zeroshot.no_other_way", "no map: it was not encoded in the other way")}
                        : UserText{
                              TextId("zeroshot.no_mean_map", "no map: the reference has no mean map of this view")});
                return maps.clear();
            }
            maps.push_back(std::move(map));
        }
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
    }
}

// The default ranges of the maps; none where the reference's patches were drawn in another way.
void takeRanges(std::vector<QueriedText>& texts, const Texts& encoded, const LoadedReference& reference,
                const QueryOptions& options, const MapOffset& offset)
{
    if (!reference.set)
        return;
    for (std::size_t t = 0; t < texts.size(); ++t) {
        if (encoded[t]->last < 0)
            continue;
        const auto range = [&](std::size_t s) { return offset.range(*reference.set, sentenceOf(*encoded[t], s)); };
        const auto last = static_cast<std::size_t>(encoded[t]->last);
        for (std::size_t s = 0; options.allSentences && s < encoded[t]->sentenceCount(); ++s)
            texts[t].mapRanges.push_back(range(s));
        texts[t].mapRange = options.allSentences ? texts[t].mapRanges[last] : range(last);
    }
}

// The reference as far as it is of these images: of their profile; its patches of their way of maps.
LoadedReference usable(const LoadedReference& reference, const EncodedImage& image)
{
    const auto& set = reference.set;
    if (!set || set->profile.empty() || (set->profile == image.profile && set->profileVersion == image.profileVersion))
        return reference;
    return {nullptr,
            {TextId("zeroshot.reference_profile", "the reference was made with profile %1 v%2, the images with %3 v%4"),
             set->profile, set->profileVersion, image.profile, image.profileVersion}};
}

bool drawnAlike(const ReferenceSet& set, const EncodedImage& image, const ModelInfo& info)
{
    const std::string way = !set.profile.empty() ? set.mapWay : info.mapWay({});
    return way == image.mapWay;
}

[[noreturn]] void cannotTakeOff(const UserText& why) { throw Error(ErrorCode::Model, {action::drawMap}, "", why); }

// What is taken off the maps. Error(Model) if it is not there. Empty: cancelled.
Cancellable<MapOffset> offsetOf(const QueryOptions& options, const LoadedReference& patches, const Texts& encoded,
                                const Job& job)
{
    switch (options.minus.what) {
    case MapMinus::What::Nothing: break;
    case MapMinus::What::Reference:
        if (!patches.set)
            cannotTakeOff(whyNoRanks(patches));
        if (!patches.set->hasMeans())
            cannotTakeOff({TextId("zeroshot.no_means",
                                  "the reference holds no mean maps: make it again with mama model reference")});
        return MapOffset(patches.set);
    case MapMinus::What::Way: return MapOffset(options.minus.other);
    case MapMinus::What::Neutral: {
        if (!options.sentences)
            cannotTakeOff({TextId("zeroshot.no_neutral", "there are no neutral sentences to compare with")});
        const auto mean = options.sentences->neutralMean(textOptionsOf(options), job);
        if (!mean)
            return {};
        if ((*mean)->empty())
            break; // then no text has a map
        return MapOffset(**mean);
    }
    case MapMinus::What::Sentence: {
        const EncodedText& other = *encoded.back();
        if (other.last < 0)
            cannotTakeOff({TextId("zeroshot.minus_has_no_map", "the sentence to take off has no map: \"%1\""),
                           options.minus.text});
        const std::span sentence = sentenceOf(other, static_cast<std::size_t>(other.last));
        return MapOffset(std::vector(sentence.begin(), sentence.end()));
    }
    }
    return MapOffset();
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
    std::vector<std::string> asked = options.texts;
    if (options.maps && options.minus.what == MapMinus::What::Sentence)
        asked.push_back(options.minus.text);
    auto familiarity = known ? options.sentences->familiarity(asked, job) : std::nullopt;
    const auto neutral = familiarity ? options.sentences->neutral(textOptionsOf(options), job) : std::nullopt;
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
    out.mapWay = options.maps ? mapWayName(first.mapWay, model.info().mapWays) : std::string();
    if (!options.maps || options.minus.what == MapMinus::What::Nothing)
        return out;
    out.mapMinus = name(options.minus.what);
    if (options.minus.what == MapMinus::What::Sentence)
        out.mapMinusText = options.minus.text;
    else if (options.minus.what == MapMinus::What::Neutral)
        out.mapMinusText = zeroshot_texts::neutralName;
    else if (options.minus.what == MapMinus::What::Way)
        out.mapMinusText = options.minus.way();
    else if (options.reference.set)
        out.mapMinusText = options.reference.set->name + " (" + options.reference.set->hash.substr(0, 12) + ")";
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
    const auto encoded = encoder.encode(asked.toEncode, textOptionsOf(options), job);
    if (!encoded)
        return {};
    QueryResult out;
    out.textMilliseconds = watch.milliseconds();
    out.provenance = provenanceOf(encoder.model(), study, options);
    takeScores(out, asked, scoresOf(study, *encoded), study);
    const EncodedImage& first = *study.images.front().encoded;
    out.reference = usable(options.reference, first);
    rank(out, asked.texts, *encoded);
    LoadedReference patches = out.reference;
    if (patches.set && !drawnAlike(*patches.set, first, encoder.model().info()))
        patches = {
            nullptr,
            {TextId("zeroshot.reference_way", "the reference's patches were drawn in another way than these maps")}};
    const auto offset = offsetOf(options, patches, *encoded, job);
    if (!offset || !compareWithSentences(out, asked.texts, study, options, job))
        return {};
    const Texts own(encoded->begin(), encoded->begin() + static_cast<std::ptrdiff_t>(options.texts.size()));
    takeRanges(asked.texts, own, patches, options, *offset);
    describeTexts(asked.texts, *encoded, encoder.model(), options);
    for (const ScoredImage& image : study.images)
        addMaps(out, image, own, options, *offset);
    out.texts = std::move(asked.texts);
    out.totalMilliseconds = watch.milliseconds();
    return out;
}

} // namespace mama
