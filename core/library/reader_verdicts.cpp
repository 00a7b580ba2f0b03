#include "core/base/error.h"
#include "core/library/reader_file.h"
#include "core/library/study_key.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

void bindText(SQLite::Statement& statement, int place, const std::string& text)
{
    if (text.empty())
        statement.bind(place);
    else
        statement.bind(place, text);
}

std::string wordsOf(const Verdict& verdict)
{
    const auto or_ = [](const std::string& category) { return category.empty() ? "-" : category; };
    return "Lock the verdict: right " + or_(verdict.right) + ", left " + or_(verdict.left);
}

std::optional<std::int64_t> latest(SQLite::Database& database, const std::string& author, const std::string& study)
{
    SQLite::Statement find(database, "SELECT max(verdict.id) FROM verdict JOIN session ON session.id = verdict.session"
                                     " WHERE study = ? AND author = ?");
    find.bind(1, study);
    find.bind(2, author);
    find.executeStep();
    return find.getColumn(0).isNull() ? std::nullopt : std::optional(find.getColumn(0).getInt64());
}

void add(SQLite::Database& database, const LockedVerdict& locked, std::int64_t command)
{
    const Verdict& verdict = locked.verdict;
    SQLite::Statement row(database, "INSERT INTO verdict(session, command, study, birads_right, birads_left, density,"
                                    " confidence, marks, words, at, ms, earlier)"
                                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(1, locked.session);
    row.bind(2, command);
    row.bind(3, verdict.study);
    bindText(row, 4, verdict.right);
    bindText(row, 5, verdict.left);
    bindText(row, 6, verdict.density);
    if (verdict.confidence)
        row.bind(7, *verdict.confidence);
    row.bind(8, marksJson(verdict.marks).dump());
    row.bind(9, verdict.words);
    row.bind(10, locked.at);
    row.bind(11, locked.ms);
    if (locked.earlier)
        row.bind(12, *locked.earlier);
    row.exec();
}

LockedVerdict verdictOf(SQLite::Statement& row)
{
    const auto text = [&](int column) { return row.getColumn(column).getString(); };
    LockedVerdict out{row.getColumn(0).getInt64(),
                      row.getColumn(1).getInt64(),
                      text(2),
                      text(3),
                      row.getColumn(4).getInt64(),
                      std::nullopt,
                      {}};
    if (!row.getColumn(5).isNull())
        out.earlier = row.getColumn(5).getInt64();
    out.verdict = {text(6), text(7), text(8), text(9), std::nullopt, marksFrom(nlohmann::json::parse(text(11))),
                   text(12)};
    if (!row.getColumn(10).isNull())
        out.verdict.confidence = row.getColumn(10).getInt();
    return out;
}

} // namespace

LockedVerdict ReaderFile::lock(std::int64_t session, const Verdict& verdict)
{
    checkVerdict(verdict);
    const Stamp now = stamp(session);
    LockedVerdict out{0, session, now.author, now.at, now.ms, std::nullopt, verdict};
    out.verdict.study = studyKey(verdict.study);
    for (Mark& mark : out.verdict.marks)
        mark.image = studyKey(mark.image);
    m_database.write([&](SQLite::Database& database) {
        out.earlier = latest(database, now.author, out.verdict.study);
        add(database, out, addCommand(database, now, "lock", wordsOf(verdict)));
        out.id = database.getLastInsertRowid();
        addEntry(database, now, ReadingEvent::Lock, {{"study", out.verdict.study}, {"verdict", out.id}});
    });
    return out;
}

bool ReaderFile::isLocked(std::int64_t session, const std::string& study)
{
    bool locked = false;
    m_database.read([&](SQLite::Database& database) {
        SQLite::Statement find(database, "SELECT 1 FROM verdict WHERE session = ? AND study = ? LIMIT 1");
        find.bind(1, session);
        find.bind(2, studyKey(study));
        locked = find.executeStep();
    });
    return locked;
}

std::vector<LockedVerdict> ReaderFile::verdictsWhere(const char* where, const std::string& value)
{
    std::vector<LockedVerdict> out;
    m_database.read([&](SQLite::Database& database) {
        SQLite::Statement each(database,
                               std::string("SELECT verdict.id, session, author, at, ms, earlier, study,"
                                           " ifnull(birads_right, ''), ifnull(birads_left, ''), ifnull(density, ''),"
                                           " confidence, marks, words FROM verdict"
                                           " JOIN session ON session.id = verdict.session ") +
                                   where + " ORDER BY verdict.id");
        if (!value.empty())
            each.bind(1, value);
        while (each.executeStep())
            try {
                out.push_back(verdictOf(each));
            } catch (const nlohmann::json::exception&) {
                throw Error(ErrorCode::Format, {TextId("library.action_read_verdict", "read")}, path().string(),
                            {TextId("library.broken_marks", "the marks of verdict %1 are damaged: restore a backup"),
                             each.getColumn(0).getInt64()});
            }
    });
    return out;
}

std::vector<LockedVerdict> ReaderFile::verdicts(const std::string& study)
{
    return verdictsWhere("WHERE study = ?", studyKey(study));
}

std::vector<LockedVerdict> ReaderFile::verdicts() { return verdictsWhere("", ""); }

} // namespace mama
