#pragma once
#include "core/evaluation/table_evaluation.h"
#include "core/metrics/bootstrap.h"

#include <nlohmann/json.hpp>

namespace mama {

struct TableReportOptions
{
    enum class Softmax { Once, Twice, Both }; // Twice: as the reference feeds its AUC (mama.md R1)
    Softmax softmax = Softmax::Once;
    bool intervals = true; // 95 %, by patient
    metrics::BootstrapOptions bootstrap;
    nlohmann::json about;         // members that the report has too; null: none
    std::filesystem::path folder; // of report.json, predictions.csv, roc.svg and reliability.svg; empty: no files
};

// The figures of metrics::report ("softmax_twice" holds the second kind of Both), what was asked of which table, where
// the scores come from, and the refused rows. Empty: cancelled.
Cancellable<nlohmann::json> tableReport(const EvaluatedTable& evaluated, const TableQuestion& question,
                                        const Profile& profile, const TableReportOptions& options, const Job& job = {});

} // namespace mama
