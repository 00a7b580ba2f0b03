#include "core/tables/importers/embed_tables.h"

#include "core/base/error.h"
#include "core/tables/cell.h"
#include "core/tables/importers/known_sets.h"

#include <algorithm>
#include <unordered_map>

namespace mama {
namespace {

using Path = std::filesystem::path;

struct Columns
{
    Path file;
    std::vector<std::string> heading;
    bool has(const char* name) const { return findColumn(heading, name).has_value(); }
    bool isLegend() const { return has("Header in export") && has("Code") && has("Meaning"); }
    bool isMetadata() const { return has("ImageLateralityFinal") && has("acc_anon"); }
    bool isClinical() const { return has("asses") && has("acc_anon"); }
    bool isReduced() const { return file.filename().string().find("reduced") != std::string::npos; }
};

// Tables of another data set are named as such.
[[noreturn]] void wrong(const Path& file, const std::string& why)
{
    if (const UserText known = whyNotYet(file); !known.empty())
        throw Error(ErrorCode::Unsupported, "read table", file.string(), known);
    throw Error(ErrorCode::Format, "read table", file.string(), why);
}

// One cell of a record by column name; a column that the table does not have gives empty cells.
class Cells
{
public:
    Cells(const Columns& columns, std::initializer_list<const char*> names)
    {
        for (const char* name : names)
            m_places.push_back(findColumn(columns.heading, name));
    }
    std::string operator()(const CsvRecord& record, std::size_t i) const
    {
        return m_places[i] && !isMissing(record.fields[*m_places[i]]) ? record.fields[*m_places[i]] : std::string();
    }

private:
    std::vector<std::optional<std::size_t>> m_places;
};

void need(const Columns& columns, std::initializer_list<const char*> names)
{
    for (const char* name : names)
        if (!columns.has(name))
            wrong(columns.file, std::string("the column \"") + name + "\" is missing");
}

Cells imageCells(const Columns& c)
{
    return {c,
            {"anon_dicom_path", "acc_anon", "StudyDescription", "FinalImageType", "ImageLateralityFinal",
             "ViewPosition", "empi_anon"}};
}

ImageFields imageOf(const Cells& cells, const CsvRecord& r)
{
    return {cells(r, 0), std::string(asKey(cells(r, 1))), cells(r, 2), cells(r, 3), cells(r, 4),
            cells(r, 5), std::string(asKey(cells(r, 6)))};
}

Cells findingCells(const Columns& c)
{
    const char* ethnicity = c.has("ETHNIC_GROUP_DESC") ? "ETHNIC_GROUP_DESC" : "ETHNICITY_DESC";
    return {c,
            {"acc_anon", "side", "asses", "tissueden", "age_at_study", "RACE_DESC", ethnicity, "massshape", "massdens",
             "calcfind", "calcdistri"}};
}

FindingFields findingOf(const Cells& cells, const CsvRecord& r)
{
    return {std::string(asKey(cells(r, 0))),
            cells(r, 1),
            cells(r, 2),
            cells(r, 3),
            cells(r, 4),
            cells(r, 5),
            cells(r, 6),
            cells(r, 7),
            cells(r, 8),
            cells(r, 9),
            cells(r, 10)};
}

ClassLabels labelsOf(const FindingFields& finding)
{
    ClassLabels labels;
    if (const auto category = biradsCategory(trimmed(finding.assessment)))
        labels.emplace(biradsLabel, *category);
    if (const auto density = densityCode(finding.density); density && *density <= 4)
        labels.emplace(densityLabel, *density - 1);
    return labels;
}

bool isOwnLabel(const std::string& label) { return label == biradsLabel || label == densityLabel; }

// The class that the table of images states itself, as the library's export does: "4", "C".
void takeOwnLabel(ClassLabels& labels, const std::string& label, const std::string& cell)
{
    const std::string_view value = asKey(cell);
    if (value.size() != 1)
        return;
    if (label == biradsLabel && value[0] >= '0' && value[0] <= '6')
        labels[label] = value[0] - '0';
    if (label == densityLabel && value[0] >= 'A' && value[0] <= 'D')
        labels[label] = value[0] - 'A';
}

// The cell of a wanted column, trimmed; empty where the table has it not.
class LabelCell
{
public:
    LabelCell(const Columns& columns, const std::string& label)
        : m_place(label.empty() ? std::nullopt : findColumn(columns.heading, label))
    {}
    bool isThere() const { return m_place.has_value(); }
    std::string operator()(const CsvRecord& record) const
    {
        if (!m_place || isMissing(record.fields[*m_place]))
            return {};
        return std::string(asKey(record.fields[*m_place]));
    }

private:
    std::optional<std::size_t> m_place;
};

[[noreturn]] void noLabel(const std::string& label, std::initializer_list<const Columns*> tables)
{
    std::string there;
    for (const Columns* table : tables)
        for (const std::string& name : table->heading)
            if (!trimmed(name).empty() && there.size() < 1000)
                there += (there.empty() ? "" : ", ") + std::string(trimmed(name));
    throw Error(ErrorCode::Usage, {TextId("tables.read_label", "read labels")}, "data.label",
                {TextId("tables.no_label", "no table has a column \"%1\": there are %2"), label, there});
}

using ByExam = std::unordered_map<std::string, std::vector<FindingFields>>;

class Loader
{
public:
    Loader(const Path& path, bool reference, const Path& legend, const std::string& label)
        : m_reference(reference), m_label(label)
    {
        const bool folder = std::filesystem::is_directory(path);
        const Path home = folder ? path : path.parent_path();
        collect(home.empty() ? Path(".") : home);
        if (folder && m_tables.empty() && std::filesystem::is_directory(path / "tables"))
            collect(path / "tables");
        readLegend(legend);
        if (folder)
            readFolder(path);
        else
            readJoined({path, readCsvHeading(path)});
    }
    ImportedSet take() { return std::move(m_result); }

private:
    void collect(const Path& folder)
    {
        std::vector<Path> files;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.is_regular_file() && entry.path().extension() == ".csv")
                files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        for (const Path& file : files)
            try {
                m_tables.push_back({file, readCsvHeading(file)});
            } catch (const Error&) { // an empty file beside the tables is none of them
            }
    }

    void refuse(const Path& file, std::vector<TableProblem> problems)
    {
        for (TableProblem& problem : problems)
            m_result.refused.push_back({file, std::move(problem)});
    }

    void readLegend(const Path& given)
    {
        const auto found =
            std::find_if(m_tables.begin(), m_tables.end(), [](const Columns& c) { return c.isLegend(); });
        if (given.empty() && found == m_tables.end())
            return;
        const Columns columns = given.empty() ? *found : Columns{given, readCsvHeading(given)};
        need(columns, {"Header in export", "Code", "Meaning"});
        const Cells cells(columns, {"Header in export", "Code", "Meaning"});
        refuse(columns.file, readCsv(columns.file, [&](const CsvRecord& record) {
                   const std::string meaning = cells(record, 2);
                   m_result.codes[std::string(trimmed(cells(record, 0)))][std::string(asKey(cells(record, 1)))] =
                       std::string(trimmed(meaning));
               }));
        m_result.codesFound = true;
    }

    void readJoined(const Columns& columns)
    {
        need(columns, {"StudyDescription", "ImageLateralityFinal", "ViewPosition", "asses", "tissueden"});
        const Cells image = imageCells(columns), finding = findingCells(columns);
        const LabelCell label(columns, m_label);
        if (!m_label.empty() && !isOwnLabel(m_label) && !label.isThere())
            noLabel(m_label, {&columns});
        refuse(columns.file, readCsv(columns.file, [&](const CsvRecord& record) {
                   ImageRecord made{record.row, record.line, imageOf(image, record), findingOf(finding, record), {},
                                    {},         {}};
                   made.labels = labelsOf(made.finding);
                   made.label = label(record);
                   takeOwnLabel(made.labels, m_label, made.label);
                   m_result.records.push_back(std::move(made));
               }));
    }

    const Columns* choose(bool (Columns::*is)() const, bool reduced, bool both) const
    {
        const Columns* second = nullptr;
        for (const Columns& columns : m_tables)
            if ((columns.*is)() && !(is == &Columns::isClinical && columns.isMetadata())) {
                if (columns.isReduced() == reduced)
                    return &columns;
                second = &columns;
            }
        return both ? second : nullptr;
    }

    ByExam readFindings(const Columns& columns)
    {
        need(columns, {"acc_anon", "asses", "tissueden", "side"});
        ByExam exams;
        const Cells cells = findingCells(columns);
        const LabelCell label(columns, m_label);
        refuse(columns.file, readCsv(columns.file, [&](const CsvRecord& record) {
                   FindingFields finding = findingOf(cells, record);
                   finding.label = label(record);
                   exams[finding.exam].push_back(std::move(finding));
               }));
        return exams;
    }

    void readFolder(const Path& path)
    {
        const Columns* metadata = choose(&Columns::isMetadata, false, true);
        const Columns* full = choose(&Columns::isClinical, false, true);
        const Columns* reduced = m_reference ? choose(&Columns::isClinical, true, false) : nullptr;
        if (!metadata)
            wrong(path, "no table has the columns acc_anon and ImageLateralityFinal (EMBED's metadata)");
        if (!full)
            wrong(path, "no table has the columns acc_anon and asses (EMBED's clinical table)");
        need(*metadata, {"acc_anon", "StudyDescription", "FinalImageType", "ImageLateralityFinal", "ViewPosition"});
        const ByExam findings = readFindings(*full);
        const ByExam ratings = reduced && reduced != full ? readFindings(*reduced) : ByExam();
        const Cells cells = imageCells(*metadata);
        const LabelCell label(*metadata, m_label);
        if (!m_label.empty() && !isOwnLabel(m_label) && !label.isThere() && !LabelCell(*full, m_label).isThere())
            noLabel(m_label, {metadata, full});
        refuse(metadata->file, readCsv(metadata->file, [&](const CsvRecord& record) {
                   ImageRecord row{record.row, record.line, imageOf(cells, record), {}, {}, {}, {}};
                   describe(row, findings, ratings);
                   row.labels = labelsOf(row.finding);
                   row.label = label(record);
                   takeOwnLabel(row.labels, m_label, row.label);
                   if (row.label.empty())
                       row.label = row.finding.label;
                   m_result.records.push_back(std::move(row));
               }));
    }

    void describe(ImageRecord& row, const ByExam& findings, const ByExam& ratings) const
    {
        const ByExam& chosenFrom = ratings.empty() ? findings : ratings;
        const auto exam = chosenFrom.find(row.image.exam);
        if (exam == chosenFrom.end()) {
            row.problem = "no clinical row has this exam";
            return;
        }
        const FindingChoice choice = chooseFinding(exam->second, row.image.side, m_reference);
        row.finding = exam->second[choice.index];
        if (!choice.rated)
            row.problem = "no finding of the exam has an assessment; the first one is used";
        if (!ratings.empty())
            codesByPosition(row, findings, exam->second, choice);
    }

    // As the reference: the same filter on the full table, the same position in what is left.
    void codesByPosition(ImageRecord& row, const ByExam& findings, const std::vector<FindingFields>& rated,
                         const FindingChoice& choice) const
    {
        const auto exam = findings.find(row.image.exam);
        if (exam == findings.end())
            return;
        const auto place = static_cast<std::size_t>(std::find(choice.among.begin(), choice.among.end(), choice.index) -
                                                    choice.among.begin());
        const bool all = choice.among.size() == rated.size();
        const std::string side(trimmed(rated[choice.index].side));
        std::size_t seen = 0;
        for (const FindingFields& finding : exam->second) {
            if (!all && trimmed(finding.side) != side)
                continue;
            if (seen++ == place) {
                row.finding.massShape = finding.massShape;
                row.finding.massDensity = finding.massDensity;
                row.finding.calcification = finding.calcification;
                row.finding.distribution = finding.distribution;
                return;
            }
        }
    }

    bool m_reference;
    std::string m_label;
    std::vector<Columns> m_tables;
    ImportedSet m_result;
};

} // namespace

FindingChoice chooseFinding(std::span<const FindingFields> findings, const std::string& imageSide, bool reference)
{
    FindingChoice choice;
    const auto keep = [&](std::string_view side) {
        for (std::size_t i = 0; i < findings.size(); ++i)
            if (trimmed(findings[i].side) == side)
                choice.among.push_back(i);
    };
    if (!isMissing(imageSide))
        keep(trimmed(imageSide));
    if (choice.among.empty())
        keep("B");
    if (choice.among.empty())
        for (std::size_t i = 0; i < findings.size(); ++i)
            choice.among.push_back(i);
    if (choice.among.empty())
        return choice;

    std::vector<std::pair<int, std::size_t>> rated; // category, place in `among`
    for (std::size_t i = 0; i < choice.among.size(); ++i)
        if (const auto category = biradsCategory(trimmed(findings[choice.among[i]].assessment)))
            rated.emplace_back(*category, i);
    choice.index = choice.among.front();
    if (rated.empty())
        return choice;
    const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
    const auto lowest = std::min_element(rated.begin(), rated.end(), less),
               highest = std::max_element(rated.begin(), rated.end(), less);
    const auto chosen = highest->first <= 2 && lowest->first == 0 ? lowest : highest; // recall wins over benign
    // The reference counts the rated findings only, but applies the number to all of them.
    const std::size_t place = reference ? static_cast<std::size_t>(chosen - rated.begin()) : chosen->second;
    choice.index = choice.among[place];
    choice.rated = true;
    return choice;
}

ImportedSet readEmbedTables(const std::filesystem::path& path, bool reference, const std::filesystem::path& legend,
                            const std::string& label)
{
    return Loader(path, reference, legend, label).take();
}

} // namespace mama
