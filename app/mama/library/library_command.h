#pragma once
#include "app/mama/library/library_option.h"
#include "app/mama/options.h"
#include "core/library/collection/region_pass.h"
#include "core/library/studies/study_filter.h"

#include <optional>

namespace mama::cli {

// What the actions of `mama library` take; each uses some of it.
struct LibraryCommand
{
    LibraryOption library;
    std::filesystem::path out, ids, images;
    std::optional<std::int64_t> command, ofSeed;
    std::string name, to, where, view, sort, shares = "70/10/20", strata;
    std::string kind, progress = "bar";
    std::string level = "study", side, task, value;
    std::filesystem::path csv, coco, jsonLines;
    bool identifiers = false, adjudicated = false;
    std::int64_t limit = 0, seed = 42;
    std::vector<std::string> studies;
    bool json = false, full = false, facets = false, all = false, remove = false, erase = false, rising = false,
         dryRun = false;
    int threads = 0;
};

inline constexpr const char* filterHelp =
    "Comparisons (=, !=, <, <=, >, >=, ~ contains, in, between) joined by and, or, not and brackets: \"density in (c, d) "
    "and birads >= 4 and not tag:seen and (missing(cancer) or date >= 2015)\". any(finding: kind = mass and birads >= 4) "
    "is of one and the same finding; all, none and count(image: view = CC) > 2 likewise, of images, findings or breasts. "
    "study and patient are their keys. Other values than words stand in "
    "double quotes, a quote inside is written twice. A field of findings, breasts or images holds where ANY of a study's "
    "does: birads < 4 keeps a study that has 4 too; not birads >= 4 leaves it out";

inline constexpr const char* setHelp =
    "Whose: a model's name, 6 digits of its hash or more, or a set's folder; not needed where there is one";

using LibraryAction = int (*)(const LibraryCommand&, const Context&);
using LibraryOptions = std::function<void(CLI::App&, LibraryCommand&)>;

// An action with --library, --author, --json and `options`.
void addAction(CLI::App& parent, Context& context, const std::pair<const char*, const char*>& nameAndMeaning,
               const LibraryOptions& options, LibraryAction run);
// Warnings on standard error; returns them for a JSON document.
nlohmann::json warn(const std::vector<UserText>& warnings);
nlohmann::json toJson(const RegionPass& pass);
// Studies that a filter leaves; its warnings go to standard error.
StudySet studiesBy(const StudyColumns& columns, const std::string& filter);
// What a change did: its command and words.
int print(const LibraryCommand& command, const Change& change);
// Progress as a JSON object a line on standard output, five a second at most: for the window and other programs.
// counted: the phase that has a unit, and which.
Job lineJob(const Job& job, const std::pair<const char*, const char*>& counted);
// --progress of a command that runs long: "bar", or "json" for a program that watches it.
void addProgressOption(CLI::App& command, std::string& progress);
// --nice: 0 to 19.
void addNiceOption(CLI::App& command, int& nice);
// embed: with options of its own.
void addEmbed(CLI::App& library, Context& context);
// patches: make, list, remove.
void addPatches(CLI::App& library, Context& context);
// map: make, list, export.
void addMap(CLI::App& library, Context& context);
// Studies by --ids, --study or --where. Error(Usage) where none of them is given and all is false.
std::vector<std::int64_t> chosenStudies(Library& library, const LibraryCommand& command);
inline constexpr const char* idsHelp =
    "File with a study's key a line (EMBED/123 where two data sets have it); -: standard input";
// import, vocabulary.
void addLibraryImport(CLI::App& library, Context& context);
void addVocabulary(CLI::App& library, Context& context);
// list, tag, cohort, split.
void addStudyActions(CLI::App& library, Context& context);
// label, export.
void addHandoverActions(CLI::App& library, Context& context);
// show, thumbnails.
void addShowActions(CLI::App& library, Context& context);
// files, problems, relink.
void addFileActions(CLI::App& library, Context& context);

} // namespace mama::cli
