#pragma once
#include "core/weights/config_sources.h"
#include "core/weights/source_tensors.h"

namespace mama::weights {

struct DescribeInput
{
    const SourceTensors& tensors;
    const ConfigSources& configs;
    Naming naming;
    nlohmann::json adapter; // adapter_config.json, or null
    std::string compat;
};

// model.json without name, hash and provenance, from what the weights show and the configurations tell. What
// neither tells is taken from the reference's published values and noted in report.assumed.
nlohmann::json describe(const DescribeInput& input, ImportReport& report);

// Of a model of images and texts, whose heads and scales are there, one tower alone: what is missing. Empty for all
// others; a probe's classifier needs no texts.
UserText missingTower(const DescribeInput& input);

// "trained_on", "licence", "notice": what the file's name and its hyper-parameters let us say.
nlohmann::json provenanceNotes(const nlohmann::json& description, const ConfigSources& configs,
                               const std::filesystem::path& source);

} // namespace mama::weights
