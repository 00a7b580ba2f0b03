#pragma once
#include "core/base/user_text.h"

#include <cstdint>
#include <string>

namespace mama {

inline constexpr const char* notForClinicalUse = "Not for clinical use.";

// What a line about a result says of the model behind it.
struct ModelSource
{
    std::string model, hash, trainedOn;
    std::string profile, precision, device; // Paragraph and Picture
    std::int64_t step = 0;                  // Checkpoint: of the run that the model is a checkpoint of
    std::string licence{};                  // of the model; empty: it states none
};

enum class ProvenanceForm {
    Note,       // trained on: phantoms
    Paragraph,  // Model mine (5f0c91aa), trained on: phantoms. Profile mama v1, fp32 on CPU. Not for clinical use.
    Checkpoint, // Model mine (5f0c91aa), checkpoint of step 400, trained on: phantoms. Not for clinical use.
    Command,    // Model mine 5f0c91aa0b22, trained on: phantoms. Not for clinical use.
    Picture     // Model mine 5f0c91aa0b22, trained on phantoms, fp32 on CPU
};

// The line that every result carries, in the window, on the command line and in pictures; where it is a line of its own
// (Paragraph, Checkpoint, Command) with the licence, if the model has one. A model that does not tell what it was
// trained on is said to be of unknown data.
UserText provenanceLine(const ModelSource& source, ProvenanceForm form);

} // namespace mama
