#pragma once
#include "core/model/model.h"
#include "core/protocol/provenance_line.h"
#include "core/protocol/result_provenance.h"
#include "core/study/fusion.h"

#include <string>

namespace mama {

// Where a result comes from: stands in every reply, table and picture that shows one.
struct Provenance
{
    std::string model, hash, kind, trainedOn, licence, notice, compat; // of model.json
    std::string profile;
    int profileVersion = 1;
    std::string pooling;                // of the text: "zero-shot" or "training"; empty for a linear probe
    std::string prefix;                 // text in front of every sentence
    bool raw = false;                   // texts as they are, without the caption rules
    std::string mapWay;                 // of maps; empty: none were drawn, or there is one way only
    std::string mapMinus, mapMinusText; // what was taken off the maps (MapMinus), and which; empty: nothing
    std::string precision, device;
    FusionRule fusion = FusionRule::Maximum;
};

Provenance provenanceOf(const Model& model, const std::string& profile, int profileVersion);
protocol::Provenance message(const Provenance& provenance);
nlohmann::json toJson(const Provenance& provenance); // of its message
ModelSource sourceOf(const Provenance& provenance);  // for provenanceLine

} // namespace mama
