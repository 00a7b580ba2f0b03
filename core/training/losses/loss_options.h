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

// Whom a term takes its negatives from where a run has several processes: this one's samples, or everybody's.
enum class Negatives { Local, Gathered };
// "local", "gathered". Error(Usage) otherwise.
Negatives negativesOf(std::string_view name);

struct LossOptions
{
    LossSchedule schedule = LossSchedule::Reference;
    std::int64_t lateLoss = 8000; // optimiser steps; late from this step on
    // A term of weight 0 is left out and not computed.
    double simclrWeight = 1;
    double secondViewWeight = 1; // of the second view's clip
    double localWeight = 1;      // of both local terms
    double temperature = 0.5;    // of NT-Xent
    // Of the two clip terms, NT-Xent and the local terms; as the reference means them (mama.md 6).
    Negatives clip = Negatives::Local, simclr = Negatives::Gathered, local = Negatives::Local;
};

// Whether the second view and the local terms have a part in the loss of a step that is late or not.
bool usesSecondView(const LossOptions& options, bool late);
bool usesLocal(const LossOptions& options, bool late);

// Whether the step is at or past late_loss; the trainable state is a function of this too.
bool isLate(const LossOptions& options, std::int64_t step);

} // namespace mama
