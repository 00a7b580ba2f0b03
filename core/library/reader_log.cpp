#include "core/base/error.h"
#include "core/library/reader_file.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

LogEntry entryOf(SQLite::Statement& row)
{
    return {row.getColumn(0).getInt64(), row.getColumn(1).getInt64(),  row.getColumn(2).getString(),
            row.getColumn(3).getInt64(), row.getColumn(4).getString(), row.getColumn(5).getString(),
            row.getColumn(6).getString()};
}

} // namespace

void ReaderFile::log(std::int64_t session, ReadingEvent event, const nlohmann::json& detail)
{
    const EventKind& kind = kindOf(event);
    if (kind.byFile)
        throw Error(ErrorCode::Usage, {TextId("library.action_log_event", "log")}, kind.name,
                    {TextId("library.own_event", "this is written with the change that it tells of")});
    const nlohmann::json kept = keptDetail(kind, detail);
    const Stamp now = stamp(session);
    m_database.write([&](SQLite::Database& database) { addEntry(database, now, event, kept); });
}

void ReaderFile::addEntry(SQLite::Database& database, const Stamp& stamp, ReadingEvent event,
                          const nlohmann::json& detail)
{
    nlohmann::json rest = detail;
    rest.erase("study");
    SQLite::Statement add(database,
                          "INSERT INTO log_entry(session, at, ms, kind, study, detail) VALUES (?, ?, ?, ?, ?, ?)");
    add.bind(1, stamp.session);
    add.bind(2, stamp.at);
    add.bind(3, stamp.ms);
    add.bind(4, kindOf(event).name);
    add.bind(5, detail.value("study", std::string()));
    add.bind(6, rest.dump());
    add.exec();
}

std::vector<LogEntry> ReaderFile::entries(std::int64_t session)
{
    std::vector<LogEntry> out;
    m_database.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT id, session, at, ms, kind, study, detail FROM log_entry"
                                         " WHERE session = ? ORDER BY id");
        each.bind(1, session);
        while (each.executeStep())
            out.push_back(entryOf(each));
    });
    return out;
}

std::vector<LogEntry> ReaderFile::modelOutputs(const std::string& author)
{
    std::vector<LogEntry> out;
    m_database.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT log_entry.id, session, at, ms, kind, study, detail FROM log_entry"
                                         " JOIN session ON session.id = log_entry.session"
                                         " WHERE author IN (?, ?) AND kind IN ('model.shown', 'overlay')"
                                         " ORDER BY log_entry.id");
        each.bind(1, author);
        each.bind(2, nobodyNamed); // whoever did not say a name
        while (each.executeStep())
            if (LogEntry entry = entryOf(each); isModelOutput(entry))
                out.push_back(std::move(entry));
    });
    return out;
}

} // namespace mama
