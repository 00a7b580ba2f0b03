#include "core/zeroshot/provenance.h"

namespace mama {

Provenance provenanceOf(const Model& model, const std::string& profile, int profileVersion)
{
    const ModelInfo& info = model.info();
    Provenance out;
    out.model = info.name;
    out.hash = info.hash;
    out.kind = name(info.kind);
    out.trainedOn = info.trainedOn;
    out.licence = info.licence;
    out.notice = info.notice;
    out.compat = info.compat;
    out.profile = profile;
    out.profileVersion = profileVersion;
    out.precision = name(model.precision());
    out.device = model.device();
    return out;
}

protocol::Provenance message(const Provenance& p)
{
    protocol::Provenance out;
    out.model = p.model;
    out.hash = p.hash;
    out.kind = p.kind;
    out.trainedOn = p.trainedOn;
    out.licence = p.licence;
    out.modelNotice = p.notice;
    out.compat = p.compat;
    out.profile = p.profile;
    out.profileVersion = p.profileVersion;
    out.pooling = p.pooling;
    out.prefix = p.prefix;
    out.raw = p.raw;
    if (!p.mapWay.empty())
        out.mapWay = p.mapWay;
    if (!p.mapMinus.empty()) {
        out.mapMinus = p.mapMinus;
        out.mapMinusText = p.mapMinusText;
    }
    out.precision = p.precision;
    out.device = p.device;
    out.fusion = name(p.fusion);
    out.notice = notForClinicalUse;
    return out;
}

ModelSource sourceOf(const Provenance& p)
{
    return {p.model,     p.hash,   p.trainedOn, p.profile + " v" + std::to_string(p.profileVersion),
            p.precision, p.device, 0,           p.licence};
}

nlohmann::json toJson(const Provenance& provenance) { return message(provenance).toJson(); }

} // namespace mama
