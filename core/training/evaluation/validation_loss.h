#pragma once
#include "core/protocol/run_records.h"
#include "core/text/captions/caption_tokens.h"
#include "core/training/evaluation/evaluation_data.h"
#include "core/training/tasks/pretraining_task.h"

namespace mama {

// Adds to `record` the loss of a pre-training on one batch of validation images that is the same at every evaluation
// and in every run: "loss" (the total) and its terms, "loss_clip", "loss_clip_second_view", "loss_ntxent",
// "loss_local_t2i", "loss_local_i2t" and those beside MaMA's. As many pairs as a micro-batch of all processes has, at
// most 128 and as there are images; without augmentation and dropout, by running statistics. whole: with the terms that
// start at late_loss, at any step, so that the figures of a run can be compared. Low and high are NaN: a loss has
// no interval here. Nothing is added where there are less than two images.
void addValidationLoss(const PretrainingTask& task, const CaptionTokenizer& captions, const EvaluationData& data,
                       bool whole, EvalRecord& record);

} // namespace mama
