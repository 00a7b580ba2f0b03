#pragma once
#include "core/protocol/engine_replies.h"
#include "core/protocol/message_fields.h"

// Fields that several replies share.
namespace mama::protocol {

void fields(auto& list, Is<ImageName> auto& image)
{
    list.need("index", image.index);
    list.need("path", image.path);
    list.need("frame", image.frame);
    list.need("slot", image.slot);
    list.need("side", image.side);
    list.need("view", image.view);
    list.need("fused", image.fused);
}

} // namespace mama::protocol
