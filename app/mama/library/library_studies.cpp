// mama library list, tag, cohort, split: studies of a library.
#include "app/mama/library/library_command.h"
#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/handover/image_list.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/kept_studies.h"
#include "core/library/studies/labels.h"
#include "core/library/studies/saved_views.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"
#include "core/library/studies/tags.h"

#include <array>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

constexpr auto working = TextId("library_command.action", "library");

std::vector<std::int64_t> filtered(Library& library, const std::string& filter)
{
    const StudyColumns columns(library);
    const StudySet found = studiesBy(columns, filter);
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found.has(i))
            ids.push_back(columns.id(i));
    return ids;
}

nlohmann::json toJson(const Facet& facet)
{
    nlohmann::json values = nlohmann::json::array();
    for (const FacetValue& each : facet.values)
        values.push_back({{"value", each.value}, {"count", each.count}, {"all", each.all}, {"means", each.means}});
    return values;
}

// A table of the images of studies; of a view that keeps images only those.
void writeImages(Library& library, const StudyColumns& columns, const StudySet& studies, const LibraryCommand& command)
{
    const SavedView view = command.view.empty() ? SavedView() : savedView(library, command.view);
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < studies.size(); ++i)
        if (studies.has(i))
            ids.push_back(columns.id(i));
    writeImageList(library,
                   view.keptImages.empty() ? targetsOf(library, "image", ids, {}) : idsOfRanges(view.keptImages), ids,
                   command.images);
}

// By the filter that is given, and by the view that is named: its filter, of the studies that it keeps.
FilterResult filtered(Library& library, const StudyColumns& columns, const LibraryCommand& command)
{
    const SavedView view = command.view.empty() ? SavedView() : savedView(library, command.view);
    std::vector<FilterClause> clauses = parseFilter(command.where), more = parseFilter(view.filter);
    std::move(more.begin(), more.end(), std::back_inserter(clauses));
    const StudySet kept = studySet(columns, idsOfRanges(view.kept));
    return filterStudies(columns, clauses, command.facets, {view.kept.empty() ? nullptr : &kept});
}

int list(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    const StudyColumns columns(*library);
    const FilterResult result = filtered(*library, columns, command);
    const nlohmann::json warnings = warn(result.warnings);
    nlohmann::json studies = nlohmann::json::array(), facets = nlohmann::json::object();
    std::int64_t images = 0, allImages = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        allImages += columns.images(i);
        if (!result.studies.has(i))
            continue;
        images += columns.images(i);
        if (command.limit > 0 && static_cast<std::int64_t>(studies.size()) >= command.limit)
            continue;
        studies.push_back({{"study", columns.key(i)}, {"id", columns.id(i)}, {"images", columns.images(i)}});
        if (!command.json)
            std::cout << oneLine(columns.key(i)) << "\t" << columns.images(i) << "\n";
    }
    for (const Facet& facet : result.facets) {
        facets[facet.field] = toJson(facet);
        for (const FacetValue& each : facet.values)
            if (!command.json)
                std::cout << facet.field << "\t" << (each.value.empty() ? "-" : oneLine(each.value))
                          << (each.means.empty() ? "" : " (" + oneLine(each.means) + ")") << "\t" << each.count << " / "
                          << each.all << "\n";
    }
    const std::size_t count = result.studies.count();
    if (!command.images.empty())
        writeImages(*library, columns, result.studies, command);
    if (command.json)
        printJson({{"count", count},
                   {"of", columns.size()},
                   {"images", images},
                   {"studies", studies},
                   {"facets", facets},
                   {"warnings", warnings}});
    else
        std::cout << count << " of " << columns.size() << " studies, " << images << " of " << allImages << " images"
                  << std::endl;
    return Done;
}

int listTags(const LibraryCommand& command)
{
    const auto library = openLibrary(command.library, Access::Read);
    nlohmann::json list = nlohmann::json::array();
    for (const Tag& each : tags(*library)) {
        list.push_back({{"name", each.name},
                        {"colour", each.colour},
                        {"key", each.key ? nlohmann::json(*each.key) : nlohmann::json()},
                        {"uses", each.uses}});
        if (!command.json)
            std::cout << oneLine(each.name) << "\t" << each.uses << "\t" << (each.key ? std::to_string(*each.key) : "-")
                      << "\n";
    }
    if (command.json)
        printJson({{"tags", list}});
    std::cout << std::flush;
    return Done;
}

// Without a name they are listed; what else was said then belongs to a name that is missing.
bool wantsList(const LibraryCommand& command)
{
    if (!command.name.empty())
        return false;
    if (command.all || command.erase || command.remove || !command.where.empty() || !command.ids.empty() ||
        !command.studies.empty() || !command.to.empty())
        throw Error(ErrorCode::Usage, {TextId("library_command.read_line", "read the command line")}, "--name",
                    {TextId("library_command.no_name", "name what it is done to")});
    return true;
}

int tagStudies(const LibraryCommand& command, const Context&)
{
    if (wantsList(command))
        return listTags(command);
    const auto library = openLibrary(command.library, Access::Write);
    if (!command.to.empty())
        return print(command, renameTag(*library, command.name, command.to));
    if (command.erase)
        return print(command, deleteTag(*library, command.name));
    const std::vector<std::int64_t> targets = chosenStudies(*library, command);
    return print(command, tag(*library, {command.name, "study", targets, command.remove}));
}

nlohmann::json toJson(const Cohort& cohort)
{
    return {{"name", cohort.name},       {"expression", cohort.expression}, {"hash", cohort.hash},
            {"studies", cohort.studies}, {"patients", cohort.patients},     {"made", cohort.made}};
}

int listCohorts(const LibraryCommand& command)
{
    const auto library = openLibrary(command.library, Access::Read);
    nlohmann::json all = nlohmann::json::array();
    for (const Cohort& each : cohorts(*library)) {
        all.push_back(toJson(each));
        if (!command.json)
            std::cout << oneLine(each.name) << "\t" << each.studies << " studies\t" << each.patients << " patients\t"
                      << each.hash << "\t" << oneLine(each.expression) << "\n";
    }
    if (command.json)
        printJson({{"cohorts", all}});
    std::cout << std::flush;
    return Done;
}

int cohort(const LibraryCommand& command, const Context&)
{
    if (wantsList(command))
        return listCohorts(command);
    const auto library = openLibrary(command.library, Access::Write);
    if (command.erase)
        return print(command, deleteCohort(*library, command.name));
    if (command.ids.empty())
        studiesBy(StudyColumns(*library), command.where); // for its warnings
    const Change change =
        command.ids.empty() ? freezeCohort(*library, command.name, command.where)
                            : freezeStudies(*library, command.name, {studiesNamed(*library, keysInFile(command.ids))});
    if (!command.json)
        return print(command, change);
    nlohmann::json document = cli::toJson(change);
    document["cohort"] = toJson(cohortNamed(*library, command.name));
    printJson(document);
    return Done;
}

// "70/10/20" or "0.7/0.1/0.2"
std::array<double, 3> sharesOf(const std::string& text)
{
    std::array<double, 3> shares{};
    int used = 0;
    if (std::sscanf(text.c_str(), "%lf/%lf/%lf%n", &shares[0], &shares[1], &shares[2], &used) != 3 ||
        used != static_cast<int>(text.size()))
        throw Error(ErrorCode::Usage, {working}, "--shares " + text,
                    {TextId("library_command.shares", "expected training/validation/test, as 70/10/20")});
    if (shares[0] + shares[1] + shares[2] > 1.5)
        for (double& share : shares)
            share /= 100;
    return shares;
}

int split(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Write);
    const SplitRequest request{command.name, command.seed, sharesOf(command.shares), command.strata};
    const Change change = splitCohort(*library, request);
    const auto made = splitOf(*library, request);
    constexpr std::array parts{"train", "validation", "test"};
    nlohmann::json document = cli::toJson(change);
    document["split"] = {{"cohort", command.name},
                         {"seed", made->seed},
                         {"shares", made->shares},
                         {"strata", made->strata},
                         {"hash", made->hash}};
    document["split"]["warnings"] = warn(made->warnings);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        document["split"]["parts"][parts[i]] = {{"patients", made->patients[i]}, {"studies", made->studies[i]}};
        if (!command.json)
            std::cout << parts[i] << "\t" << made->patients[i] << " patients\t" << made->studies[i] << " studies\n";
    }
    if (!command.json)
        return print(command, change);
    printJson(document);
    return Done;
}

} // namespace

nlohmann::json warn(const std::vector<UserText>& warnings)
{
    nlohmann::json list = nlohmann::json::array();
    for (const UserText& each : warnings) {
        list.push_back(each.english());
        std::cerr << "warning: " << oneLine(each.english()) << std::endl;
    }
    return list;
}

StudySet studiesBy(const StudyColumns& columns, const std::string& filter)
{
    FilterResult result = filterStudies(columns, parseFilter(filter), false);
    warn(result.warnings);
    return std::move(result.studies);
}

std::vector<std::int64_t> chosenStudies(Library& library, const LibraryCommand& command)
{
    if (command.all)
        return allStudies(library);
    if (!command.where.empty())
        return filtered(library, command.where);
    std::vector<std::string> keys = command.studies;
    if (!command.ids.empty())
        for (std::string& key : keysInFile(command.ids))
            keys.push_back(std::move(key));
    if (keys.empty())
        throw Error(ErrorCode::Usage, {working}, "studies",
                    {TextId("library_command.no_studies", "name studies with --study, --ids or --where, or ask for "
                                                          "--all")});
    return studiesNamed(library, keys);
}

// Saves, deletes or, without a name, lists.
int view(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, command.name.empty() ? Access::Read : Access::Write);
    if (!command.name.empty()) {
        SavedView made;
        made.name = command.name;
        made.filter = command.where;
        made.sort = command.sort.empty() ? "date" : command.sort;
        made.descending = !command.rising;
        return print(command, command.erase ? deleteView(*library, command.name) : saveView(*library, made));
    }
    nlohmann::json views = nlohmann::json::array();
    const auto counted = [](const std::string& kept) {
        return kept.empty() ? nlohmann::json() : nlohmann::json(idsOfRanges(kept).size());
    };
    for (const SavedView& each : savedViews(*library)) {
        nlohmann::json models = nlohmann::json::array();
        for (const ViewModel& model : each.models)
            models.push_back({{"set", model.set}, {"name", model.name}});
        views.push_back({{"name", each.name},
                         {"filter", each.filter},
                         {"sort", each.sort},
                         {"descending", each.descending},
                         {"form", each.form},
                         {"sentence", each.sentence},
                         {"taken_off", each.takenOff},
                         {"models", models},
                         {"kept", counted(each.kept)},
                         {"kept_images", counted(each.keptImages)}});
        if (!command.json)
            std::cout << oneLine(each.name) << "\t" << oneLine(each.filter) << "\t" << oneLine(each.sort)
                      << (each.descending ? " falling" : " rising")
                      << (each.kept.empty() ? "" : "\t" + std::to_string(idsOfRanges(each.kept).size()) + " kept")
                      << "\n";
    }
    if (command.json)
        printJson({{"views", views}});
    return Done;
}

void addStudyActions(CLI::App& library, Context& context)
{
    addAction(
        library, context, {"view", "Save a filter and an order under a name; without --name the views"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--name", command.name, "The view; one of this name is replaced");
            action.add_option("--where", command.where, filterHelp);
            action.add_option("--sort", command.sort, "Field that it is sorted by (date)");
            action.add_flag("--rising", command.rising, "Lowest first");
            action.add_flag("--delete", command.erase, "Take the view away");
        },
        view);
    addAction(
        library, context, {"list", "Studies that a filter leaves, with counts of every field's values"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--filter,--where", command.where, filterHelp);
            action.add_option("--view", command.view,
                              "Also the filter of this saved view, of the studies that it keeps");
            action.add_option("--limit", command.limit, "At most so many studies are listed; 0: all")
                ->check(CLI::NonNegativeNumber);
            action.add_flag("--facets", command.facets, "Also how many studies have each value");
            action.add_option(
                "--images", command.images,
                "Also write a table of their images (of a view that keeps images, of those) to this file");
        },
        list);
    addAction(
        library, context, {"tag", "Tag studies, rename a tag; without --name the tags"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--name", command.name, "The tag; made if there is none");
            action.add_option("--study", command.studies, "A study's key, as its data set names it");
            action.add_option("--where", command.where, filterHelp);
            action.add_option("--ids", command.ids, idsHelp);
            action.add_flag("--all", command.all, "Every study");
            action.add_flag("--remove", command.remove, "Take the tag away");
            action.add_option("--rename", command.to, "Another name for the tag");
            action.add_flag("--delete", command.erase, "Take it from everything and away");
        },
        tagStudies);
    addAction(
        library, context,
        {"cohort", "Freeze the studies that a filter leaves or a list names; without --name the cohorts"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--name", command.name, "A new name");
            CLI::Option* where = action.add_option("--where", command.where, filterHelp);
            action.add_option("--ids", command.ids, idsHelp)->excludes(where);
            action.add_flag("--delete", command.erase, "Take the cohort and its splits away");
        },
        cohort);
    addAction(
        library, context, {"split", "Share a cohort's patients out to training, validation and test"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--cohort", command.name, "The cohort")->required();
            action.add_option("--seed", command.seed, "The same seed shares the same patients out alike")
                ->capture_default_str();
            action.add_option("--shares", command.shares, "Training/validation/test")->capture_default_str();
            action.add_option("--strata", command.strata, "A field whose values are spread evenly over the parts");
        },
        split);
}

} // namespace mama::cli
