#include "core/protocol/text_vectors.h"

#include "core/protocol/message_fields.h"
#include "core/protocol/nearest_fields.h"

namespace mama::protocol {

using nlohmann::json;

namespace {

constexpr std::size_t mostTexts = 256;

}

void fields(auto& list, Is<TextVectorsRequest> auto& request)
{
    list.need("texts", request.texts, Count{1, mostTexts});
    list.may("pooling", request.pooling);
    list.may("prefix", request.prefix);
    list.may("raw", request.raw);
}

void fields(auto& list, Is<TextVectorsReply::Text> auto& text)
{
    list.need("text", text.text);
    list.need("encoded", text.encoded);
    list.need("cut", text.cut);
    list.need("unlike", text.unlike);
    list.orNull("nearest", text.nearest);
    list.need("warnings", text.warnings);
    list.may("warning_texts", text.warningTexts);
    list.need("vector", text.vector);
}

void fields(auto& list, Is<TextVectorsReply> auto& reply)
{
    list.need("model", reply.model);
    list.need("hash", reply.hash);
    list.need("pooling", reply.pooling);
    list.need("texts", reply.texts);
}

json TextVectorsRequest::toJson() const { return written(*this); }
json TextVectorsReply::toJson() const { return written(*this); }
TextVectorsRequest TextVectorsRequest::fromJson(const json& params) { return readRequest<TextVectorsRequest>(params); }
TextVectorsReply TextVectorsReply::fromJson(const json& result) { return readReply<TextVectorsReply>(result); }

} // namespace mama::protocol
