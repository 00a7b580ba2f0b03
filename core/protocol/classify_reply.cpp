#include "core/protocol/classify_reply.h"

#include "core/protocol/image_name_fields.h"
#include "core/protocol/provenance_fields.h"

namespace mama::protocol {

using nlohmann::json;

void fields(auto& list, Is<ClassifyReply::Scores> auto& scores)
{
    list.may("similarity", scores.similarity);
    list.need("logits", scores.logits);
    list.need("softmax", scores.softmax);
    list.need("softmax_twice", scores.softmaxTwice);
    list.may("sigmoid", scores.sigmoid);
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

json ClassifyReply::toJson() const { return written(*this); }

ClassifyReply ClassifyReply::fromJson(const json& result) { return readReply<ClassifyReply>(result); }

} // namespace mama::protocol
