#pragma once
#include "core/metrics/classification.h"

#include <string>

namespace mama::metrics {

// Plots as SVG documents; title must hold no markup. Undefined parts are left out.
// ROC of each class against the rest (of class 1 only where there are two), with its AUC in the legend.
std::string rocSvg(const Classification& classification, const std::string& title);
// Reliability: accuracy against mean confidence in 15 bins, dot area by samples. Without probabilities only axes.
std::string reliabilitySvg(const Classification& classification, const std::string& title);

} // namespace mama::metrics
