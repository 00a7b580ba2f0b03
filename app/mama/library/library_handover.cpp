// mama library label, export: what readers say of studies, and what leaves a library.
#include "app/mama/library/library_command.h"
#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/handover/cohort_export.h"
#include "core/library/handover/training_export.h"
#include "core/library/studies/labels.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

int labelThings(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Write);
    const bool ofBreast = command.level == "breast";
    const auto targets =
        targetsOf(*library, command.level, chosenStudies(*library, command), ofBreast ? "" : command.side);
    return print(command, label(*library, {command.level, targets, ofBreast ? command.side : "", command.task,
                                           command.value, command.adjudicated}));
}

int exportForTraining(const LibraryCommand& command, const Context& context)
{
    const auto library = openLibrary(command.library, Access::Read);
    const auto made = exportTraining(*library, {command.name, command.ofSeed}, command.out, context.job());
    if (!made)
        return Cancelled;
    for (const std::string& licence : made->licences)
        std::cerr << "licence: " << oneLine(licence) << std::endl;
    const CohortSplit& split = made->split;
    const nlohmann::json warnings = warn(split.warnings);
    if (command.json)
        printJson({{"cohort", command.name},
                   {"split",
                    {{"seed", split.seed},
                     {"shares", split.shares},
                     {"hash", split.hash},
                     {"made", split.made},
                     {"others", split.others}}},
                   {"warnings", warnings},
                   {"folder", pathText(command.out)},
                   {"studies", made->studies},
                   {"patients", made->patients},
                   {"images", made->images},
                   {"findings", made->findings},
                   {"missing", made->missing},
                   {"captions", made->captions},
                   {"lesions", made->lesions},
                   {"other_marks", made->otherMarks},
                   {"labels", made->labels},
                   {"cohort_hash", made->cohortHash},
                   {"split_hash", made->splitHash},
                   {"licences", made->licences}});
    else
        std::cout << made->studies << " studies, " << made->images << " images (" << made->missing
                  << " without a file, " << made->captions << " with a whole caption), " << made->findings
                  << " findings, " << made->lesions << " masks in " << pathText(command.out) << "\nsplit of seed "
                  << split.seed << (split.made.empty() ? "" : ", made " + split.made) << ", hash " << split.hash
                  << (split.others > 0 && !command.ofSeed
                          ? "; the newest of " + std::to_string(split.others + 1) + ", --seed chooses another"
                          : "")
                  << std::endl;
    return made->missing > 0 ? SomeRefused : Done;
}

int exportFile(const LibraryCommand& command, const Context& context)
{
    using Form = CohortFile::Form;
    const auto library = openLibrary(command.library, Access::Read);
    const CohortFile wanted{!command.csv.empty()    ? Form::Csv
                            : !command.coco.empty() ? Form::Coco
                                                    : Form::JsonLines,
                            !command.csv.empty()    ? command.csv
                            : !command.coco.empty() ? command.coco
                                                    : command.jsonLines,
                            command.identifiers};
    const auto made = exportCohort(*library, command.name, wanted, context.job());
    if (!made)
        return Cancelled;
    for (const std::string& licence : made->licences)
        std::cerr << "licence: " << oneLine(licence) << std::endl;
    if (wanted.file == "-")
        return Done;
    if (command.json)
        printJson({{"cohort", command.name},
                   {"file", pathText(wanted.file)},
                   {"studies", made->studies},
                   {"images", made->images},
                   {"annotations", made->annotations},
                   {"licences", made->licences}});
    else
        std::cout << made->studies << " studies, " << made->images << " images, " << made->annotations << " marks in "
                  << pathText(wanted.file) << std::endl;
    return Done;
}

int exportCohortAs(const LibraryCommand& command, const Context& context)
{
    const int forms = int(!command.out.empty()) + int(!command.csv.empty()) + int(!command.coco.empty()) +
                      int(!command.jsonLines.empty());
    if (forms != 1)
        throw Error(ErrorCode::Usage, {TextId("library_export.action", "export")}, "--training",
                    {TextId("library_export.one_form", "name one of --training, --csv, --coco and --jsonl")});
    return command.out.empty() ? exportFile(command, context) : exportForTraining(command, context);
}

} // namespace

void addHandoverActions(CLI::App& library, Context& context)
{
    addAction(
        library, context, {"label", "Say something of studies, breasts, images or findings, as a reader"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--level", command.level, "patient, study, breast, image or finding")
                ->check(CLI::IsMember({"patient", "study", "breast", "image", "finding"}))
                ->capture_default_str();
            action.add_option("--task", command.task, "What is said: birads, density, cancer, quality, ...")
                ->required();
            action.add_option("--value", command.value, "Its value")->required();
            action.add_option("--side", command.side, "Of a breast; of images and findings only those of this side")
                ->check(CLI::IsMember({"R", "L"}));
            action.add_option("--study", command.studies, "A study's key, as its data set names it");
            action.add_option("--ids", command.ids, idsHelp);
            action.add_option("--where", command.where, filterHelp);
            action.add_flag("--all", command.all, "Every study");
            action.add_flag("--adjudicated", command.adjudicated, "Settles what readers say differently");
            action.footer(
                "Labels are never overwritten: an author's earlier one is marked as replaced, what was imported\n"
                "stays. What counts is adjudicated before reader before imported, of equals the newest.");
        },
        labelThings);
    addAction(
        library, context, {"export", "A cohort for training, or as a file for other programs"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--cohort", command.name, "The cohort; for training it is split")->required();
            action.add_option("--training", command.out,
                              "A folder that is new or empty, for data.root and data.split_file (its train.json)");
            action.add_option("--seed", command.ofSeed, "For training: the split with this seed; else the newest");
            action.add_option("--csv", command.csv, "A row an image; beside it NAME.about.json; -: standard output");
            action.add_option("--coco", command.coco, "COCO's JSON, ids from 1, labels as attributes");
            action.add_option("--jsonl", command.jsonLines, "A line a study, the first says where it comes from");
            action.add_flag("--identifiers", command.identifiers,
                            "In files: patients, studies and paths by their names; else numbers");
        },
        exportCohortAs);
}

} // namespace mama::cli
