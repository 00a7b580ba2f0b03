#include "core/library/studies/saved_views.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/library/studies/study_filter.h"
#include "core/tables/cell.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr auto viewing = TextId("library.view", "view");

std::string checkedName(const std::string& name)
{
    const std::string made(trimmed(name));
    if (!isShortLine(made))
        throw Error(ErrorCode::Usage, {viewing}, name,
                    {TextId("library.bad_view", "a view's name has 1 to 100 bytes (UTF-8) and no line breaks")});
    return made;
}

std::vector<SavedView> read(SQLite::Database& database)
{
    std::vector<SavedView> views;
    SQLite::Statement each(database, "SELECT name, expression, sort, form FROM saved_view");
    while (each.executeStep()) {
        SavedView view;
        view.name = each.getColumn(0).getString();
        view.filter = each.getColumn(1).getString();
        view.sort = each.getColumn(2).getString();
        const auto form = nlohmann::json::parse(each.getColumn(3).getString(), nullptr, false);
        if (form.is_object()) {
            view.descending = form.value("descending", true);
            view.form = form.value("as", std::string("grid"));
            view.sentence = form.value("sentence", std::string());
            view.takenOff = form.value("taken_off", std::string());
            view.kept = form.value("kept", std::string());
            view.keptImages = form.value("kept_images", std::string());
            for (const auto& model : form.value("models", nlohmann::json::array()))
                if (model.is_object())
                    view.models.push_back({model.value("set", std::string()), model.value("name", std::string())});
        }
        views.push_back(std::move(view));
    }
    std::sort(views.begin(), views.end(), [](const SavedView& a, const SavedView& b) {
        return std::pair(asciiFolded(a.name), a.name) < std::pair(asciiFolded(b.name), b.name);
    });
    return views;
}

bool sameName(const std::string& a, const std::string& b) { return asciiFolded(a) == asciiFolded(b); }

// Takes the view of this name away; its name as it was written, empty: there is none.
std::string take(SQLite::Database& database, const std::string& name)
{
    for (const SavedView& view : read(database))
        if (sameName(view.name, name)) {
            SQLite::Statement gone(database, "DELETE FROM saved_view WHERE name = ?");
            gone.bind(1, view.name);
            gone.exec();
            return view.name;
        }
    return {};
}

[[noreturn]] void noView(const std::vector<SavedView>& views, const std::string& name)
{
    std::string names;
    for (const SavedView& view : views)
        names += (names.empty() ? "" : ", ") + view.name;
    throw Error(
        ErrorCode::Usage, {viewing}, name,
        {TextId("library.no_saved_view", "there is no view of this name: there are %1"), names.empty() ? "-" : names});
}

} // namespace

Change saveView(Library& library, const SavedView& view)
{
    const std::string name = checkedName(view.name);
    parseFilter(view.filter);
    nlohmann::json models = nlohmann::json::array();
    for (const ViewModel& each : view.models)
        models.push_back({{"set", each.set}, {"name", each.name}});
    const nlohmann::json form{{"descending", view.descending},
                              {"as", view.form},
                              {"sentence", view.sentence},
                              {"taken_off", view.takenOff},
                              {"kept", view.kept},
                              {"kept_images", view.keptImages},
                              {"models", models}};
    return library.change({"view", [&](SQLite::Database& database, std::int64_t) {
                               const bool before = !take(database, name).empty();
                               SQLite::Statement put(
                                   database,
                                   "INSERT INTO saved_view(name, expression, sort, form) VALUES (?, ?, ?, ?)");
                               put.bind(1, name);
                               put.bind(2, view.filter);
                               put.bind(3, view.sort);
                               put.bind(4, form.dump());
                               put.exec();
                               return Library::Done{(before ? "Change the view " : "Save the view ") + name, 1};
                           }});
}

Change deleteView(Library& library, const std::string& name)
{
    return library.change({"view", [&](SQLite::Database& database, std::int64_t) {
                               const std::string was = take(database, name);
                               if (was.empty())
                                   noView(read(database), name);
                               return Library::Done{"Delete the view " + was, 1};
                           }});
}

std::vector<SavedView> savedViews(Library& library)
{
    std::vector<SavedView> views;
    library.read([&](SQLite::Database& database) { views = read(database); });
    return views;
}

SavedView savedView(Library& library, const std::string& name)
{
    const std::vector<SavedView> views = savedViews(library);
    const auto found =
        std::find_if(views.begin(), views.end(), [&](const SavedView& view) { return sameName(view.name, name); });
    if (found == views.end())
        noView(views, name);
    return *found;
}

} // namespace mama
