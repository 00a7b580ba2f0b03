#pragma once
#include <cstdint>
#include <string_view>

namespace mama {

// How the terms are weighed and when they start (they all stay logged by themselves).
//   reference: before late_loss clip only; after it clip + simclr_weight * ntxent + second-view clip + local
//   paper: clip + second-view clip + ntxent from the start; after late_loss also half the local term
//   paper_mean: as paper, but each pair of cross-entropy directions is averaged, not added
enum class LossSchedule { Reference, Paper, PaperMean };
// "reference", "paper", "paper_mean". Error(Usage) otherwise.
LossSchedule lossScheduleOf(std::string_view name);
const char* name(LossSchedule schedule);

struct LossOptions
{
    LossSchedule schedule = LossSchedule::Reference;
    std::int64_t lateLoss = 8000; // optimiser steps; late from this step on
    // A term of weight 0 is left out and not computed.
    double simclrWeight = 1;
    double secondViewWeight = 1;  // of the second view's clip
    double localWeight = 1;       // of both local terms
    double temperature = 0.5;     // of NT-Xent
};

// Whether the second view and the local terms have a part in the loss of a step that is late or not.
bool usesSecondView(const LossOptions& options, bool late);
bool usesLocal(const LossOptions& options, bool late);

// Whether the step is at or past late_loss; the trainable state is a function of this too.
bool isLate(const LossOptions& options, std::int64_t step);

} // namespace mama
