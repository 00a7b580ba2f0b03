#include "core/evaluation/table_report.h"

#include "core/base/files.h"
#include "core/metrics/plots.h"
#include "core/metrics/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

constexpr const char* scoreNote =
    "scores are a softmax: shares among these classes, not calibrated probabilities; ECE and Brier judge the shares";

metrics::Predictions predictionsOf(const EvaluatedTable& set, bool twice)
{
    metrics::Predictions out;
    out.classes = set.result.classes.size();
    for (std::size_t i = 0; i < set.table.images.size(); ++i) {
        const ClassScores& scores = set.result.images[i];
        const std::vector<double>& row = twice ? scores.softmaxTwice : scores.softmax;
        out.scores.insert(out.scores.end(), row.begin(), row.end());
        out.labels.push_back(set.table.images[i].label);
        if (set.table.patients)
            out.patients.push_back(set.table.images[i].patient);
    }
    return out;
}

std::string plotTitle(const std::string& what, const Provenance& p)
{
    std::string title = what + ", " + p.model.substr(0, 32) + " " + p.hash.substr(0, 12) + ". " + notForClinicalUse;
    for (char& c : title)
        if (c == '<' || c == '>' || c == '&') // of the model's name; the title holds no markup
            c = '_';
    return title;
}

// Figures of one kind of score, and their files. Empty: cancelled.
Cancellable<json> figures(const EvaluatedTable& set, const TableReportOptions& options, bool twice, const Job& job)
{
    const metrics::Classification classification(predictionsOf(set, twice));
    auto report = metrics::report(classification, {options.bootstrap, options.intervals}, job);
    if (!report)
        return {};
    (*report)["softmax"] = twice ? "twice" : "once";
    if (options.folder.empty())
        return report;
    const std::string suffix = options.softmax == TableReportOptions::Softmax::Both && twice ? "_twice" : "";
    const Provenance& p = set.result.provenance;
    const std::string of = twice ? " (softmax twice)" : "";
    metrics::writePredictions(options.folder / ("predictions" + suffix + ".csv"), classification.predictions());
    writeAtomically(options.folder / ("roc" + suffix + ".svg"),
                    std::string_view(metrics::rocSvg(classification, plotTitle("ROC" + of, p))));
    writeAtomically(options.folder / ("reliability" + suffix + ".svg"),
                    std::string_view(metrics::reliabilitySvg(classification, plotTitle("Reliability" + of, p))));
    return report;
}

json promptsJson(const EvaluatedTable& set)
{
    if (set.result.prompts.empty())
        return nullptr; // a probe has none
    json out = json::object();
    for (const auto& [label, prompts] : set.prompts.classes)
        out[label] = prompts;
    return out;
}

json about(const EvaluatedTable& set, const TableQuestion& question, const Profile& profile)
{
    json out = {{"task", question.prompts.task.empty() ? json(nullptr) : json(question.prompts.task)},
                {"table", set.table.file.string()},
                {"class_names", set.result.classes}};
    out["level"] = "image";
    out["prompts"] = promptsJson(set);
    out["prompt_prefix"] = set.table.prefixes ? "column prefix" : question.prefix;
    json provenance = toJson(set.result.provenance);
    provenance.erase("fusion"); // single images: nothing was fused
    const bool prepared = std::any_of(set.study.images.begin(), set.study.images.end(),
                                      [](const ScoredImage& image) { return image.encoded->profile == "prepared"; });
    provenance["profile"] = profile.name;
    provenance["profile_version"] = profile.version;
    provenance["prepared_arrays"] = prepared;
    out["provenance"] = std::move(provenance);
    out["score_note"] = scoreNote;
    out["warnings"] = english(set.result.warnings);
    if (!set.table.patients)
        out["warnings"].push_back(
            "the table has no column patient: intervals are by image, too narrow where a patient has several");
    out["refused"] = json::array();
    for (const RefusedRow& row : set.table.refused)
        out["refused"].push_back({{"row", row.row}, {"path", row.path}, {"reason", row.reason}});
    return out;
}

} // namespace

Cancellable<json> tableReport(const EvaluatedTable& evaluated, const TableQuestion& question, const Profile& profile,
                              const TableReportOptions& options, const Job& job)
{
    using Softmax = TableReportOptions::Softmax;
    auto report = figures(evaluated, options, options.softmax == Softmax::Twice, job);
    if (!report)
        return {};
    if (options.softmax == Softmax::Both) {
        auto twice = figures(evaluated, options, true, job);
        if (!twice)
            return {};
        (*report)["softmax_twice"] = std::move(*twice);
    }
    report->update(about(evaluated, question, profile));
    if (options.about.is_object())
        report->update(options.about);
    if (!options.folder.empty())
        writeAtomically(options.folder / "report.json",
                        std::string_view(report->dump(2, ' ', false, json::error_handler_t::replace) + "\n"));
    return report;
}

} // namespace mama
