#pragma once
#include "core/evaluation/finding_sample.h"

#include <filesystem>
#include <span>

namespace mama {

// One row an image, so that every figure can be counted again, failures be looked at and two models be compared in
// pairs: image (path as in the table), patient, exam, side, view; for KIND mass and calcification KIND (0, 1),
// KIND_conspicuity, KIND_reachable, KIND_chance, KIND_score_NAME, and by map KIND_peak_MAP (its highest patch in the
// breast), KIND_x_MAP and KIND_y_MAP (that patch's centre in stored pixels), KIND_hit_MAP, KIND_near_MAP, KIND_cnr_MAP,
// KIND_miou_MAP; normal (0, 1), density (0 to 3), density_score_0..3, suspicious (0, 1), suspicious_score. An empty
// cell: not labelled, not asked, or without meaning. Numbers are exact (shortest form that reads back the same).
// samples: one for every image, in the order of `images`. Appears by rename. Error(Io) names the file.
void writeFindingPredictions(const std::filesystem::path& file, std::span<const TrainingImage> images,
                             std::span<const FindingSample> samples);

} // namespace mama
