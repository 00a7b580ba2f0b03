#include "core/library/studies/labels.h"

#include "core/base/error.h"
#include "core/base/text_escape.h"
#include "core/library/collection/label_scale.h"
#include "core/library/collection/plural.h"
#include "core/library/studies/facet_counts.h"
#include "core/library/utc_time.h"
#include "core/tables/cell.h"
#include "core/tables/importers/mapped_set.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>

namespace mama {
namespace {

constexpr auto labelling = TextId("library.label", "label");

[[noreturn]] void wrong(const std::string& where, const UserText& why)
{
    throw Error(ErrorCode::Usage, {labelling}, where, why);
}

void checkLevel(const std::string& level)
{
    constexpr std::array levels{"patient", "study", "breast", "image", "finding"};
    if (std::find(levels.begin(), levels.end(), level) == levels.end())
        wrong(level, {TextId("library.no_label_level",
                             "there is no such level: there are patient, study, breast, image and finding")});
}

std::string checked(const std::string& given, const char* what)
{
    const std::string text(trimmed(given));
    if (text.empty() || text.size() > 200 ||
        std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; }))
        wrong(what, {TextId("library.bad_label", "a label's task and value have 1 to 200 bytes and no line breaks")});
    if (!isUtf8(text))
        wrong(what, {TextId("library.label_bytes", "a label's task and value are text, in UTF-8")});
    return text;
}

// One that a filter could not tell from the library's own field is none.
std::string checkedTask(const std::string& given)
{
    std::string task = checked(given, "task");
    if (isFieldOfLibrary(task))
        wrong(task, {TextId("library.label_field",
                            "a label cannot be called so, as a field of the library is: give it another name")});
    return task;
}

// As importers write it: training's captions know nothing else, and would leave the study out.
std::string scaled(const std::string& task, const std::string& value)
{
    const ScaledValue made = onScale(task, value);
    if (!made.fault.empty())
        wrong(value, made.fault);
    return made.value;
}

// A task that is written as its column is: "mass_shape" is "mass shape" where there is that.
std::string knownTask(SQLite::Database& database, const std::string& task)
{
    std::string spaced = task;
    std::replace(spaced.begin(), spaced.end(), '_', ' ');
    SQLite::Statement find(database, "SELECT 1 FROM label WHERE task = ? LIMIT 1");
    if (spaced == task)
        return task;
    find.bind(1, spaced);
    return find.executeStep() ? spaced : task;
}

class LabelWriter
{
public:
    LabelWriter(SQLite::Database& database, const LabelRequest& request, const std::string& author)
        : m_request(request), m_task(knownTask(database, checkedTask(request.task))),
          m_value(scaled(m_task, checked(request.value, "value"))), m_author(author), m_now(utcNow()),
          m_there(database, "SELECT 1 FROM " + std::string(request.level == "breast" ? "study" : request.level) +
                                " WHERE id = ?"),
          m_before(database, "SELECT id, value, author FROM label WHERE level = ?1 AND target = ?2 AND side = ?3 AND"
                             " task = ?4 AND source = ?5 AND replaced_by IS NULL AND (?5 = 'adjudicated' OR author ="
                             " ?6)"),
          m_add(database, "INSERT INTO label(level, target, side, task, value, source, author, at, row_of) VALUES (?1,"
                          " ?2, ?3, ?4, ?7, ?5, ?6, ?8, '')"),
          m_replace(database, "UPDATE label SET replaced_by = ? WHERE id = ?"), m_database(database)
    {}
    std::int64_t write(std::int64_t target)
    {
        m_there.bind(1, target);
        if (!m_there.executeStep())
            wrong(m_request.level + " " + std::to_string(target),
                  {TextId("library.no_label_target", "it is not in the library")});
        m_there.reset();
        bind(m_before, target);
        std::vector<std::int64_t> before;
        bool same = false;
        while (m_before.executeStep()) {
            same =
                same || (m_before.getColumn(1).getString() == m_value && m_before.getColumn(2).getString() == m_author);
            before.push_back(m_before.getColumn(0).getInt64());
        }
        m_before.reset();
        if (same)
            return 0;
        bind(m_add, target);
        m_add.bind(7, m_value);
        m_add.bind(8, m_now);
        m_add.exec();
        m_add.reset();
        const std::int64_t made = m_database.getLastInsertRowid();
        for (const std::int64_t each : before) {
            m_replace.bind(1, made);
            m_replace.bind(2, each);
            m_replace.exec();
            m_replace.reset();
        }
        return 1;
    }
    std::string words() const { return m_task + " " + m_value; }

private:
    void bind(SQLite::Statement& statement, std::int64_t target) const
    {
        statement.bind(1, m_request.level);
        statement.bind(2, target);
        statement.bind(3, m_request.side);
        statement.bind(4, m_task);
        statement.bind(5, m_request.adjudicated ? "adjudicated" : "reader");
        statement.bind(6, m_author);
    }

    const LabelRequest& m_request;
    const std::string m_task, m_value, m_author, m_now;
    SQLite::Statement m_there, m_before, m_add, m_replace;
    SQLite::Database& m_database;
};

} // namespace

Change label(Library& library, const LabelRequest& request)
{
    checkLevel(request.level);
    const bool ofBreast = request.level == "breast";
    if (ofBreast ? request.side != "R" && request.side != "L" : !request.side.empty())
        wrong("side", {TextId("library.label_side", "a breast's label has the side R or L, no other has one")});
    return library.change({"label", [&](SQLite::Database& database, std::int64_t) {
                               LabelWriter writer(database, request, library.author());
                               std::int64_t rows = 0;
                               for (const std::int64_t target : request.targets)
                                   rows += writer.write(target);
                               const std::string side = ofBreast ? (request.side == "R" ? "right " : "left ") : "";
                               return Library::Done{(request.adjudicated ? "Settle " : "Label ") + writer.words() +
                                                        " on " + counted(rows, side + request.level),
                                                    rows};
                           }});
}

std::vector<std::int64_t> targetsOf(Library& library, const std::string& level, std::span<const std::int64_t> studies,
                                    const std::string& side)
{
    checkLevel(level);
    if (level == "study" || level == "breast")
        return {studies.begin(), studies.end()};
    std::vector<std::int64_t> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, level == "patient"
                                             ? "SELECT patient FROM study WHERE id = ?1 AND ?2 = ''"
                                             : "SELECT id FROM " + level +
                                                   " WHERE study = ?1 AND (?2 = '' OR side = ?2) ORDER BY id");
        for (const std::int64_t study : studies) {
            each.bind(1, study);
            each.bind(2, side);
            while (each.executeStep())
                out.push_back(each.getColumn(0).getInt64());
            each.reset();
        }
    });
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

namespace {

LabelTask taskOf(const StudyColumns& columns, const std::string& name, const StudySet& among)
{
    LabelTask task{name, {}};
    for (const std::string& value : scaleOf(name))
        task.values.push_back({value, {}, 0});
    const StudyColumn* column = columns.column(name);
    if (!column || !column->ofLabels)
        return task;
    const auto scaled = static_cast<std::ptrdiff_t>(task.values.size());
    for (const FacetValue& each : facetOf(*column, among, columns.size()).values) {
        if (each.value.empty())
            continue;
        auto found = std::find_if(task.values.begin(), task.values.end(),
                                  [&](const LabelValue& value) { return value.value == each.value; });
        if (found == task.values.end())
            found = task.values.insert(found, LabelValue{each.value, {}, 0});
        found->means = each.means;
        found->studies = each.count;
    }
    std::sort(task.values.begin() + scaled, task.values.end(),
              [](const LabelValue& a, const LabelValue& b) { return a.value < b.value; });
    return task;
}

} // namespace

std::vector<LabelTask> labelTasks(const StudyColumns& columns, const StudySet& among)
{
    std::vector<std::string> names = scaledTasks();
    const std::size_t scaled = names.size();
    for (const StudyColumn& column : columns.columns())
        if (column.ofLabels && scaleOf(column.name).empty())
            names.push_back(column.name);
    std::sort(names.begin() + static_cast<std::ptrdiff_t>(scaled), names.end());
    std::vector<LabelTask> tasks;
    for (const std::string& name : names)
        tasks.push_back(taskOf(columns, name, among));
    return tasks;
}

} // namespace mama
