#pragma once
#include "core/protocol/message_fields.h"
#include "core/protocol/result_provenance.h"

// Fields of what goes with scores, in the replies that hold them.
namespace mama::protocol {

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
    list.may("map_way", provenance.mapWay);
    list.may("map_minus", provenance.mapMinus);
    list.may("map_minus_text", provenance.mapMinusText);
}

void fields(auto& list, Is<Fusion> auto& fusion)
{
    list.need("rule", fusion.rule);
    list.need("views", fusion.views);
    list.need("study", fusion.study);
}

} // namespace mama::protocol
