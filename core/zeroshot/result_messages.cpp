#include "core/zeroshot/result_messages.h"

#include "core/base/path_text.h"
#include "core/zeroshot/known_sentences.h"
#include "core/zeroshot/texts.h"

#include <limits>

namespace mama {
namespace {

constexpr const char* softmaxNote = "softmax: a share among these prompts, not a probability";

protocol::ImageName nameOf(const ScoredImage& image, std::size_t index)
{
    return {index,
            pathText(image.image.path),
            image.image.frame,
            name(image.image.slot),
            name(image.image.side),
            image.image.view,
            image.fused};
}

protocol::Fusion fusionOf(FusionRule rule) { return {name(rule), viewsRule(rule), studyRule(rule)}; }

protocol::QueryReply::Text textOf(const QueriedText& text)
{
    protocol::QueryReply::Text out{text.text, text.encoded, text.cut, text.sentences, english(text.warnings), {}};
    out.heading = text.heading.empty() ? std::nullopt : std::optional(text.heading);
    out.negated = text.negated;
    out.notVisual = text.notVisual ? std::optional<std::string>(name(*text.notVisual)) : std::nullopt;
    out.cutText = text.cutText;
    out.sentenceTexts = text.sentenceTexts;
    out.mapSentence = text.mapSentence;
    if (text.familiarity) {
        out.unlike = text.familiarity->unlike;
        out.familiarity = text.familiarity->value;
        out.nearest = {text.familiarity->nearest, text.familiarity->similarity};
    }
    if (text.mapRange)
        out.mapRange = std::array{text.mapRange->first, text.mapRange->second};
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    for (const auto& range : text.mapRanges)
        out.mapRanges.push_back({range ? range->first : none, range ? range->second : none});
    if (!text.unnegated)
        return out;
    out.unnegated = {text.unnegated->text, text.unnegated->images, {}, text.unnegated->fused.study.front()};
    for (const BreastScores& breast : text.unnegated->fused.breasts)
        out.unnegated->breasts[name(breast.side)] = breast.scores.front();
    return out;
}

std::map<std::string, double> byClass(const std::vector<std::string>& classes, const std::vector<double>& values)
{
    std::map<std::string, double> out;
    for (std::size_t i = 0; i < values.size(); ++i)
        out[classes[i]] = values[i];
    return out;
}

protocol::ClassifyReply::Scores scoresOf(const std::vector<std::string>& classes, const ClassScores& scores)
{
    return {byClass(classes, scores.similarity), byClass(classes, scores.logits), byClass(classes, scores.softmax),
            byClass(classes, scores.softmaxTwice), byClass(classes, scores.sigmoid)};
}

protocol::ClassifyReply::Prompts promptsOf(const PromptSet& set)
{
    protocol::ClassifyReply::Prompts out;
    for (const auto& [label, prompts] : set.classes)
        out[label] = prompts;
    return out;
}

} // namespace

UserText whyNoRanks(const LoadedReference& reference)
{
    return reference.problem.empty() ? UserText{zeroshot_texts::noReference} : reference.problem;
}

std::vector<UserText> warningsOf(const QueryResult& result, const EncodedStudy& study, std::size_t image)
{
    std::vector<UserText> out = study.images[image].image.warnings;
    if (image < result.imageWarnings.size())
        out.insert(out.end(), result.imageWarnings[image].begin(), result.imageWarnings[image].end());
    return out;
}

protocol::PatchGrid patchGrid(const Geometry& geometry, const std::optional<Spacing>& spacing)
{
    protocol::PatchGrid out;
    const auto [first, last] = geometry.seen();
    out.grid = {geometry.gridRows(), geometry.gridColumns()};
    out.geometry = geometry.toJson();
    out.seen = {first.x, first.y, last.x, last.y};
    if (spacing) {
        const Spacing size = geometry.patchSize(*spacing);
        out.patchMm = {size.row, size.column};
    }
    return out;
}

protocol::EncodedImage encodedImage(const ScoredImage& image, std::size_t index, bool masks)
{
    protocol::EncodedImage out{nameOf(image, index), image.cached, image.milliseconds,
                               patchGrid(image.encoded->geometry, image.image.spacing), english(image.image.warnings)};
    out.kept = !image.inputs.empty();
    if (image.encoded->milliseconds > 0)
        out.anewMilliseconds = image.encoded->milliseconds;
    if (masks) {
        out.patches.breast = image.encoded->breast;
        out.patches.inside = image.encoded->inside;
    }
    return out;
}

std::vector<protocol::NotUsed> notUsed(const std::vector<NotScored>& list)
{
    std::vector<protocol::NotUsed> out;
    for (const NotScored& one : list)
        out.push_back({pathText(one.path), one.reason.english()});
    return out;
}

protocol::EncodeReply encodeReply(const EncodedStudy& study, const std::string& id)
{
    protocol::EncodeReply out{id, {}, notUsed(study.skipped), notUsed(study.refused)};
    for (std::size_t i = 0; i < study.images.size(); ++i)
        out.images.push_back(encodedImage(study.images[i], i, true));
    return out;
}

protocol::QueryReply queryReply(const QueryResult& result, const EncodedStudy& study)
{
    const FusionRule rule = result.provenance.fusion;
    protocol::QueryReply out;
    for (const QueriedText& text : result.texts)
        out.texts.push_back(textOf(text));
    for (std::size_t i = 0; i < study.images.size(); ++i)
        out.images.push_back({nameOf(study.images[i], i),
                              result.scores[i],
                              english(warningsOf(result, study, i)),
                              std::nullopt,
                              {},
                              result.ranks[i],
                              result.neutralRanks[i]});
    for (std::size_t b = 0; b < result.fused.breasts.size(); ++b)
        out.breasts.push_back({name(result.fused.breasts[b].side), result.fused.breasts[b].scores, viewsRule(rule),
                               result.fusedRanks.breasts[b].scores, result.fusedNeutralRanks.breasts[b].scores});
    out.study = {result.fused.study, name(rule), result.fusedRanks.study, result.fusedNeutralRanks.study};
    if (const auto& set = result.reference.set)
        out.reference = {set->name, set->hash, static_cast<std::uint64_t>(set->studies), set->count()};
    else
        out.referenceProblem = whyNoRanks(result.reference).english();
    if (result.known) {
        out.neutral = {zeroshot_texts::neutralName, result.sentencesHash, result.neutralCount};
        out.known = {"the model's own sentences and a lexicon of mammography", result.sentencesHash,
                     result.known->known().texts.size(), result.known->threshold()};
    }
    out.fusion = fusionOf(rule);
    out.score = "similarity (cosine, -1 to 1)";
    out.milliseconds = {result.textMilliseconds, result.totalMilliseconds};
    out.provenance = message(result.provenance);
    return out;
}

protocol::ClassifyReply classifyReply(const ClassifyResult& result, const EncodedStudy& study)
{
    protocol::ClassifyReply out;
    out.classes = result.classes;
    for (std::size_t i = 0; i < study.images.size(); ++i) {
        const auto own = result.prompts.size() > 1 ? promptsOf(result.prompts[i]) : protocol::ClassifyReply::Prompts();
        out.images.push_back({nameOf(study.images[i], i), scoresOf(result.classes, result.images[i]), own,
                              english(study.images[i].image.warnings)});
    }
    for (const auto& [side, scores] : result.breasts)
        out.breasts.push_back({name(side), scoresOf(result.classes, scores)});
    out.study = {scoresOf(result.classes, result.study), name(result.provenance.fusion)};
    out.fusion = fusionOf(result.provenance.fusion);
    if (result.prompts.size() == 1)
        out.prompts = promptsOf(result.prompts.front());
    out.softmaxNote = softmaxNote;
    out.warnings = english(result.warnings);
    out.provenance = message(result.provenance);
    return out;
}

} // namespace mama
