#include "core/base/error.h"
#include "core/library/reader_file.h"
#include "core/library/utc_time.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr auto session = TextId("library.action_session", "session");

// Without the blanks around it.
std::string trimmedAuthor(const std::string& author)
{
    const auto first = author.find_first_not_of(" \t\r\n");
    return first == author.npos ? "" : author.substr(first, author.find_last_not_of(" \t\r\n") - first + 1);
}

} // namespace

std::int64_t ReaderFile::beginSession(const std::string& author, bool readFirst)
{
    checkText("author", author, 200);
    Stamp stamp{0, trimmedAuthor(author), utcNow(), 0};
    if (stamp.author.empty())
        throw Error(ErrorCode::Usage, {mama::session}, "author",
                    {TextId("library.no_author", "who reads is not named")});
    const auto began = std::chrono::steady_clock::now();
    m_database.write([&](SQLite::Database& database) {
        SQLite::Statement add(database, "INSERT INTO session(author, read_first, began) VALUES (?, ?, ?)");
        add.bind(1, stamp.author);
        add.bind(2, readFirst ? 1 : 0);
        add.bind(3, stamp.at);
        add.exec();
        stamp.session = database.getLastInsertRowid();
        addEntry(database, stamp, ReadingEvent::SessionBegin, {{"read_first", readFirst}});
    });
    const std::lock_guard lock(m_mutex);
    m_locks.hold(stamp.session);
    m_open[stamp.session] = {stamp.author, began};
    return stamp.session;
}

void ReaderFile::endSession(std::int64_t id)
{
    const Stamp now = stamp(id);
    m_database.write([&](SQLite::Database& database) {
        SQLite::Statement end(database, "UPDATE session SET ended = ? WHERE id = ?");
        end.bind(1, now.at);
        end.bind(2, id);
        end.exec();
        addEntry(database, now, ReadingEvent::SessionEnd, nlohmann::json::object());
    });
    const std::lock_guard lock(m_mutex);
    m_locks.release(id);
    m_open.erase(id);
}

ReaderFile::Stamp ReaderFile::stamp(std::int64_t id)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_open.find(id);
    if (found == m_open.end())
        throw Error(ErrorCode::Usage, {mama::session}, std::to_string(id),
                    {TextId("library.session_not_open", "this session was not begun here, or has ended")});
    const auto past = std::chrono::steady_clock::now() - found->second.began;
    return {id, found->second.author, utcNow(), std::chrono::duration_cast<std::chrono::milliseconds>(past).count()};
}

std::vector<ReadingSession> ReaderFile::sessions()
{
    std::vector<ReadingSession> out;
    m_database.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT id, author, read_first, began, ifnull(ended, ''),"
                                         " (SELECT count(*) FROM log_entry WHERE log_entry.session = session.id),"
                                         " (SELECT count(*) FROM verdict WHERE verdict.session = session.id)"
                                         " FROM session ORDER BY id");
        while (each.executeStep())
            out.push_back({each.getColumn(0).getInt64(), each.getColumn(1).getString(), each.getColumn(2).getInt() != 0,
                           each.getColumn(3).getString(), each.getColumn(4).getString(), each.getColumn(5).getInt64(),
                           each.getColumn(6).getInt64()});
    });
    return out;
}

std::int64_t ReaderFile::addCommand(SQLite::Database& database, const Stamp& stamp, const char* kind,
                                    const std::string& words)
{
    SQLite::Statement add(database, "INSERT INTO command(session, author, at, kind, words, rows)"
                                    " VALUES (?, ?, ?, ?, ?, 1)");
    add.bind(1, stamp.session);
    add.bind(2, stamp.author);
    add.bind(3, stamp.at);
    add.bind(4, kind);
    add.bind(5, words);
    add.exec();
    return database.getLastInsertRowid();
}

} // namespace mama
