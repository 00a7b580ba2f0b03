// mama library show, thumbnails: what the page shows of studies.
#include "app/mama/library/library_command.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/pictures/thumb_filling.h"
#include "core/library/studies/study_facts.h"
#include "core/library/studies/study_keys.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

void printLabels(const std::vector<FactLabel>& labels)
{
    for (const FactLabel& each : labels)
        std::cout << "  " << (each.side.empty() ? "" : each.side + " ") << oneLine(each.task) << "\t"
                  << oneLine(each.value) << (each.means.empty() ? "" : " (" + oneLine(each.means) + ")") << "\t"
                  << each.source << (each.counts ? "" : ", does not count") << "\t"
                  << oneLine(each.source == "imported" ? each.row : each.author + " " + each.at) << "\n";
}

void print(const FactImage& image)
{
    std::cout << "image " << image.image.id << "\t" << name(image.image.slot) << "\t" << name(image.image.side) << " "
              << oneLine(image.image.view) << (image.image.modifiers.empty() ? "" : " (" + image.image.modifiers + ")")
              << "\t" << (image.missing ? "missing" : image.image.state) << "\t" << pathText(image.path) << "\t"
              << oneLine(image.row) << "\n";
    printLabels(image.labels);
    for (const FactAnnotation& each : image.annotations) {
        std::cout << "  " << each.kind << "\t";
        for (std::size_t i = 0; i < each.geometry.size(); ++i)
            std::cout << (i == 0 ? "" : " ") << each.geometry[i];
        std::cout << "\t" << oneLine(each.note) << "\n";
    }
}

void print(const StudyFacts& facts)
{
    const std::pair<const char*, const std::string&> fields[] = {
        {"study", facts.key},       {"patient", facts.patient},
        {"dataset", facts.dataset}, {"licence", facts.licence},
        {"date", facts.date},       {"kind", facts.kind},
        {"age", facts.age},         {"description", facts.description},
        {"split", facts.split},     {"uid", facts.uid},
        {"row", facts.row}};
    for (const auto& [what, value] : fields)
        if (!value.empty())
            std::cout << what << "\t" << oneLine(value) << "\n";
    for (const std::string& each : facts.tags)
        std::cout << "tag\t" << oneLine(each) << "\n";
    for (const StudyCohort& each : facts.cohorts)
        std::cout << "cohort\t" << oneLine(each.name) << "\t" << (each.part.empty() ? "-" : each.part) << "\n";
    for (const OtherStudy& each : facts.others)
        std::cout << "other study\t" << oneLine(each.key) << "\t" << oneLine(each.date) << "\n";
    printLabels(facts.labels);
    for (const FactFinding& each : facts.findings) {
        std::cout << "finding " << each.number << "\t" << (each.side.empty() ? "-" : each.side) << "\t"
                  << (each.kinds.empty() ? "-" : oneLine(each.kinds)) << "\t" << oneLine(each.row) << "\n";
        printLabels(each.labels);
    }
    for (const FactImage& each : facts.images)
        print(each);
    std::cout << std::flush;
}

int show(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    nlohmann::json list = nlohmann::json::array();
    for (const std::int64_t study : studiesNamed(*library, command.studies)) {
        const StudyFacts facts = studyFacts(*library, study);
        command.json ? list.push_back(toJson(facts)) : print(facts);
    }
    if (command.json)
        printJson({{"studies", list}});
    return Done;
}

int thumbnails(const LibraryCommand& command, const Context& context)
{
    const auto library = openLibrary(command.library, Access::Read);
    ThumbStore store(library->folder());
    const FilledThumbs filled = fillThumbs(*library, store, context.job(), command.threads);
    for (const UserText& notice : store.takeNotices())
        std::cerr << "warning: " << oneLine(notice.english()) << std::endl;
    nlohmann::json problems = nlohmann::json::array();
    for (const auto& [path, reason] : filled.problems) {
        problems.push_back({{"path", path}, {"reason", reason}});
        if (!command.json)
            std::cout << path << "\t" << oneLine(reason) << "\n";
    }
    if (command.json)
        printJson({{"made", filled.made},
                   {"kept", filled.kept},
                   {"missing", filled.missing},
                   {"refused", filled.refused},
                   {"left", filled.left},
                   {"problems", problems}});
    else
        std::cout << filled.made << " made, " << filled.kept << " there already, " << filled.missing << " missing, "
                  << filled.refused << " refused, " << filled.left << " left" << std::endl;
    if (filled.left > 0)
        return Cancelled;
    return filled.missing + filled.refused > 0 ? SomeRefused : Done;
}

} // namespace

void addShowActions(CLI::App& library, Context& context)
{
    addAction(
        library, context, {"show", "All that is known of studies: labels with their rows, findings, images, files"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("STUDY", command.studies, "A study's key, as its data set names it")->required();
        },
        show);
    addAction(
        library, context, {"thumbnails", "Make the pictures that the library page shows, beside the library"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--threads", command.threads, "0: as many as there are processors, at most 8")
                ->check(CLI::NonNegativeNumber);
        },
        thumbnails);
}

} // namespace mama::cli
