#pragma once
#include "core/evaluation/labelled_table.h"
#include "core/zeroshot/classify.h"
#include "core/zeroshot/model_catalogue.h"

namespace mama {

// What is asked of every image of a labelled table.
struct TableQuestion
{
    PromptSource prompts; // none: of a linear probe alone
    std::string prefix;   // in front of every prompt, before the table's own column prefix
    Pooling pooling = Pooling::Default;
    bool raw = false; // prompts hold special tokens already
    int length = 0;   // tokens that prompts are cut and padded to; 0: the task's, else the model's
};

// Images that could be scored, in the table's order, with what the model says of them.
struct EvaluatedTable
{
    LabelledTable table; // its images and those of `study` go together
    EncodedStudy study;
    ClassifyResult result;
    PromptSet prompts; // without prefixes; none for a probe
};

// Error(Data) naming the table, and its first refused row, if it has no image.
void needImages(const LabelledTable& table);

// Labels resolved, every image encoded and scored by itself. Rows with another label and files that cannot be read move
// to the table's refused rows. cache may be null. A .npy file is one prepared image [3, H, W]. Error(Usage) if the
// model is no linear probe and there are no prompts, or a probe has another number of classes; Error(Data) if no image
// is left. Empty: cancelled.
Cancellable<EvaluatedTable> evaluateTable(LabelledTable table, const TableQuestion& question, LoadedModel& loaded,
                                          EmbeddingCache* cache, const Job& job = {});

} // namespace mama
