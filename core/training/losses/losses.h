#pragma once
#include "core/training/losses/local_scores.h"
#include "core/training/losses/loss_options.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mama {

class Collectives;

// All embeddings of one micro-batch of N image pairs and captions, before L2 normalisation. What a schedule does
// not use before late_loss may be undefined tensors.
struct LossInput
{
    torch::Tensor v, v2, t;                   // [N, D] globals of the two images and of the text
    torch::Tensor simclr1, simclr2;           // [N, D'] first and second view
    torch::Tensor patches;                    // [N, P, D''] of the first image
    torch::Tensor sentences;                  // [total, D''] all captions one after another
    std::vector<std::int64_t> sentenceCounts; // [N]
    torch::Tensor logitScale, localScale;     // logarithms of the temperatures, one value each
};

// Scalars; undefined where the input was. Source of the formulas: the reference's forward().
struct LossTerms
{
    torch::Tensor clipVToT, clipTToV;   // cross-entropies over e^logit_scale * cosine
    torch::Tensor clip2VToT, clip2TToV; // the same of the second view
    torch::Tensor ntxent;
    torch::Tensor localT2iRowsText, localT2iRowsImage; // best patch for each sentence
    torch::Tensor localI2tRowsText, localI2tRowsImage; // best sentence for each patch
    LocalScores scores;                                // before the temperature

    torch::Tensor clip() const { return clipVToT + clipTToV; }
    torch::Tensor clipSecondView() const { return clip2VToT + clip2TToV; }
    torch::Tensor localT2i() const { return localT2iRowsText + localT2iRowsImage; }
    torch::Tensor localI2t() const { return localI2tRowsText + localI2tRowsImage; }
    // Name and value of every defined term, singles first, then clip, clip_second_view, local_t2i, local_i2t.
    std::vector<std::pair<std::string, torch::Tensor>> named() const;
};

// Both directions of CE(e^scale * cos(a, b)), rows a and rows b; a and b [N, D] before L2, partners by row. With
// `together`, the mean over this process's rows against the columns of every process.
std::pair<torch::Tensor, torch::Tensor> contrast(const torch::Tensor& a, const torch::Tensor& b,
                                                 const torch::Tensor& logScale, const Collectives* together = nullptr);

// All samples of all ranks in rank order, for negatives beyond this process; first row of this rank's samples.
struct Gathered
{
    torch::Tensor first, second; // [all, D]
    std::int64_t offset = 0;
};

// NT-Xent (Chen et al. 2020) of two views [N, D] before L2: mean over the 2 N anchors of this process, each
// against all other samples of both views; with `gathered` against those of every rank.
// Gradients flow through both. Order of the views does not matter.
torch::Tensor ntxent(const torch::Tensor& first, const torch::Tensor& second, double temperature,
                     const std::optional<Gathered>& gathered = {});

// Every term whose tensors are defined; local terms need patches and sentences. Error(Data) if sizes do not fit.
// together: the run's processes, each with as many samples; terms that `options` gathers then see everybody's, and the
// mean of a term over the processes is that of one process with all samples.
LossTerms lossTerms(const LossInput& input, const LossOptions& options, const Collectives* together = nullptr);

// The total to minimise. Error(Data) names a term that the schedule needs and that is missing.
torch::Tensor totalLoss(const LossTerms& terms, const LossOptions& options, bool late);

} // namespace mama
