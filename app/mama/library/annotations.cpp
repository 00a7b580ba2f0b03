// mama annotations: what readers drew on images, from the file with their own work or from a library.
#include "app/mama/library/library_option.h"
#include "app/mama/options.h"
#include "app/mama/reader_option.h"
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/annotation_files.h"
#include "core/library/studies/image_annotations.h"
#include "core/library/study_key.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;

struct AnnotationsCommand
{
    fs::path file, library, out = "-", from;
    std::string study, image, kind, form = "jsonl", author;
    bool json = false;
};

std::vector<Annotation> all(const AnnotationsCommand& command)
{
    if (command.library.empty())
        return readersFile(command.file)->annotations();
    return allAnnotations(*openLibrary({command.library, {}}, Access::Read));
}

std::vector<Annotation> chosen(const AnnotationsCommand& command)
{
    if (!command.kind.empty() && !shapeKindNamed(command.kind))
        throw Error(ErrorCode::Usage, {TextId("action.annotations", "annotations")}, "--kind " + command.kind,
                    {TextId("annotations.no_kind", "there is no such kind: ruler, area, angle, circle, ellipse, "
                                                   "rectangle, note, box, contour, point")});
    std::vector<Annotation> found = all(command);
    const std::string study = command.study.empty() ? std::string() : studyKey(command.study);
    std::erase_if(found, [&](const Annotation& each) {
        return (!study.empty() && each.study != study && each.study != command.study) ||
               (!command.image.empty() && each.image.key != command.image) ||
               (!command.kind.empty() && name(each.shape.kind) != command.kind);
    });
    return found;
}

int list(const AnnotationsCommand& command)
{
    const std::vector<Annotation> found = chosen(command);
    if (command.json) {
        writeAnnotations(std::cout, found, AnnotationForm::JsonLines);
        std::cout << std::flush;
        return Done;
    }
    for (const Annotation& each : found) {
        const auto value = measure(each.shape, each.facts.mm);
        std::cout << each.id << "\t" << oneLine(each.image.key)
                  << (each.image.frame > 0 ? " frame " + std::to_string(each.image.frame) : "") << "\t"
                  << (each.facts.view.empty() ? "-" : oneLine(each.facts.view)) << "\t" << name(each.shape.kind) << "\t"
                  << (value ? measureText(*value) : "-") << "\t"
                  << (!value || value->of == Measure::Of::Angle ? "-"
                      : each.facts.mm                           ? oneLine(each.facts.basis)
                                                                : "no mm scale")
                  << "\t";
        if (const auto& figures = each.facts.figures)
            std::cout << "mean " << figures->mean << " sd " << figures->deviation << " min " << figures->least
                      << " max " << figures->most << " n " << figures->count << " ";
        std::cout << oneLine(each.text) << "\t" << oneLine(each.author) << "\t" << each.at
                  << (each.imported ? "\timported" : "") << "\n";
    }
    if (found.empty())
        std::cout << "no annotations\n";
    std::cout << std::flush;
    return Done;
}

int exportThem(const AnnotationsCommand& command)
{
    static const std::map<std::string, AnnotationForm> forms{
        {"jsonl", AnnotationForm::JsonLines}, {"csv", AnnotationForm::Csv}, {"coco", AnnotationForm::Coco}};
    if (command.out != "-" && fs::exists(fs::symlink_status(command.out)))
        throw Error(ErrorCode::Io, {action::write}, pathText(command.out),
                    {TextId("annotations.there_already", "it is there already and is not overwritten: name another")});
    const std::vector<Annotation> found = chosen(command);
    writeAtomically(command.out, [&](std::ostream& out) { writeAnnotations(out, found, forms.at(command.form)); });
    if (command.out != "-")
        std::cout << found.size() << " annotations in " << pathText(command.out) << std::endl;
    return Done;
}

// By the same commands as the window's: one, which undo takes back.
AnnotationEdited put(const AnnotationsCommand& command, AnnotationEdit& edit)
{
    if (!command.library.empty()) {
        const auto library = openLibrary({command.library, command.author}, Access::Write);
        edit.put = without(allAnnotations(*library), std::move(edit.put)); // also of what came with data sets
        return edit.put.empty() ? AnnotationEdited() : editAnnotations(*library, edit);
    }
    ReaderFile file(command.file.empty() ? ReaderFile::usualPlace() : command.file);
    for (const UserText& notice : file.notices())
        std::cerr << "warning: " << pathText(file.path()) << ": " << notice.english() << std::endl;
    edit.put = without(file.annotations(), std::move(edit.put));
    if (edit.put.empty())
        return {};
    const std::int64_t session =
        file.beginSession(command.author.empty() ? nobodyNamed : command.author, /*readFirst=*/false);
    const AnnotationEdited made = file.edit(session, edit);
    file.endSession(session);
    return made;
}

int import(const AnnotationsCommand& command)
{
    AnnotationEdit edit;
    edit.put = readAnnotations(readText(command.from), pathText(command.from));
    const std::size_t read = edit.put.size();
    if (!edit.put.empty() &&
        std::ranges::all_of(edit.put, [&](const Annotation& each) { return each.study == edit.put.front().study; }))
        edit.study = edit.put.front().study;
    edit.words = "Import " + std::to_string(read) + " annotations";
    const AnnotationEdited made = put(command, edit);
    if (command.json)
        printJson({{"read", read},
                   {"added", edit.put.size()},
                   {"there_already", read - edit.put.size()},
                   {"command", made.command == 0 ? nlohmann::json() : nlohmann::json(made.command)}});
    else
        std::cout << edit.put.size() << " annotations added, " << read - edit.put.size() << " were there already"
                  << std::endl;
    return Done;
}

CLI::App* addAction(CLI::App& parent, Context& context, const std::pair<const char*, const char*>& nameAndMeaning,
                    const std::function<void(CLI::App&, AnnotationsCommand&)>& options,
                    int (*run)(const AnnotationsCommand&))
{
    auto command = std::make_shared<AnnotationsCommand>();
    CLI::App* action = parent.add_subcommand(nameAndMeaning.first, nameAndMeaning.second);
    CLI::Option* file =
        action->add_option("--file", command->file, "The reader's file; else $MAMA_READER, else the usual one");
    action->add_option("--library", command->library, "A library's folder, in place of the reader's file")
        ->excludes(file);
    options(*action, *command);
    runs(*action, context, [command, run] { return run(*command); });
    return action;
}

void addChoice(CLI::App& action, AnnotationsCommand& command)
{
    action.add_option("--study", command.study, "Of one study: its UID, or the key that a list shows");
    action.add_option("--image", command.image, "Of one image: SOP Instance UID, or the key that a list shows");
    action.add_option("--kind", command.kind, "Of one kind: ruler, area, angle, ...");
}

} // namespace

void addAnnotations(CLI::App& app, Context& context)
{
    CLI::App* command = app.add_subcommand("annotations", "What readers drew on images: list, export, import");
    explain(
        *command,
        "Rulers, areas, angles, regions with the values of their pixels, notes, boxes and contours, as the window keeps\n"
        "them: in the library that was open and has the image, else in the file with the reader's own work. An\n"
        "annotation belongs to an image's SOP Instance UID and frame, to the hash of its pixels where it has none.\n"
        "Geometry is in stored pixels (column, row; pixel (i, j) covers i to i+1): ruler and angle by their ends, areas\n"
        "and contours by their corners, boxes, ellipses and rectangles by left, top, right, bottom, circles by centre\n"
        "and radius. mm are by the spacing that the basis names.");
    command->require_subcommand(1);
    addAction(
        *command, context, {"list", "One a line: number, image, view, kind, value, basis, text, author, time"},
        [](CLI::App& action, AnnotationsCommand& options) {
            addChoice(action, options);
            addJsonOption(action, options.json, "A JSON object a line");
        },
        list);
    addAction(
        *command, context, {"export", "As JSON lines (which import takes back), CSV or COCO"},
        [](CLI::App& action, AnnotationsCommand& options) {
            addChoice(action, options);
            action.add_option("--format", options.form, "jsonl, csv or coco")
                ->check(CLI::IsMember({"jsonl", "csv", "coco"}))
                ->capture_default_str();
            action.add_option("--out", options.out, "New file; - is standard output")->capture_default_str();
        },
        exportThem);
    addAction(
        *command, context,
        {"import", "Adds those of an exported file of JSON lines that are not there yet, all or none"},
        [](CLI::App& action, AnnotationsCommand& options) {
            action.add_option("FILE", options.from, "JSON lines; - is standard input")->required();
            action.add_option("--author", options.author, "Who imports; the annotations keep their own authors");
            addJsonOption(action, options.json);
        },
        import);
}

} // namespace mama::cli
