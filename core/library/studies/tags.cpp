#include "core/library/studies/tags.h"

#include "core/base/error.h"
#include "core/library/collection/plural.h"
#include "core/tables/cell.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>

namespace mama {
namespace {

constexpr auto tagging = TextId("library.tag", "tag");
constexpr std::array levels{"patient", "study", "image", "finding"};

std::int64_t idOf(SQLite::Database& database, const std::string& name)
{
    SQLite::Statement find(database, "SELECT id FROM tag WHERE name = ?");
    find.bind(1, name);
    return find.executeStep() ? find.getColumn(0).getInt64() : 0;
}

std::int64_t knownTag(SQLite::Database& database, const std::string& name)
{
    if (const std::int64_t id = idOf(database, name))
        return id;
    throw Error(ErrorCode::Usage, {tagging}, name, {TextId("library.no_tag", "there is no tag of this name")});
}

std::string checkedName(const std::string& name)
{
    const std::string made(trimmed(name));
    if (!isShortLine(made))
        throw Error(ErrorCode::Usage, {tagging}, name,
                    {TextId("library.bad_tag", "a tag's name has 1 to 100 bytes (UTF-8) and no line breaks")});
    return made;
}

// The next digit that no tag has, and a colour of its own.
std::int64_t makeTag(SQLite::Database& database, const std::string& name)
{
    constexpr std::array colours{"#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f",
                                 "#edc948", "#b07aa1", "#ff9da7", "#9c755f"};
    const auto tags = static_cast<std::size_t>(database.execAndGet("SELECT count(*) FROM tag").getInt64());
    SQLite::Statement add(
        database, "INSERT INTO tag(name, colour, key) VALUES (?, ?, (WITH RECURSIVE digit(d) AS (SELECT 1 UNION ALL"
                  " SELECT d + 1 FROM digit WHERE d < 9) SELECT min(d) FROM digit WHERE d NOT IN"
                  " (SELECT key FROM tag WHERE key IS NOT NULL)))");
    add.bind(1, name);
    add.bind(2, colours[tags % colours.size()]);
    add.exec();
    return database.getLastInsertRowid();
}

void checkTargets(SQLite::Database& database, const TagRequest& request)
{
    if (std::find(levels.begin(), levels.end(), request.level) == levels.end())
        throw Error(
            ErrorCode::Usage, {tagging}, request.level,
            {TextId("library.no_level", "there is no such level: there are patient, study, image and finding")});
    SQLite::Statement find(database, "SELECT 1 FROM " + request.level + " WHERE id = ?");
    for (const std::int64_t target : request.targets) {
        find.bind(1, target);
        if (!find.executeStep())
            throw Error(ErrorCode::Usage, {tagging}, request.level + " " + std::to_string(target),
                        {TextId("library.no_target", "it is not in the library")});
        find.reset();
    }
}

} // namespace

Change tag(Library& library, const TagRequest& request)
{
    const std::string name = checkedName(request.name);
    return library.change(
        {"tag", [&](SQLite::Database& database, std::int64_t) {
             checkTargets(database, request);
             std::int64_t id = idOf(database, name), rows = 0;
             if (id == 0 && request.remove)
                 knownTag(database, name);
             if (id == 0 && !request.targets.empty())
                 id = makeTag(database, name);
             SQLite::Statement put(database, request.remove
                                                 ? "DELETE FROM tagged WHERE tag = ? AND level = ? AND target = ?"
                                                 : "INSERT INTO tagged(tag, level, target) VALUES (?, ?, ?)"
                                                   " ON CONFLICT DO NOTHING");
             put.bind(1, id);
             put.bind(2, request.level);
             for (const std::int64_t target : request.targets) {
                 put.bind(3, target);
                 rows += put.exec();
                 put.reset();
             }
             return Library::Done{(request.remove ? "Untag " : "Tag ") + name + " on " + counted(rows, request.level),
                                  rows};
         }});
}

Change renameTag(Library& library, const std::string& name, const std::string& to)
{
    const std::string made = checkedName(to);
    return library.change({"tag", [&](SQLite::Database& database, std::int64_t) {
                               const std::int64_t id = knownTag(database, name);
                               if (const std::int64_t other = idOf(database, made); other != 0 && other != id)
                                   throw Error(ErrorCode::Usage, {tagging}, made,
                                               {TextId("library.tag_there", "there is a tag of this name")});
                               SQLite::Statement set(
                                   database,
                                   "UPDATE tag SET name = ?1 WHERE id = ?2 AND name IS NOT ?1 COLLATE BINARY");
                               set.bind(1, made);
                               set.bind(2, id);
                               return Library::Done{"Rename tag " + name + " to " + made, set.exec()};
                           }});
}

Change deleteTag(Library& library, const std::string& name)
{
    return library.change({"tag", [&](SQLite::Database& database, std::int64_t) {
                               const std::int64_t id = knownTag(database, name);
                               SQLite::Statement take(database, "DELETE FROM tagged WHERE tag = ?"),
                                   remove(database, "DELETE FROM tag WHERE id = ?");
                               take.bind(1, id);
                               const std::int64_t uses = take.exec();
                               remove.bind(1, id);
                               remove.exec();
                               return Library::Done{"Delete tag " + name, uses + 1};
                           }});
}

std::vector<Tag> tags(Library& library)
{
    std::vector<Tag> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT id, name, colour, key, (SELECT count(*) FROM tagged WHERE tag = id)"
                                         " FROM tag ORDER BY name");
        while (each.executeStep()) {
            Tag tag{each.getColumn(0).getInt64(), each.getColumn(1).getString(), each.getColumn(2).getString(),
                    std::nullopt, each.getColumn(4).getInt64()};
            if (!each.getColumn(3).isNull())
                tag.key = each.getColumn(3).getInt();
            out.push_back(std::move(tag));
        }
    });
    return out;
}

} // namespace mama
