#include "core/library/files/relink.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/path_text.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/file_states.h"
#include "core/library/collection/plural.h"
#include "core/library/files/missing_search.h"
#include "core/study/list_files.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

fs::path settled(const fs::path& path)
{
    std::error_code failed;
    fs::path out = fs::weakly_canonical(path, failed);
    return failed ? fs::absolute(path).lexically_normal() : out;
}

struct Known
{
    std::vector<MissingFile> missing;
    std::set<fs::path> present;          // places of those that are there
    std::set<std::int64_t> rootsInPlace; // folders that some file is still in
};

Known lookAtAll(Library& library, const Job& job)
{
    std::vector<MissingFile> all;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(
            database, "SELECT file.id, root.id, ifnull(size, 0), root.path, folder.path, name, ifnull(sop, ''),"
                      " ifnull(sha256, ''), iif(dct IS NULL, '', ifnull(pixels, '')) FROM file JOIN folder ON"
                      " folder.id = folder JOIN root ON root.id = root WHERE state <> 'none' ORDER BY file.id");
        while (each.executeStep())
            all.push_back(
                {each.getColumn(0).getInt64(), each.getColumn(1).getInt64(), each.getColumn(2).getInt64(),
                 each.getColumn(3).getString(), fs::path(each.getColumn(4).getString()) / each.getColumn(5).getString(),
                 each.getColumn(6).getString(), each.getColumn(7).getString(), each.getColumn(8).getString()});
    });
    Known known;
    for (MissingFile& file : all) {
        if (job.cancelled())
            break;
        const fs::path place = placeOfFile(file.rootPath, file.below);
        if (place.empty()) {
            known.missing.push_back(std::move(file));
        } else {
            known.present.insert(settled(place));
            known.rootsInPlace.insert(file.root);
        }
    }
    return known;
}

// The folder that a data set's folder has become, if all its found files lie in it as before, and none that was not
// found would be taken for another there. Empty: none.
fs::path newRoot(const std::vector<const FoundFileAgain*>& found, const std::vector<MissingFile>& lost)
{
    const FoundFileAgain& first = *found.front();
    std::vector<fs::path> candidates;
    for (fs::path at = first.now.parent_path(); at != at.parent_path(); at = at.parent_path())
        candidates.push_back(at);
    std::stable_partition(candidates.begin(), candidates.end(),
                          [&](const fs::path& each) { return each / first.below == first.now; });
    for (const fs::path& each : candidates) {
        const bool fits =
            std::all_of(found.begin(), found.end(),
                        [&](const FoundFileAgain* file) { return placeOfFile(each, file->below) == file->now; }) &&
            std::all_of(lost.begin(), lost.end(), [&](const MissingFile& file) {
                return file.root != first.root || placeOfFile(each, file.below).empty();
            });
        if (fits)
            return each;
    }
    return {};
}

bool isRoot(Library& library, const fs::path& path)
{
    bool is = false;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement find(database, "SELECT 1 FROM root WHERE path = ?");
        find.bind(1, path.string());
        is = find.executeStep();
    });
    return is;
}

void findRoots(Library& library, RelinkPlan& plan, const Known& known, const std::vector<MissingFile>& lost)
{
    std::map<std::int64_t, std::vector<const FoundFileAgain*>> byRoot;
    for (const FoundFileAgain& each : plan.found)
        byRoot[each.root].push_back(&each);
    std::set<fs::path> given;
    for (const auto& [root, found] : byRoot) {
        if (known.rootsInPlace.contains(root))
            continue;
        const fs::path now = newRoot(found, lost);
        if (now.empty() || isRoot(library, now) || !given.insert(now).second)
            continue;
        std::string before = found.front()->before.string();
        before.resize(before.size() - found.front()->below.string().size());
        plan.roots.push_back({root, static_cast<std::int64_t>(found.size()), fs::path(before).parent_path(), now});
    }
}

// The rows of files that are found one by one.
class FileMover
{
public:
    FileMover(SQLite::Database& database, const fs::path& folder)
        : m_database(database), m_folder(folder), m_findRoot(database, "SELECT id FROM root WHERE path = ?"),
          m_addRoot(database, "INSERT INTO root(path, label) VALUES (?, ?)"),
          m_find(database, "SELECT id FROM folder WHERE root = ? AND path = ?"),
          m_add(database, "INSERT INTO folder(root, path) VALUES (?, ?)"),
          m_move(database,
                 "UPDATE OR IGNORE file SET folder = ?1, name = ?2, listed = ifnull(listed, (SELECT ltrim("
                 "folder.path || '/' || file.name, '/') FROM folder WHERE folder.id = file.folder)) WHERE id = ?3")
    {}

    std::int64_t move(const FoundFileAgain& file)
    {
        const fs::path below = file.now.parent_path().lexically_relative(m_folder);
        m_move.reset();
        m_move.bind(1, folderOf(below == "." ? std::string() : below.string()));
        m_move.bind(2, file.now.filename().string());
        m_move.bind(3, file.file);
        return m_move.exec();
    }

private:
    std::int64_t root()
    {
        if (m_root == 0) {
            m_findRoot.bind(1, m_folder.string());
            if (m_findRoot.executeStep())
                return m_root = m_findRoot.getColumn(0).getInt64();
            m_addRoot.bind(1, m_folder.string());
            m_addRoot.bind(2, "found again");
            m_addRoot.exec();
            m_root = m_database.getLastInsertRowid();
        }
        return m_root;
    }
    std::int64_t folderOf(const std::string& path)
    {
        const auto [known, isNew] = m_folders.emplace(path, 0);
        if (!isNew)
            return known->second;
        m_find.reset();
        m_find.bind(1, root());
        m_find.bind(2, path);
        if (m_find.executeStep())
            return known->second = m_find.getColumn(0).getInt64();
        m_add.reset();
        m_add.bind(1, root());
        m_add.bind(2, path);
        m_add.exec();
        return known->second = m_database.getLastInsertRowid();
    }

    SQLite::Database& m_database;
    fs::path m_folder;
    SQLite::Statement m_findRoot, m_addRoot, m_find, m_add, m_move;
    std::map<std::string, std::int64_t> m_folders;
    std::int64_t m_root = 0;
};

std::string wordsOf(const RelinkPlan& plan, std::int64_t files)
{
    std::array<std::int64_t, 4> by{};
    for (const FoundFileAgain& each : plan.found)
        ++by[static_cast<std::size_t>(each.by)];
    std::string how;
    for (std::size_t i = 0; i < by.size(); ++i)
        if (by[i] > 0)
            how += (how.empty() ? "" : ", ") + std::to_string(by[i]) + " by " + name(static_cast<RelinkedBy>(i));
    return "Re-link " + counted(files, "file") + " (" + how + ")";
}

} // namespace

const char* name(RelinkedBy by)
{
    constexpr std::array names{"path", "sop", "content", "pixels"};
    return names[static_cast<std::size_t>(by)];
}

Cancellable<RelinkPlan> findMissingFiles(Library& library, const fs::path& folder, const Job& job)
{
    std::error_code failed;
    if (!fs::is_directory(folder, failed))
        throw Error(ErrorCode::Io, {action::open}, pathText(folder),
                    {TextId("library.relink_no_folder", "there is no such folder")});
    RelinkPlan plan;
    plan.folder = settled(folder);
    const Known known = lookAtAll(library, job);
    plan.missing = static_cast<std::int64_t>(known.missing.size());
    std::vector<ScanProblem> unread;
    std::vector<fs::path> candidates;
    if (plan.missing > 0)
        for (const FoundFile& each : listFiles({plan.folder}, job, unread))
            if (!known.present.contains(settled(each.path)))
                candidates.push_back(each.path);
    plan.searched = static_cast<std::int64_t>(candidates.size());
    MissingSearch search(known.missing, std::move(candidates));
    search.byPath();
    if (job.cancelled() || !search.bySop(job) || !search.byContent(job) || !search.byPixels(job))
        return std::nullopt;
    plan.found = search.found();
    std::sort(plan.found.begin(), plan.found.end(),
              [](const FoundFileAgain& a, const FoundFileAgain& b) { return a.file < b.file; });
    const std::vector<MissingFile> lost = search.lost();
    for (const MissingFile& each : lost)
        plan.lost.push_back(each.rootPath / each.below);
    findRoots(library, plan, known, lost);
    return plan;
}

Change relink(Library& library, const RelinkPlan& plan)
{
    const Change change =
        library.change({"relink", [&](SQLite::Database& database, std::int64_t) {
                            std::int64_t files = 0;
                            SQLite::Statement move(database, "UPDATE root SET path = ? WHERE id = ?");
                            for (const MovedRoot& root : plan.roots) {
                                move.bind(1, root.now.string());
                                move.bind(2, root.root);
                                files += move.exec() > 0 ? root.files : 0;
                                move.reset();
                            }
                            FileMover mover(database, plan.folder);
                            for (const FoundFileAgain& each : plan.found)
                                if (std::none_of(plan.roots.begin(), plan.roots.end(),
                                                 [&](const MovedRoot& root) { return root.root == each.root; }))
                                    files += mover.move(each);
                            return Library::Done{wordsOf(plan, files), files};
                        }});
    lookAfter(library, change);
    return change;
}

} // namespace mama
