#pragma once
#include "core/protocol/message_fields.h"
#include "core/protocol/query_reply.h"

namespace mama::protocol {

void fields(auto& list, Is<QueryReply::Nearest> auto& nearest)
{
    list.need("text", nearest.text);
    list.need("similarity", nearest.similarity);
}

} // namespace mama::protocol
