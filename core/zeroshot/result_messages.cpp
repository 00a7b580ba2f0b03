#include "core/zeroshot/result_messages.h"

#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

constexpr const char* softmaxNote = "softmax: a share among these prompts, not a probability";

// What names an image in a result.
json identity(const ScoredImage& image, std::size_t index)
{
    return {{"index", index},
            {"path", image.image.path.string()},
            {"frame", image.image.frame},
            {"slot", name(image.image.slot)},
            {"side", name(image.image.side)},
            {"view", image.image.view},
            {"fused", image.fused}};
}

json textJson(const QueriedText& text)
{
    json out = {{"text", text.text},           {"encoded", text.encoded},   {"cut", text.cut},
                {"sentences", text.sentences}, {"warnings", text.warnings}, {"unnegated", nullptr}};
    if (!text.unnegated)
        return out;
    json breasts = json::object();
    for (const BreastScores& breast : text.unnegated->fused.breasts)
        breasts[name(breast.side)] = breast.scores.front();
    out["unnegated"] = {{"text", text.unnegated->text},
                        {"images", text.unnegated->images},
                        {"breasts", breasts},
                        {"study", text.unnegated->fused.study.front()}};
    return out;
}

json byClass(const std::vector<std::string>& classes, const std::vector<double>& values)
{
    json out = json::object();
    for (std::size_t i = 0; i < values.size(); ++i)
        out[classes[i]] = values[i];
    return out;
}

json scoresJson(const std::vector<std::string>& classes, const ClassScores& scores)
{
    json out = {{"logits", byClass(classes, scores.logits)},
                {"softmax", byClass(classes, scores.softmax)},
                {"softmax_twice", byClass(classes, scores.softmaxTwice)}};
    if (!scores.similarity.empty())
        out["similarity"] = byClass(classes, scores.similarity);
    return out;
}

json promptsJson(const PromptSet& set)
{
    json out = json::object();
    for (const auto& [label, prompts] : set.classes)
        out[label] = prompts;
    return out;
}

} // namespace

json patchSizeJson(const Geometry& geometry, const std::optional<Spacing>& spacing)
{
    if (!spacing)
        return nullptr;
    const Spacing size = geometry.patchSize(*spacing);
    return {size.row, size.column};
}

json seenJson(const Geometry& geometry)
{
    const auto [first, last] = geometry.seen();
    return {first.x, first.y, last.x, last.y};
}

json toJson(const ScoredImage& image, std::size_t index)
{
    const EncodedImage& encoded = *image.encoded;
    json out = identity(image, index);
    out["cached"] = image.cached;
    out["milliseconds"] = image.milliseconds;
    out["grid"] = {encoded.geometry.gridRows(), encoded.geometry.gridColumns()};
    out["geometry"] = encoded.geometry.toJson();
    out["seen"] = seenJson(encoded.geometry);
    out["patch_mm"] = patchSizeJson(encoded.geometry, image.image.spacing);
    out["warnings"] = image.image.warnings;
    return out;
}

json toJson(const std::vector<NotScored>& list)
{
    json out = json::array();
    for (const NotScored& one : list)
        out.push_back({{"path", one.path.string()}, {"reason", one.reason}});
    return out;
}

json toJson(const QueryResult& result, const EncodedStudy& study)
{
    json out;
    out["texts"] = json::array();
    for (const QueriedText& text : result.texts)
        out["texts"].push_back(textJson(text));
    out["images"] = json::array();
    for (std::size_t i = 0; i < study.images.size(); ++i) {
        json image = identity(study.images[i], i);
        image["scores"] = result.scores[i];
        image["warnings"] = study.images[i].image.warnings;
        out["images"].push_back(std::move(image));
    }
    out["breasts"] = json::array();
    for (const BreastScores& breast : result.fused.breasts)
        out["breasts"].push_back(
            {{"side", name(breast.side)}, {"scores", breast.scores}, {"fusion", viewsRule(result.provenance.fusion)}});
    out["study"] = {{"scores", result.fused.study}, {"fusion", name(result.provenance.fusion)}};
    out["fusion"] = toJson(result.provenance.fusion);
    out["score"] = "similarity (cosine, -1 to 1)";
    out["milliseconds"] = {{"text", result.textMilliseconds}, {"total", result.totalMilliseconds}};
    out["provenance"] = toJson(result.provenance);
    return out;
}

json toJson(const ClassifyResult& result, const EncodedStudy& study)
{
    json out;
    out["classes"] = result.classes;
    out["images"] = json::array();
    for (std::size_t i = 0; i < study.images.size(); ++i) {
        json image = identity(study.images[i], i);
        image.update(scoresJson(result.classes, result.images[i]));
        if (result.prompts.size() > 1)
            image["prompts"] = promptsJson(result.prompts[i]);
        image["warnings"] = study.images[i].image.warnings;
        out["images"].push_back(std::move(image));
    }
    out["breasts"] = json::array();
    for (const auto& [side, scores] : result.breasts) {
        json breast = scoresJson(result.classes, scores);
        breast["side"] = name(side);
        out["breasts"].push_back(std::move(breast));
    }
    out["study"] = scoresJson(result.classes, result.study);
    out["study"]["fusion"] = name(result.provenance.fusion);
    out["fusion"] = toJson(result.provenance.fusion);
    out["prompts"] = result.prompts.size() == 1 ? promptsJson(result.prompts.front()) : json(nullptr);
    out["softmax_note"] = softmaxNote;
    out["warnings"] = result.warnings;
    out["provenance"] = toJson(result.provenance);
    return out;
}

} // namespace mama
