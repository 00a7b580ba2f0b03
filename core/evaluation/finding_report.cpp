#include "core/evaluation/finding_report.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/evaluation/evaluation_actions.h"

namespace mama {

nlohmann::json findingReport(const FindingFigures& figures, const ModelInfo& info, const TrainingIndex& index)
{
    return {{"model",
             {{"name", info.name}, {"hash", info.hash}, {"trained_on", info.trainedOn}, {"licence", info.licence}}},
            {"data", index.synthetic},
            {"images", index.images.size()},
            {"figures", figures.figures},
            {"thresholds", figures.thresholds},
            {"notice", "Not for clinical use."}};
}

std::map<std::string, double> readThresholds(const std::filesystem::path& file)
{
    const nlohmann::json document = readJson(file);
    const auto found = document.find("thresholds");
    if (found == document.end() || !found->is_object())
        throw Error(ErrorCode::Format, {action::evaluateFindings}, file.string(),
                    {TextId("findings.no_thresholds", "expected what --out of an earlier evaluation wrote")});
    std::map<std::string, double> thresholds;
    for (const auto& [name, value] : found->items()) {
        if (!value.is_number())
            throw Error(ErrorCode::Format, {action::evaluateFindings}, file.string() + " " + name,
                        {TextId("findings.no_number", "is no number")});
        thresholds[name] = value.get<double>();
    }
    return thresholds;
}

} // namespace mama
