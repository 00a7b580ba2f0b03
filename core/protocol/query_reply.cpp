#include "core/protocol/query_reply.h"

#include "core/protocol/image_name_fields.h"
#include "core/protocol/nearest_fields.h"
#include "core/protocol/provenance_fields.h"

namespace mama::protocol {

using nlohmann::json;

void fields(auto& list, Is<QueryReply::Unnegated> auto& unnegated)
{
    list.need("text", unnegated.text);
    list.need("images", unnegated.images);
    list.need("breasts", unnegated.breasts);
    list.need("study", unnegated.study);
}

void fields(auto& list, Is<QueryReply::MapRange> auto& range)
{
    list.need("low", range.low);
    list.need("high", range.high);
}

void fields(auto& list, Is<QueryReply::Text> auto& text)
{
    list.need("text", text.text);
    list.need("encoded", text.encoded);
    list.need("cut", text.cut);
    list.need("sentences", text.sentences);
    list.need("warnings", text.warnings);
    list.orNull("unnegated", text.unnegated);
    list.orNull("map_range", text.mapRange);
    list.may("warning_texts", text.warningTexts);
    list.need("unlike", text.unlike);
    list.need("familiarity", text.familiarity);
    list.orNull("nearest", text.nearest);
    list.orNull("heading", text.heading);
    list.orNull("negated", text.negated);
    list.orNull("not_visual", text.notVisual);
    list.orNull("cut_text", text.cutText);
    list.need("sentence_texts", text.sentenceTexts);
    list.orNull("map_sentence", text.mapSentence);
    list.may("map_ranges", text.mapRanges);
}

void fields(auto& list, Is<QueryReply::Map> auto& map)
{
    list.need("text", map.text);
    list.need("sentence", map.sentence);
    list.need("rows", map.rows);
    list.need("columns", map.columns);
    list.may("data", map.values);
    list.check(map.values.empty() || (map.rows > 0 && map.columns > 0 &&
                                      map.values.size() == std::size_t{1} * static_cast<std::size_t>(map.rows) *
                                                               static_cast<std::size_t>(map.columns)),
               "does not hold rows x columns values");
    list.may("path", map.path);
}

void fields(auto& list, Is<QueryReply::Image> auto& image)
{
    fields(list, image.image);
    list.need("scores", image.scores);
    list.need("ranks", image.ranks);
    list.need("neutral_ranks", image.neutralRanks);
    list.need("warnings", image.warnings);
    list.may("maps", image.maps);
    list.may("warning_texts", image.warningTexts);
}

void fields(auto& list, Is<QueryReply::Breast> auto& breast)
{
    list.need("side", breast.side);
    list.need("scores", breast.scores);
    list.need("ranks", breast.ranks);
    list.need("neutral_ranks", breast.neutralRanks);
    list.need("fusion", breast.fusion);
}

void fields(auto& list, Is<QueryReply::Study> auto& study)
{
    list.need("scores", study.scores);
    list.need("ranks", study.ranks);
    list.need("neutral_ranks", study.neutralRanks);
    list.need("fusion", study.fusion);
}

void fields(auto& list, Is<QueryReply::Reference> auto& reference)
{
    list.need("name", reference.name);
    list.need("studies", reference.studies);
    list.need("images", reference.images);
    list.need("hash", reference.hash);
}

void fields(auto& list, Is<QueryReply::Sentences> auto& sentences)
{
    list.need("name", sentences.name);
    list.need("sentences", sentences.sentences);
    list.need("hash", sentences.hash);
}

void fields(auto& list, Is<QueryReply::Known> auto& known)
{
    list.need("name", known.name);
    list.need("sentences", known.sentences);
    list.need("hash", known.hash);
    list.need("threshold", known.threshold);
}

void fields(auto& list, Is<QueryReply::Milliseconds> auto& milliseconds)
{
    list.need("text", milliseconds.text);
    list.need("total", milliseconds.total);
}

void fields(auto& list, Is<QueryReply> auto& reply)
{
    list.need("texts", reply.texts);
    list.need("images", reply.images);
    list.need("breasts", reply.breasts);
    list.need("study", reply.study);
    list.need("fusion", reply.fusion);
    list.need("score", reply.score);
    list.orNull("reference", reply.reference);
    list.may("reference_problem", reply.referenceProblem);
    list.orNull("neutral", reply.neutral);
    list.orNull("known", reply.known);
    list.need("milliseconds", reply.milliseconds);
    list.may("folder", reply.folder);
    list.need("provenance", reply.provenance);
}

json QueryReply::toJson() const { return written(*this); }

QueryReply QueryReply::fromJson(const json& result) { return readReply<QueryReply>(result); }

} // namespace mama::protocol
