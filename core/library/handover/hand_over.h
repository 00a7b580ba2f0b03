#pragma once
#include "core/library/handover/data_terms.h"
#include "core/library/handover/training_export.h"

#include <span>

namespace mama {

struct ImagesLeftOut
{
    UserText why;
    std::int64_t images = 0;
};

// What training would find of some studies. Every image is usable, or left out for one reason.
struct HandOverPlan
{
    std::int64_t studies = 0, patients = 0, images = 0, usable = 0;
    std::vector<ImagesLeftOut> leftOut;         // no 2D image, not released, its file was missing when last looked for
    std::vector<ImagesLeftOut> withoutCaption;  // of the usable ones; the rest have whole captions
    std::map<std::string, std::int64_t> labels; // usable images that have a label, by its column
    std::vector<DataTerms> terms;
    std::int64_t captions() const;
};

// Looks at tables alone. Empty if cancelled.
Cancellable<HandOverPlan> planHandOver(Library& library, std::span<const std::int64_t> studies, const Job& job = {});

struct HandOverRequest
{
    std::string name; // of the cohort
    ChosenStudies chosen;
    SplitRequest split; // its cohort is the one that is made
    std::filesystem::path folder;
    // For train.json: classes of this column are learnt instead of captions; or captions of what is known are enough.
    std::string label{};
    bool knownCaptions = false;
};

struct HandOver
{
    Change frozen, parted;
    TrainingExport exported;
    std::vector<UserText> warnings; // of what the split cannot hold together
};

// Freezes, splits and exports, as the three commands do. What cannot be exported, or was cancelled (then empty), leaves
// no folder, and cohort and split are taken back.
Cancellable<HandOver> handOver(Library& library, const HandOverRequest& request, const Job& job = {});

} // namespace mama
