#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace mama {

inline constexpr const char* notForClinicalUse = "Not for clinical use.";

// What a line about a result says of the model behind it.
struct ModelSource
{
    std::string model, hash, trainedOn;
    std::string profile, precision, device; // empty profile: how it was computed is not said
    std::optional<std::int64_t> checkpoint; // step of the run that the model is a checkpoint of
};

enum class ProvenanceForm {
    Note,      // "trained on: phantoms", beside the model's name
    Paragraph, // of the window: "Model mine (5f0c91aa), trained on: phantoms. Profile ... Not for clinical use."
    Command,   // at the end of a table: the same with twelve digits of the hash and without brackets
    Picture    // a line in a picture's legend, which says elsewhere that it is not for clinical use
};

// The one sentence that every result carries, wherever it is shown.
std::string provenanceLine(const ModelSource& source, ProvenanceForm form);

} // namespace mama
