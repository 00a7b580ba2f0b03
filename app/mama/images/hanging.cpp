// mama hanging: in which order and beside what images hang, as files say it.
#include "app/mama/options.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/hanging/hanging_file.h"
#include "core/study/patients.h"
#include "core/study/scan.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    std::string file, name;
    std::vector<std::string> paths;
    bool json = false;
};

HangingPlans plansOf(const std::string& file) { return file.empty() ? builtInHanging() : readHanging(givenPath(file)); }

int check(const Options& options)
{
    for (const HangingPlan& plan : plansOf(options.file))
        std::cout << plan.name << ": " << plan.steps.size() << " steps\n";
    return Done;
}

nlohmann::json toJson(const PlacedStep& step, const Study& study, const Study* prior)
{
    auto cells = nlohmann::json::array();
    for (const PlacedCell& cell : step.cells) {
        nlohmann::json path;
        if (cell.image)
            path = pathText((cell.cell.prior ? *prior : study).images[*cell.image].place());
        cells.push_back({{"cell", cell.cell.name()}, {"path", path}});
    }
    return {{"name", step.name}, {"columns", step.columns}, {"cells", std::move(cells)}};
}

void print(const nlohmann::json& study)
{
    std::cout << "study " << oneLine(study["study_uid"].get<std::string>()) << ": "
              << study["hanging"].get<std::string>() << "\n";
    for (const nlohmann::json& step : study["steps"]) {
        std::cout << "  " << step["name"].get<std::string>() << "\n";
        for (const nlohmann::json& cell : step["cells"])
            std::cout << "    " << cell["cell"].get<std::string>() << "\t"
                      << (cell["path"].is_null() ? "-" : oneLine(cell["path"].get<std::string>())) << "\n";
    }
}

int show(const Options& options, const Context& context)
{
    const HangingPlans plans = plansOf(options.file);
    std::vector<std::filesystem::path> paths;
    for (const std::string& path : options.paths)
        paths.push_back(givenPath(path));
    auto report = scan(paths, context.job());
    if (!report)
        return Cancelled;
    const std::vector<Study> studies = inReadingOrder(std::move(report->studies));
    auto document = nlohmann::json::array();
    for (const PatientExams& patient : byPatient(studies))
        for (const std::size_t exam : patient) {
            const Prior earlier = priorOf(studies, patient, exam);
            const Study* prior = earlier.study ? &studies[*earlier.study] : nullptr;
            const HangingPlan* plan = planFor(plans, studies[exam], options.name);
            auto steps = nlohmann::json::array();
            if (plan)
                for (const PlacedStep& step : placed(*plan, studies[exam], prior))
                    steps.push_back(toJson(step, studies[exam], prior));
            document.push_back({{"study_uid", studies[exam].uid},
                                {"hanging", plan ? plan->name : std::string("none fits")},
                                {"steps", std::move(steps)}});
        }
    if (options.json)
        printJson(document);
    else
        for (const nlohmann::json& study : document)
            print(study);
    return Done;
}

} // namespace

void addHanging(CLI::App& app, Context& context)
{
    CLI::App* hanging = app.add_subcommand("hanging", "In which steps the images of a study hang");
    hanging->require_subcommand(1);
    hanging->footer(
        "The window goes through the steps on one key, by the file that its reader chose or the built-in one.");
    const auto options = std::make_shared<Options>();
    CLI::App* checked =
        hanging->add_subcommand("check", "Read a hanging file; the line and the reason where it is wrong");
    checked->add_option("FILE", options->file, "The file")->required();
    runs(*checked, context, [options] { return check(*options); });
    CLI::App* shown = hanging->add_subcommand("show", "The steps of studies, with their images");
    shown->add_option("PATH", options->paths, "Image files, folders, ZIP archives, DICOMDIRs")->required();
    shown->add_option("--file", options->file, "The hanging file (default: the built-in one)");
    shown->add_option("--name", options->name, "Which of its hangings, where several fit");
    addJsonOption(*shown, options->json);
    runs(*shown, context, [options, &context] { return show(*options, context); });
    CLI::App* example = hanging->add_subcommand("example", "The built-in hanging as a file, to begin one's own with");
    runs(*example, context, [] {
        std::cout << builtInHangingText();
        return static_cast<int>(Done);
    });
}

} // namespace mama::cli
