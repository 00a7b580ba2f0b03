#include "core/library/pictures/thumb_store.h"

#include "core/base/error.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <array>
#include <cstring>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::size_t writtenAtOnce = 64;
constexpr auto writtenAfter = std::chrono::milliseconds(500);

// wall: 0 not found, 1 left, 2 right, as stored.
constexpr const char* const thumbs = R"sql(
CREATE TABLE thumb(
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    jpeg BLOB NOT NULL,
    rows INTEGER NOT NULL,
    columns INTEGER NOT NULL,
    wall INTEGER NOT NULL CHECK (wall BETWEEN 0 AND 2),
    wall_column INTEGER NOT NULL,
    breast_area REAL NOT NULL,
    orientation_row TEXT NOT NULL,
    orientation_column TEXT NOT NULL,
    fault TEXT NOT NULL
) STRICT;
)sql";

const Schema& thumbSchema()
{
    static const std::array steps{thumbs};
    static const Schema schema{0x4D615468, steps, false}; // "MaTh"
    return schema;
}

Thumb thumbAt(SQLite::Statement& row)
{
    Thumb thumb;
    const SQLite::Column jpeg = row.getColumn(0);
    thumb.jpeg.resize(static_cast<std::size_t>(jpeg.getBytes()));
    if (!thumb.jpeg.empty())
        std::memcpy(thumb.jpeg.data(), jpeg.getBlob(), thumb.jpeg.size());
    thumb.rows = row.getColumn(1).getInt();
    thumb.columns = row.getColumn(2).getInt();
    const int wall = row.getColumn(3).getInt();
    thumb.evidence = {wall != 0, wall == 1, row.getColumn(4).getInt(), row.getColumn(5).getDouble()};
    thumb.patientOrientation = {row.getColumn(6).getString(), row.getColumn(7).getString()};
    thumb.fault = row.getColumn(8).getString();
    return thumb;
}

void write(SQLite::Statement& add, const std::string& key, const Thumb& thumb)
{
    add.bindNoCopy(1, key);
    add.bindNoCopy(2, thumb.jpeg.empty() ? static_cast<const void*>("") : thumb.jpeg.data(),
                   static_cast<int>(thumb.jpeg.size()));
    add.bind(3, thumb.rows);
    add.bind(4, thumb.columns);
    add.bind(5, !thumb.evidence.found ? 0 : thumb.evidence.chestWallLeft ? 1 : 2);
    add.bind(6, thumb.evidence.chestWallColumn);
    add.bind(7, thumb.evidence.breastArea);
    add.bindNoCopy(8, thumb.patientOrientation.first);
    add.bindNoCopy(9, thumb.patientOrientation.second);
    add.bindNoCopy(10, thumb.fault);
    add.exec();
    add.reset();
}

} // namespace

ThumbStore::ThumbStore(const fs::path& library) : m_path(library / "thumbs.db")
{
    const std::lock_guard lock(m_mutex);
    open();
}

ThumbStore::~ThumbStore() { flush(); }

// Another program's file or a damaged one is put aside; what cannot be opened at all stays as it is.
void ThumbStore::open()
{
    for (int i = 0; i < 2; ++i) {
        try {
            m_database = std::make_unique<Database>(m_path, thumbSchema(), Access::Write);
            if (m_database->readOnly())
                m_notices.push_back({TextId("library.thumbs_not_kept", "thumbnails made now are not kept: %1"),
                                     m_database->notices().empty() ? UserText() : m_database->notices().front()});
            return;
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Format && i == 0 && makeAnew(error.why()))
                continue;
            m_notices.push_back(
                {TextId("library.thumbs_cannot_open", "thumbnails are made for this time only: %1"), error.text()});
            return;
        }
    }
}

// False: it cannot be put aside, as on a disk that is not written to.
bool ThumbStore::makeAnew(const UserText& why)
{
    m_database.reset();
    std::error_code failed;
    fs::path aside = m_path;
    aside += ".put-aside";
    fs::rename(m_path, aside, failed);
    if (failed)
        return false;
    for (const char* rest : {"-wal", "-shm", "-journal"})
        fs::remove(fs::path(m_path) += rest, failed);
    m_notices.push_back({TextId("library.thumbs_made_anew", "the file of thumbnails is made anew; the one there was "
                                                            "is %1 now: %2"),
                         aside.filename().string(), why});
    return true;
}

// A call on the file. A damage found only now is treated as on opening, a file that was deleted is made again, and the
// call repeated. What else fails to be written is not kept; what cannot be read is not asked again.
template <class Work>
void ThumbStore::guarded(bool writing, const Work& work)
{
    for (bool again = true; m_database; again = false) {
        try {
            return work(*m_database);
        } catch (const Error& error) {
            std::error_code failed;
            const bool gone = writing && !fs::exists(m_path, failed);
            if (again && (gone || error.code() == ErrorCode::Format)) {
                gone ? m_database.reset() : void(makeAnew(error.why()));
                open();
                continue;
            }
            m_notices.push_back(
                {TextId("library.thumbs_given_up", "thumbnails are not kept any more: %1"), error.text()});
            m_keeping = false;
            if (!writing)
                m_database.reset();
            return;
        }
    }
}

std::optional<Thumb> ThumbStore::find(const std::string& key)
{
    const std::lock_guard lock(m_mutex);
    if (const auto waiting = m_pending.find(key); waiting != m_pending.end())
        return waiting->second;
    std::optional<Thumb> found;
    guarded(false, [&](Database& file) {
        file.read([&](SQLite::Database& database) {
            SQLite::Statement query(database,
                                    "SELECT jpeg, rows, columns, wall, wall_column, breast_area, orientation_row,"
                                    " orientation_column, fault FROM thumb WHERE key = ?");
            query.bindNoCopy(1, key);
            if (query.executeStep())
                found = thumbAt(query);
        });
    });
    return found;
}

bool ThumbStore::has(const std::string& key)
{
    const std::lock_guard lock(m_mutex);
    bool found = m_pending.contains(key);
    if (!found)
        guarded(false, [&](Database& file) {
            file.read([&](SQLite::Database& database) {
                SQLite::Statement query(database, "SELECT 1 FROM thumb WHERE key = ?");
                query.bindNoCopy(1, key);
                found = query.executeStep();
            });
        });
    return found;
}

void ThumbStore::put(const std::string& key, Thumb thumb)
{
    const std::lock_guard lock(m_mutex);
    if (!m_database || m_database->readOnly() || !m_keeping)
        return;
    if (m_pending.empty())
        m_since = std::chrono::steady_clock::now();
    m_pending.insert_or_assign(key, std::move(thumb));
    if (m_pending.size() >= writtenAtOnce || std::chrono::steady_clock::now() - m_since > writtenAfter)
        writePending();
}

void ThumbStore::flush()
{
    const std::lock_guard lock(m_mutex);
    if (!m_pending.empty())
        writePending();
}

void ThumbStore::writePending()
{
    const std::map<std::string, Thumb> pending = std::move(m_pending);
    m_pending.clear();
    guarded(true, [&](Database& file) {
        file.write([&](SQLite::Database& database) {
            SQLite::Statement add(database, "INSERT OR REPLACE INTO thumb(key, jpeg, rows, columns, wall, wall_column,"
                                            " breast_area, orientation_row, orientation_column, fault)"
                                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            for (const auto& [key, thumb] : pending)
                write(add, key, thumb);
        });
    });
}

std::vector<UserText> ThumbStore::takeNotices()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_notices, {});
}

} // namespace mama
