#include "core/library/handover/handed_study.h"

#include "core/library/collection/region_rows.h"
#include "core/tables/importers/embed_tables.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <array>

namespace mama {
namespace {

struct Label
{
    std::string value;
    int rank = 0; // 1 imported, 2 reader, 3 adjudicated
    std::int64_t id = 0;
};
using Labels = std::map<std::string, Label>;

// The nearer level's, unless the farther one's source counts for more.
Labels over(Labels far, const Labels& near)
{
    for (const auto& [task, label] : near)
        if (Label& known = far[task]; label.rank >= known.rank)
            known = label;
    return far;
}

TaskValues valuesOf(const Labels& labels)
{
    TaskValues values;
    for (const auto& [task, label] : labels)
        values.emplace(task, label.value);
    return values;
}

std::string at(const TaskValues& values, const char* task)
{
    const auto found = values.find(task);
    return found == values.end() ? std::string() : found->second;
}

// The codes of EMBED's clinical table.
FindingFields fieldsOf(const TaskValues& values, const std::string& exam, const std::string& age)
{
    FindingFields fields;
    fields.exam = exam;
    fields.age = age;
    const std::string birads = at(values, "birads"), density = at(values, "density");
    if (birads.size() == 1 && birads[0] >= '0' && birads[0] <= '6')
        fields.assessment = "ANBPSMK"[birads[0] - '0'];
    if (density.size() == 1 && density[0] >= 'A' && density[0] <= 'D')
        fields.density = static_cast<char>('1' + density[0] - 'A');
    fields.race = at(values, "race");
    fields.ethnicity = at(values, "ethnicity");
    fields.massShape = at(values, "mass shape");
    fields.massDensity = at(values, "mass density");
    fields.calcification = at(values, "calcification");
    fields.distribution = at(values, "distribution");
    return fields;
}

} // namespace

struct StudyReader::Queries
{
    explicit Queries(SQLite::Database& database)
        : study(database, "SELECT dataset.name, patient.key, study.key, ifnull(date, ''), description, ifnull(age, ''),"
                          " patient.id FROM study JOIN patient ON patient.id = study.patient JOIN dataset ON"
                          " dataset.id = study.dataset WHERE study.id = ?"),
          images(database,
                 "SELECT image.id, root.path, folder.path, file.name, file.state, side, view, modifiers, type,"
                 " vendor, model, ifnull(rows, 0), ifnull(cols, 0) FROM image JOIN file ON file.id ="
                 " image.file JOIN folder ON folder.id = file.folder JOIN root ON root.id = folder.root"
                 " WHERE study = ? ORDER BY image.id"),
          marks(
              database,
              "SELECT annotation.kind, geometry, frame_note, ifnull(kinds, ''), ifnull(finding, 0), author FROM annotation LEFT JOIN"
              " finding ON finding.id = finding WHERE image = ?"
              " AND (annotation.batch IS NOT NULL OR annotation.kind IN ('box', 'contour')) ORDER BY annotation.id"),
          findings(database, "SELECT id, number, side, kinds FROM finding WHERE study = ? ORDER BY id"),
          labels(database, "SELECT side, task, value, CASE source WHEN 'adjudicated' THEN 3 WHEN 'reader' THEN 2 ELSE 1"
                           " END AS place, id FROM label WHERE level = ? AND target = ? AND replaced_by IS NULL AND"
                           " source <> 'model' ORDER BY place, id")
    {}
    // By side; where a level has none, all under "".
    std::map<std::string, Labels> labelsOf(const char* level, std::int64_t target)
    {
        std::map<std::string, Labels> out;
        labels.reset();
        labels.bind(1, level);
        labels.bind(2, target);
        while (labels.executeStep()) // what counts most comes last
            out[labels.getColumn(0).getString()][labels.getColumn(1).getString()] = {
                labels.getColumn(2).getString(), labels.getColumn(3).getInt(), labels.getColumn(4).getInt64()};
        return out;
    }
    SQLite::Statement study, images, marks, findings, labels;
};

// Of patient and study, and of the breasts.
struct StudyReader::Levels
{
    std::string age;
    Labels study;
    std::map<std::string, Labels> breasts;
    Labels of(const std::string& side) const
    {
        const auto found = breasts.find(side);
        return found == breasts.end() || side.empty() ? study : over(study, found->second);
    }
};

std::size_t HandedStudy::findingOf(const std::string& side) const
{
    if (findings.empty())
        return 0;
    std::vector<FindingFields> fields;
    for (const HandedFinding& finding : findings)
        fields.push_back(finding.fields);
    return chooseFinding(fields, side, false).index;
}

StudyReader::StudyReader(SQLite::Database& database) : m_queries(std::make_unique<Queries>(database)) {}
StudyReader::~StudyReader() = default;

HandedStudy StudyReader::read(std::int64_t id)
{
    HandedStudy study;
    SQLite::Statement& row = m_queries->study;
    row.reset();
    row.bind(1, id);
    if (!row.executeStep())
        return study;
    study.dataset = row.getColumn(0).getString();
    study.patient = study.dataset + "/" + row.getColumn(1).getString();
    study.name = study.dataset + "/" + row.getColumn(2).getString();
    study.patientId = row.getColumn(6).getInt64();
    study.date = row.getColumn(3).getString();
    study.description = row.getColumn(4).getString();
    Levels levels;
    levels.age = row.getColumn(5).getString();
    levels.study =
        over(m_queries->labelsOf("patient", row.getColumn(6).getInt64())[""], m_queries->labelsOf("study", id)[""]);
    levels.breasts = m_queries->labelsOf("breast", id);
    readImages(study, id, levels);
    readFindings(study, id, levels);
    return study;
}

void StudyReader::readImages(HandedStudy& study, std::int64_t id, const Levels& levels)
{
    SQLite::Statement& row = m_queries->images;
    row.reset();
    row.bind(1, id);
    while (row.executeStep()) {
        const auto text = [&](int column) { return row.getColumn(column).getString(); };
        HandedImage image;
        image.id = row.getColumn(0).getInt64();
        image.root = text(1);
        image.below = std::filesystem::path(text(2)) / text(3);
        image.state = text(4);
        image.fields = {{}, study.name, study.description, text(8), text(5), text(6), study.patient};
        image.spot = text(7) == "spot";
        image.vendor = text(9);
        image.model = text(10);
        image.rows = row.getColumn(11).getInt();
        image.columns = row.getColumn(12).getInt();
        image.labels = valuesOf(over(levels.of(image.fields.side), m_queries->labelsOf("image", image.id)[""]));
        readMarks(image);
        study.images.push_back(std::move(image));
    }
}

void StudyReader::readMarks(HandedImage& image)
{
    SQLite::Statement& row = m_queries->marks;
    row.reset();
    row.bind(1, image.id);
    while (row.executeStep()) {
        HandedMark mark;
        mark.kind = row.getColumn(0).getString();
        mark.note = row.getColumn(2).getString();
        mark.finding = row.getColumn(3).getString();
        mark.findingId = row.getColumn(4).getInt64();
        mark.author = row.getColumn(5).getString();
        mark.geometry = numbersAt(row, 1);
        image.marks.push_back(std::move(mark));
    }
}

// A row for each finding; for each breast that something is said of; and where there is none of these, one for the
// whole study.
void StudyReader::readFindings(HandedStudy& study, std::int64_t id, const Levels& levels)
{
    const auto add = [&](const Labels& labels, const std::string& side) -> HandedFinding& {
        HandedFinding made;
        made.labels = valuesOf(labels);
        made.fields = fieldsOf(made.labels, study.name, levels.age);
        made.fields.side = side;
        study.findings.push_back(std::move(made));
        return study.findings.back();
    };
    SQLite::Statement& row = m_queries->findings;
    row.reset();
    row.bind(1, id);
    while (row.executeStep()) {
        const std::string side = row.getColumn(2).getString();
        const Labels own = m_queries->labelsOf("finding", row.getColumn(0).getInt64())[""];
        HandedFinding& made = add(over(levels.of(side), own), side);
        made.id = row.getColumn(0).getInt64();
        made.number = row.getColumn(1).getInt();
        made.kinds = row.getColumn(3).getString();
    }
    for (const auto& [side, labels] : levels.breasts)
        add(over(levels.study, labels), side);
    if (study.findings.empty() && !levels.study.empty())
        add(levels.study, {});
}

} // namespace mama
