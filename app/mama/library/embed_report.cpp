#include "app/mama/library/embed_report.h"

#include "app/mama/library/library_command.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

const char* name(EmbeddedImage::State state)
{
    return state == EmbeddedImage::State::PassedOver ? "passed_over"
           : state == EmbeddedImage::State::Missing  ? "missing"
                                                     : "refused";
}

} // namespace

std::vector<std::int64_t> studiesOf(Library& library, const std::string& where)
{
    if (where.empty()) {
        std::vector<std::int64_t> all = allStudies(library);
        std::sort(all.begin(), all.end());
        return all;
    }
    const StudyColumns columns(library);
    const StudySet found = studiesBy(columns, where);
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found.has(i))
            ids.push_back(columns.id(i));
    return ids;
}

nlohmann::json toJson(const EmbedReport& report)
{
    nlohmann::json problems = nlohmann::json::array();
    for (const EmbeddedImage& image : report.problems)
        problems.push_back({{"image", image.image},
                            {"path", pathText(image.path)},
                            {"state", name(image.state)},
                            {"reason", image.reason}});
    return {{"set", pathText(report.set.folder)},
            {"model", report.set.modelName},
            {"hash", report.set.identity.modelHash},
            {"profile", report.set.profileName},
            {"compute", report.set.identity.compute},
            {"dim", report.set.dim},
            {"images", report.images},
            {"before", report.before},
            {"embedded", report.embedded},
            {"computed", report.computed},
            {"passed_over", report.passedOver},
            {"missing", report.missing},
            {"refused", report.refused},
            {"refused_before", report.refusedBefore},
            {"left", report.left},
            {"cancelled", report.cancelled},
            {"problems", problems}};
}

std::string words(const EmbedReport& report)
{
    return std::to_string(report.embedded) + " images embedded, " + std::to_string(report.before) + " before, " +
           std::to_string(report.passedOver) + " passed over, " + std::to_string(report.missing) + " missing, " +
           std::to_string(report.refused) + " refused, " + std::to_string(report.refusedBefore) + " refused before, " +
           std::to_string(report.left) + " left";
}

void printProblems(const EmbedReport& report)
{
    for (const EmbeddedImage& image : report.problems)
        std::cout << pathText(image.path) << "\t" << oneLine(image.reason) << "\n";
}

int statusOf(const EmbedReport& report)
{
    return report.cancelled                                             ? Cancelled
           : report.missing + report.refused + report.refusedBefore > 0 ? SomeRefused
                                                                        : Done;
}

void addEmbedRun(CLI::App& command, EmbedRun& run)
{
    command.add_flag("--processing", run.options.processing, "Raw images (for processing) too");
    command.add_flag("--refused", run.options.refused, "Try again files that could not be read before");
    command.add_option("--readers", run.options.readers, "Images that are read at once; 0: by the processors")
        ->check(CLI::Range(0, 256));
    addNiceOption(command, run.nice);
    addProgressOption(command, run.progress);
    addImageOptions(command, run.images);
    addJsonOption(command, run.json);
    addComputeOptions(command, run.compute);
}

} // namespace mama::cli
