// mama scan: studies, side and view of every image, hanging.
#include "core/study/scan.h"
#include "app/mama/options.h"
#include "app/mama/reader_option.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/study/patients.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    std::vector<std::string> paths;
    bool json = false, headersOnly = false, readersSides = false;
};

nlohmann::json toJson(const StudyImage& image)
{
    nlohmann::json spacing;
    if (image.spacing.mm)
        spacing = {image.spacing.mm->row, image.spacing.mm->column};
    return {
        {"path", pathText(image.place())},
        {"frame", image.frame},
        {"frames", image.header.frames},
        {"sop_uid", image.header.sopUid},
        {"modality", image.header.modality},
        {"laterality", name(image.side)},
        {"laterality_source", image.sideSource},
        {"view", image.view},
        {"view_source", image.viewSource},
        {"modifiers", image.modifiers},
        {"label", image.label},
        {"presentation", image.presentation},
        {"synthetic", image.synthetic},
        {"tomosynthesis", image.tomosynthesis},
        {"rows", image.header.rows},
        {"columns", image.header.columns},
        {"spacing_mm", spacing},
        {"spacing_source", image.spacing.basis.english()},
        {"slot", name(image.slot)},
        {"mirrored", image.mirrorForDisplay},
        {"flipped", image.flipForDisplay},
        {"chest_wall_column", image.chestWallColumn >= 0 ? nlohmann::json(image.chestWallColumn) : nlohmann::json()},
        {"twin", image.twin >= 0 ? nlohmann::json(image.twin) : nlohmann::json()},
        {"badges", english(image.badges)},
        {"warnings", english(image.warnings)}};
}

nlohmann::json toJson(const ScanReport& report)
{
    nlohmann::json document{{"studies", nlohmann::json::array()},
                            {"problems", nlohmann::json::array()},
                            {"others", nlohmann::json::array()}};
    std::vector<Prior> priors(report.studies.size());
    for (const PatientExams& exams : byPatient(report.studies))
        for (const std::size_t exam : exams)
            priors[exam] = priorOf(report.studies, exams, exam);
    for (std::size_t i = 0; i < report.studies.size(); ++i) {
        const Study& study = report.studies[i];
        auto images = nlohmann::json::array();
        for (const StudyImage& image : study.images)
            images.push_back(toJson(image));
        nlohmann::json prior;
        if (priors[i].study)
            prior = report.studies[*priors[i].study].uid;
        document["studies"].push_back({{"study_uid", study.uid},
                                       {"date", study.date},
                                       {"prior", prior},
                                       {"no_prior", priors[i].why.english()},
                                       {"images", std::move(images)}});
    }
    for (const ScanProblem& problem : report.problems)
        document["problems"].push_back(
            {{"path", pathText(problem.path)}, {"reason", problem.reason.english()}, {"refused", problem.refused}});
    for (const ScanProblem& other : report.others)
        document["others"].push_back({{"path", pathText(other.path)}, {"reason", other.reason.english()}});
    return document;
}

void print(const ScanReport& report)
{
    for (const Study& study : report.studies) {
        std::cout << "study " << study.uid << (study.date.empty() ? "" : ", " + study.date) << "\n";
        for (const StudyImage& image : study.images) {
            std::cout << "  " << name(image.slot) << "\t" << (image.label.empty() ? "?" : image.label) << "\t"
                      << image.header.columns << " x " << image.header.rows << "\t" << image.spacing.basis.english()
                      << "\t" << oneLine(pathText(image.place()));
            for (const std::string& badge : english(image.badges))
                std::cout << "  [" << badge << "]";
            std::cout << "\n";
            for (const std::string& warning : english(image.warnings))
                std::cout << "      warning: " << warning << "\n";
        }
    }
    for (const ScanProblem& problem : report.problems)
        std::cout << (problem.refused ? "refused  " : "no image ") << oneLine(pathText(problem.path)) << ": "
                  << problem.reason.english() << "\n";
    for (const ScanProblem& other : report.others)
        std::cout << "no image " << oneLine(pathText(other.path)) << ": " << other.reason.english() << "\n";
}

int run(const Options& options, const Context& context)
{
    ScanOptions how;
    how.readPixels = !options.headersOnly;
    std::vector<std::filesystem::path> paths;
    for (const std::string& path : options.paths)
        paths.push_back(givenPath(path));
    auto report = scan(paths, context.job(), how);
    if (!report)
        return Cancelled;
    if (options.readersSides)
        takeReadersSides(*report, context.job());
    if (options.json)
        printJson(toJson(*report));
    else
        print(*report);
    return std::ranges::any_of(report->problems, &ScanProblem::refused) ? SomeRefused : Done;
}

} // namespace

void addScan(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("scan", "Find studies, name side and view of every image, hang them");
    command->footer(
        "Prints studies[] with images[] in hanging order and problems[]; others[] are\n"
        "no images and claim to be none (tables, texts, lesion masks). A problem with refused = false is listed by its\n"
        "kind only (a report). Bytes of a path that are not UTF-8 are written \\xNN, and paths are taken so too. spacing_mm is [row, column]; mirrored and flipped say how the\n"
        "image is turned for display; twin is the index of its For Presentation or For Processing counterpart.\n"
        "prior is the study_uid of the newest older exam of the same patient ID, where neither its issuer nor birth date\n"
        "nor sex contradict, and no other name stands without a birth date; no_prior says why there is none.\n"
        "A ZIP archive that is named is unpacked into a private folder that goes at the end; its files are named\n"
        "\"study.zip/IM1\". A DICOMDIR that is named stands for the files that it names.\n"
        "Exit status 3: some files were refused.");
    command
        ->add_option("PATH", options->paths, "Image files, folders (searched to the bottom), ZIP archives, DICOMDIRs")
        ->required();
    addReadersSidesOption(*command, options->readersSides);
    addJsonOption(*command, options->json);
    command->add_flag("--headers-only", options->headersOnly,
                      "Do not decode pixels: mirrored storage is not looked for");
    runs(*command, context, [options, &context] { return run(*options, context); });
}

} // namespace mama::cli
