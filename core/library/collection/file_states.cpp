#include "core/library/collection/file_states.h"

#include "core/base/stopwatch.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/known_state.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <thread>
#include <vector>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr int atOnce = 2000;
constexpr double pause = 500; // ms between two times that something is written

struct Known
{
    std::int64_t file = 0;
    KnownState state;
    bool missing = false, passed = false;
    fs::path root, below;
};

std::vector<Known> nextFiles(Library& library, std::int64_t after)
{
    std::vector<Known> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(
            database, "SELECT file.id, ifnull(size, 0), ifnull(mtime, 0), state = 'missing', passed IS NOT"
                      " NULL, root.path, folder.path, name FROM file JOIN folder ON folder.id = folder JOIN"
                      " root ON root.id = root WHERE state <> 'none' AND file.id > ? ORDER BY file.id LIMIT ?");
        each.bind(1, after);
        each.bind(2, atOnce);
        while (each.executeStep())
            out.push_back({each.getColumn(0).getInt64(),
                           {each.getColumn(1).getInt64(), each.getColumn(2).getInt64()},
                           each.getColumn(3).getInt() != 0,
                           each.getColumn(4).getInt() != 0,
                           each.getColumn(5).getString(),
                           fs::path(each.getColumn(6).getString()) / each.getColumn(7).getString()});
    });
    return out;
}

// Files of which something else is known now.
struct Changes
{
    std::vector<std::int64_t> missing, found, changed;
    bool empty() const { return missing.empty() && found.empty() && changed.empty(); }
};

void look(const Known& file, Changes& changes)
{
    const fs::path path = placeOfFile(file.root, file.below);
    if (path.empty()) {
        if (!file.missing)
            changes.missing.push_back(file.file);
        return;
    }
    if (file.missing)
        changes.found.push_back(file.file);
    if (file.passed && !file.state.is(FileState::of(path)))
        changes.changed.push_back(file.file);
}

void note(Library& library, const Changes& changes)
{
    library.note([&](SQLite::Database& database) {
        const auto run = [&](const char* change, const std::vector<std::int64_t>& files) {
            SQLite::Statement set(database, change);
            for (const std::int64_t file : files) {
                set.bind(1, file);
                set.exec();
                set.reset();
            }
        };
        run("UPDATE file SET state = 'missing', fault = NULL WHERE id = ?", changes.missing);
        run("UPDATE file SET state = iif(sop IS NULL AND passed IS NULL, 'listed', 'read'), fault = NULL WHERE id = ?",
            changes.found);
        run("UPDATE file SET passed = NULL WHERE id = ?", changes.changed);
    });
}

} // namespace

FileStates lookForFiles(Library& library, const Job& job)
{
    FileStates states;
    Changes changes;
    Stopwatch sinceWritten;
    const auto write = [&] {
        if (changes.empty())
            return;
        if (states.missing + states.found + states.changed > 0 && sinceWritten.milliseconds() < pause)
            std::this_thread::sleep_for(
                std::chrono::milliseconds(static_cast<int>(pause - sinceWritten.milliseconds())));
        note(library, changes);
        states.missing += static_cast<std::int64_t>(changes.missing.size());
        states.found += static_cast<std::int64_t>(changes.found.size());
        states.changed += static_cast<std::int64_t>(changes.changed.size());
        changes = {};
        sinceWritten = Stopwatch();
    };
    std::int64_t all = 0, after = 0;
    library.read([&](SQLite::Database& database) {
        all = database.execAndGet("SELECT count(*) FROM file WHERE state <> 'none'").getInt64();
    });
    for (auto files = nextFiles(library, after); !files.empty() && !job.cancelled();
         files = nextFiles(library, after)) {
        for (const Known& file : files)
            look(file, changes);
        after = files.back().file;
        states.looked += static_cast<std::int64_t>(files.size());
        job.report(static_cast<std::uint64_t>(states.looked), static_cast<std::uint64_t>(all), "look for files");
        if (sinceWritten.milliseconds() >= pause)
            write();
    }
    write();
    return states;
}

void lookAfter(Library& library, const Change& change)
{
    bool moves = false;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement find(database, "SELECT 1 FROM command WHERE kind IN ('relink', 'move') AND id = (SELECT"
                                         " ifnull(turns, id) FROM command WHERE id = ?)");
        find.bind(1, change.command);
        moves = find.executeStep();
    });
    if (moves)
        lookForFiles(library);
}

} // namespace mama
