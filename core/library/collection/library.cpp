#include "core/library/collection/library.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/path_text.h"
#include "core/library/collection/library_schema.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <array>
#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr const char* fileName = "library.db";
constexpr auto alreadyThere =
    TextId("library.there_already", "there is something already: name a folder that is new or empty");

std::string accountName()
{
    const char* user = std::getenv("USER");
    if (user && *user)
        return user;
    const passwd* account = ::getpwuid(::getuid());
    return account && *account->pw_name ? account->pw_name : "unknown";
}

bool isThere(const fs::path& path)
{
    std::error_code failed;
    return fs::exists(fs::symlink_status(path, failed));
}

// An empty path would mean the folder that the program happens to be in.
const fs::path& named(const fs::path& folder)
{
    if (folder.empty())
        throw Error(ErrorCode::Usage, {action::open}, "", {TextId("library.no_folder", "name the library's folder")});
    return folder;
}

// A new or empty folder that a library is made in; what is in it goes again where that fails, so that it can be tried
// once more.
class NewFolder
{
public:
    explicit NewFolder(const fs::path& folder) : m_folder(named(folder)), m_wasThere(isThere(folder))
    {
        std::error_code failed;
        if (m_wasThere && !(fs::is_directory(folder, failed) && fs::is_empty(folder, failed)))
            throw Error(ErrorCode::Io, {action::write}, pathText(folder), {alreadyThere});
    }
    ~NewFolder()
    {
        std::error_code failed;
        if (m_isDone || isWhole())
            return;
        for (const char* end : {"", "-wal", "-shm", "-journal"})
            fs::remove(m_folder / (std::string(fileName) + end), failed);
        if (!m_wasThere)
            fs::remove(m_folder, failed); // if it is empty
    }
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;
    void keep() { m_isDone = true; }

private:
    bool isWhole() const // another process was quicker
    {
        try {
            const Database there(m_folder / fileName, librarySchema(), Access::Read);
            return true;
        } catch (const Error&) {
            return false;
        }
    }

    fs::path m_folder;
    bool m_wasThere, m_isDone = false;
};

} // namespace

void Library::create(const fs::path& folder)
{
    NewFolder place(folder);
    const Database made(folder / fileName, librarySchema(), Access::Write);
    place.keep();
}

Library::Library(const fs::path& folder, Access access, const std::string& author)
    : m_folder(folder), m_author(author.empty() ? accountName() : author)
{
    if (!isThere(named(folder) / fileName))
        throw Error(
            ErrorCode::Io, {action::open}, pathText(folder),
            {TextId("library.none_there", "there is no library in it (no library.db): make one with mama library "
                                          "create, or import a data set")});
    if (access == Access::Write)
        if (const auto why = m_lock.take(folder)) {
            m_notices.push_back(*why);
            access = Access::Read;
        }
    m_database = std::make_unique<Database>(folder / fileName, librarySchema(), access);
    m_notices.insert(m_notices.end(), m_database->notices().begin(), m_database->notices().end());
    m_database->read([this](SQLite::Database& database) {
        m_first = database.execAndGet("SELECT ifnull(max(id), 0) FROM command").getInt64();
    });
}

std::int64_t Library::changesByOthers()
{
    std::int64_t version = 0;
    m_database->read(
        [&](SQLite::Database& database) { version = database.execAndGet("PRAGMA data_version").getInt64(); });
    return version;
}

int Library::version() const { return librarySchema().version(); }

LibraryCounts Library::counts()
{
    LibraryCounts counts;
    m_database->read([&](SQLite::Database& database) {
        const std::array<std::pair<const char*, std::int64_t*>, 10> all{std::pair{"dataset", &counts.datasets},
                                                                        {"patient", &counts.patients},
                                                                        {"study", &counts.studies},
                                                                        {"image", &counts.images},
                                                                        {"finding", &counts.findings},
                                                                        {"label", &counts.labels},
                                                                        {"annotation", &counts.annotations},
                                                                        {"tag", &counts.tags},
                                                                        {"cohort", &counts.cohorts},
                                                                        {"command", &counts.commands}};
        for (const auto& [table, count] : all)
            *count = database.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt64();
    });
    return counts;
}

std::vector<LibraryDataSet> Library::dataSets()
{
    std::vector<LibraryDataSet> out;
    m_database->read([&](SQLite::Database& database) {
        SQLite::Statement each(database,
                               "SELECT importer, name, licence, restricted, (SELECT count(*) FROM study WHERE"
                               " study.dataset = dataset.id), (SELECT count(*) FROM image JOIN study ON study.id"
                               " = study WHERE study.dataset = dataset.id) FROM dataset ORDER BY name");
        while (each.executeStep())
            out.push_back({each.getColumn(0).getString(), each.getColumn(1).getString(), each.getColumn(2).getString(),
                           each.getColumn(3).getInt() != 0, each.getColumn(4).getInt64(),
                           each.getColumn(5).getInt64()});
    });
    return out;
}

void Library::backUp(const fs::path& folder)
{
    NewFolder place(folder);
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
        throw Error(ErrorCode::Io, {action::write}, pathText(folder), failed.message());
    m_database->backUp(folder / fileName);
    place.keep();
}

} // namespace mama
