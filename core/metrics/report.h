#pragma once
#include "core/metrics/classification.h"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mama::metrics {

// What the commands print about a labelled set: n, classes, class_counts, confusion_rows_truth, every figure by
// its name, delong (AUC of class 1; two classes), delong_per_class, bootstrap_ci95 {accuracy, balanced_accuracy,
// auc: two classes}, and intervals: name -> [low, high] or one such pair a class. Undefined: NaN or null.
struct ReportOptions
{
    BootstrapOptions bootstrap;
    bool intervals = true;
};
Cancellable<nlohmann::json> report(const Classification& classification, const ReportOptions& options,
                                   const Job& job = {});

} // namespace mama::metrics
