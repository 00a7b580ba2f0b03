#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace mama::metrics {

// Scores of a labelled set: what a zero-shot, probe or fine-tuned model says about each sample.
struct Predictions
{
    std::size_t classes = 0;
    std::vector<double> scores;        // [N, classes], higher means more likely
    std::vector<int> labels;           // [N], 0 to classes - 1
    std::vector<std::string> patients; // [N] or empty; intervals are resampled by these

    std::size_t samples() const { return labels.size(); }
    double score(std::size_t sample, std::size_t of) const { return scores[sample * classes + of]; }
    // All in [0, 1] with rows that add up to 1 within 1e-3: figures of probabilities have a meaning.
    bool areProbabilities() const;
};

// A CSV table with the columns label, score_0 .. score_k (or one column score: that of class 1 of two) and
// optionally patient (or patient_id), in any order; other columns are ignored. "-" is standard input.
// Error(Format) names the row and the column.
Predictions readPredictions(const std::filesystem::path& path);

// Softmax over the classes of scale * score, row by row: similarities become shares among the prompts.
void softmax(Predictions& predictions, double scale);

// The table that readPredictions reads, with every digit of the scores. Appears by rename.
void writePredictions(const std::filesystem::path& path, const Predictions& predictions);

} // namespace mama::metrics
