#include "core/protocol/query_reply.h"

#include "core/protocol/image_name_fields.h"

namespace mama::protocol {

using nlohmann::json;

void fields(auto& list, Is<Provenance> auto& provenance)
{
    list.need("model", provenance.model);
    list.need("hash", provenance.hash);
    list.need("kind", provenance.kind);
    list.need("trained_on", provenance.trainedOn);
    list.need("licence", provenance.licence);
    list.need("model_notice", provenance.modelNotice);
    list.need("compat", provenance.compat);
    list.need("profile", provenance.profile);
    list.need("profile_version", provenance.profileVersion);
    list.need("pooling", provenance.pooling);
    list.need("prefix", provenance.prefix);
    list.need("raw", provenance.raw);
    list.need("precision", provenance.precision);
    list.need("device", provenance.device);
    list.need("fusion", provenance.fusion);
    list.need("notice", provenance.notice);
}

void fields(auto& list, Is<Fusion> auto& fusion)
{
    list.need("rule", fusion.rule);
    list.need("views", fusion.views);
    list.need("study", fusion.study);
}

void fields(auto& list, Is<QueryReply::Unnegated> auto& unnegated)
{
    list.need("text", unnegated.text);
    list.need("images", unnegated.images);
    list.need("breasts", unnegated.breasts);
    list.need("study", unnegated.study);
}

void fields(auto& list, Is<QueryReply::Text> auto& text)
{
    list.need("text", text.text);
    list.need("encoded", text.encoded);
    list.need("cut", text.cut);
    list.need("sentences", text.sentences);
    list.need("warnings", text.warnings);
    list.orNull("unnegated", text.unnegated);
    list.may("warning_texts", text.warningTexts);
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
    list.need("warnings", image.warnings);
    list.may("maps", image.maps);
}

void fields(auto& list, Is<QueryReply::Breast> auto& breast)
{
    list.need("side", breast.side);
    list.need("scores", breast.scores);
    list.need("fusion", breast.fusion);
}

void fields(auto& list, Is<QueryReply::Study> auto& study)
{
    list.need("scores", study.scores);
    list.need("fusion", study.fusion);
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
    list.need("milliseconds", reply.milliseconds);
    list.may("folder", reply.folder);
    list.need("provenance", reply.provenance);
}

void fields(auto& list, Is<ClassifyReply::Scores> auto& scores)
{
    list.may("similarity", scores.similarity);
    list.need("logits", scores.logits);
    list.need("softmax", scores.softmax);
    list.need("softmax_twice", scores.softmaxTwice);
}

void fields(auto& list, Is<ClassifyReply::Image> auto& image)
{
    fields(list, image.image);
    fields(list, image.scores);
    list.may("prompts", image.prompts);
    list.need("warnings", image.warnings);
}

void fields(auto& list, Is<ClassifyReply::Breast> auto& breast)
{
    list.need("side", breast.side);
    fields(list, breast.scores);
}

void fields(auto& list, Is<ClassifyReply::Study> auto& study)
{
    fields(list, study.scores);
    list.need("fusion", study.fusion);
}

void fields(auto& list, Is<ClassifyReply> auto& reply)
{
    list.need("classes", reply.classes);
    list.need("images", reply.images);
    list.need("breasts", reply.breasts);
    list.need("study", reply.study);
    list.need("fusion", reply.fusion);
    list.orNull("prompts", reply.prompts);
    list.need("softmax_note", reply.softmaxNote);
    list.need("warnings", reply.warnings);
    list.need("provenance", reply.provenance);
}

json Provenance::toJson() const { return written(*this); }
json QueryReply::toJson() const { return written(*this); }
json ClassifyReply::toJson() const { return written(*this); }

QueryReply QueryReply::fromJson(const json& result) { return readReply<QueryReply>(result); }
ClassifyReply ClassifyReply::fromJson(const json& result) { return readReply<ClassifyReply>(result); }

} // namespace mama::protocol
