#include "core/zeroshot/provenance.h"

#include <nlohmann/json.hpp>

namespace mama {

Provenance provenanceOf(const Model& model, const std::string& profile, int profileVersion)
{
    const ModelInfo& info = model.info();
    Provenance out;
    out.model = info.name;
    out.hash = info.hash;
    out.kind = info.kind;
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

nlohmann::json toJson(const Provenance& p)
{
    return {{"model", p.model},           {"hash", p.hash},       {"kind", p.kind},
            {"trained_on", p.trainedOn},  {"licence", p.licence}, {"model_notice", p.notice},
            {"compat", p.compat},         {"profile", p.profile}, {"profile_version", p.profileVersion},
            {"pooling", p.pooling},       {"prefix", p.prefix},   {"raw", p.raw},
            {"precision", p.precision},   {"device", p.device},   {"fusion", name(p.fusion)},
            {"notice", notForClinicalUse}};
}

nlohmann::json toJson(FusionRule rule)
{
    return {{"rule", name(rule)}, {"views", viewsRule(rule)}, {"study", studyRule(rule)}};
}

} // namespace mama
