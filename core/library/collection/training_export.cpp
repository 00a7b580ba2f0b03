#include "core/library/collection/training_export.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/collection/file_place.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr auto exporting = TextId("library.export", "export");

std::string quoted(const std::string& field)
{
    if (field.find_first_of(",\"\r\n") == field.npos)
        return field;
    std::string out = "\"";
    for (const char c : field)
        out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

void writeRow(std::ostream& out, const std::vector<std::string>& fields)
{
    for (std::size_t i = 0; i < fields.size(); ++i)
        out << (i == 0 ? "" : ",") << quoted(fields[i]);
    out << "\n";
}

struct Cancelled
{
};

class Exporter
{
public:
    Exporter(SQLite::Database& database, const Cohort& cohort, const Job& job)
        : m_database(database), m_cohort(cohort), m_job(job)
    {}

    TrainingExport write(const CohortSplit& split, const fs::path& folder)
    {
        m_result.studies = m_cohort.studies;
        m_result.patients = m_cohort.patients;
        m_result.cohortHash = m_cohort.hash;
        m_result.splitHash = split.hash;
        const auto table = [&](const char* name, void (Exporter::*rows)(std::ostream&)) {
            writeAtomically(folder / name, [&](std::ostream& out) { (this->*rows)(out); });
        };
        table("tables/EMBED_OpenData_metadata.csv", &Exporter::writeImages);
        table("tables/EMBED_OpenData_clinical.csv", &Exporter::writeFindings);
        table("tables/AWS_Open_Data_Clinical_Legend.csv", &Exporter::writeLegend);
        m_split = split.id;
        table("split.csv", &Exporter::writeSplit);
        writeAtomically(folder / "cohort.json", std::string_view(description(split).dump(1) + "\n"));
        return m_result;
    }

private:
    std::string rowsOf(const char* columns, const char* tables) const
    {
        return std::string("SELECT ") + columns +
               ", dataset.name || '/' || patient.key, dataset.name || '/' || study.key,"
               " ifnull(study.date, ''), study.description FROM cohort_member JOIN study ON"
               " study.id = cohort_member.target JOIN patient ON patient.id = study.patient JOIN dataset ON"
               " dataset.id = study.dataset " +
               tables + " WHERE cohort = " + std::to_string(m_cohort.id);
    }
    void step(std::int64_t done)
    {
        if (done % 1000 != 0)
            return;
        if (m_job.cancelled())
            throw Cancelled();
        m_job.report(static_cast<std::uint64_t>(done), 0, "export");
    }

    void writeImages(std::ostream& out)
    {
        writeRow(out, {"anon_dicom_path", "empi_anon", "acc_anon", "study_date_anon", "StudyDescription",
                       "FinalImageType", "ImageLateralityFinal", "ViewPosition", "spot_mag", "Manufacturer"});
        SQLite::Statement each(m_database,
                               rowsOf("root.path, folder.path || '/' || file.name, image.type, image.side, image.view,"
                                      " image.modifiers, image.vendor",
                                      "JOIN image ON image.study = study.id JOIN file ON file.id = image.file JOIN"
                                      " folder ON folder.id = file.folder JOIN root ON root.id = folder.root") +
                                   " AND file.state <> 'none' ORDER BY image.id");
        while (each.executeStep()) {
            const auto text = [&](int column) { return each.getColumn(column).getString(); };
            const fs::path found = placeOfFile(text(0), text(1));
            m_result.missing += found.empty();
            writeRow(out, {(found.empty() ? fs::path(text(0)) / text(1) : found).string(), text(7), text(8), text(9),
                           text(10), text(2), text(3), text(4), text(5) == "spot" ? "1" : "0", text(6)});
            step(++m_result.images);
        }
    }

    // Labels of a finding; and where a data set labels breasts, a row for each breast.
    void writeFindings(std::ostream& out)
    {
        writeRow(out, {"empi_anon", "acc_anon", "study_date_anon", "desc", "asses", "tissueden", "numfind", "side",
                       "massshape", "massmargin", "massdens", "calcfind", "calcdistri", "path_severity", "age_at_study",
                       "RACE_DESC", "ETHNIC_GROUP_DESC"});
        SQLite::Statement each(m_database, rowsOf("finding.id, finding.number, finding.side, ifnull(study.age, '')",
                                                  "JOIN finding ON finding.study = study.id") +
                                               " ORDER BY finding.id");
        SQLite::Statement labels(m_database,
                                 "SELECT task, value FROM label_that_counts WHERE level = 'finding' AND target = ?"
                                 " ORDER BY place");
        while (each.executeStep()) {
            const auto text = [&](int column) { return each.getColumn(column).getString(); };
            writeFinding(out, {text(4), text(5), text(6), text(7), text(1), text(2), text(3)},
                         labelsOf(labels, each.getColumn(0).getInt64()));
            step(++m_result.findings);
        }
        SQLite::Statement breasts(
            m_database,
            rowsOf("study.id, label.side, ifnull(study.age, ''), group_concat(task || '=' || value, char(10))",
                   "JOIN label_that_counts AS label ON label.level = 'breast' AND label.target = study.id") +
                " GROUP BY study.id, label.side ORDER BY study.id, label.side");
        while (breasts.executeStep()) {
            const auto text = [&](int column) { return breasts.getColumn(column).getString(); };
            Labels values;
            std::istringstream lines(text(3));
            for (std::string line; std::getline(lines, line);)
                values[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
            writeFinding(out, {text(4), text(5), text(6), text(7), "1", text(1), text(2)}, values);
            step(++m_result.findings);
        }
    }

    using Labels = std::map<std::string, std::string>;
    static Labels labelsOf(SQLite::Statement& labels, std::int64_t finding)
    {
        Labels values;
        labels.bind(1, finding);
        while (labels.executeStep())
            values[labels.getColumn(0).getString()] = labels.getColumn(1).getString();
        labels.reset();
        return values;
    }

    // about: patient, exam, date, description, number, side, age
    void writeFinding(std::ostream& out, const std::array<std::string, 7>& about, Labels values)
    {
        const std::string birads = values["birads"], density = values["density"];
        const std::string letter = birads.size() == 1 && birads[0] <= '6' && birads[0] >= '0'
                                       ? std::string(1, "ANBPSMK"[birads[0] - '0'])
                                       : "";
        const std::string number = density.size() == 1 && density[0] >= 'A' && density[0] <= 'D'
                                       ? std::string(1, static_cast<char>('1' + density[0] - 'A'))
                                       : "";
        writeRow(out, {about[0], about[1], about[2], about[3], letter, number, about[4], about[5], values["mass shape"],
                       values["mass margin"], values["mass density"], values["calcification"], values["distribution"],
                       values["path severity"], about[6], values["race"], values["ethnicity"]});
    }

    // What the data sets' own legends say; where none was imported the assessments' letters alone.
    void writeLegend(std::ostream& out)
    {
        writeRow(out, {"Header in export", "Description", "Code", "Meaning"});
        SQLite::Statement each(m_database,
                               "SELECT task, found, min(means) FROM vocabulary WHERE dataset IN (SELECT dataset FROM"
                               " cohort_member JOIN study ON study.id = target WHERE cohort = ?) GROUP BY task, found"
                               " ORDER BY task, found");
        each.bind(1, m_cohort.id);
        bool any = false;
        for (; each.executeStep(); any = true)
            writeRow(out,
                     {each.getColumn(0).getString(), "", each.getColumn(1).getString(), each.getColumn(2).getString()});
        constexpr std::array letters{std::pair{"A", "Additional Evaluation"},
                                     std::pair{"N", "Negative"},
                                     std::pair{"B", "Benign"},
                                     std::pair{"P", "Probably Benign"},
                                     std::pair{"S", "Suspicious"},
                                     std::pair{"M", "Highly Suggestive of Malignancy"},
                                     std::pair{"K", "Known Biopsy Proven"}};
        for (const auto& [letter, meaning] : letters)
            if (!any)
                writeRow(out, {"asses", "", letter, meaning});
    }

    void writeSplit(std::ostream& out)
    {
        writeRow(out, {"patient", "part"});
        SQLite::Statement each(
            m_database, "SELECT DISTINCT dataset.name || '/' || patient.key AS name, part FROM split_patient JOIN"
                        " patient ON ifnull(patient.person, patient.id) = split_patient.person JOIN study ON"
                        " study.patient = patient.id JOIN cohort_member ON target = study.id AND cohort = ?1"
                        " JOIN dataset ON dataset.id = patient.dataset WHERE split_patient.split = ?2 ORDER BY name");
        each.bind(1, m_cohort.id);
        each.bind(2, m_split);
        while (each.executeStep())
            writeRow(out, {each.getColumn(0).getString(), each.getColumn(1).getString()});
    }

    nlohmann::json description(const CohortSplit& split)
    {
        SQLite::Statement each(
            m_database, "SELECT DISTINCT dataset.name, licence, restricted FROM cohort_member JOIN study ON study.id ="
                        " target JOIN dataset ON dataset.id = dataset WHERE cohort = ? ORDER BY 1");
        each.bind(1, m_cohort.id);
        nlohmann::json sets = nlohmann::json::array();
        while (each.executeStep()) {
            m_result.licences.push_back(each.getColumn(0).getString() + ": " + each.getColumn(1).getString());
            sets.push_back({{"name", each.getColumn(0).getString()},
                            {"licence", each.getColumn(1).getString()},
                            {"restricted", each.getColumn(2).getInt() != 0}});
        }
        return {
            {"cohort", m_cohort.name},
            {"expression", m_cohort.expression},
            {"hash", m_cohort.hash},
            {"split", {{"hash", split.hash}, {"seed", split.seed}, {"shares", split.shares}, {"strata", split.strata}}},
            {"studies", m_result.studies},
            {"patients", m_result.patients},
            {"images", m_result.images},
            {"findings", m_result.findings},
            {"missing", m_result.missing},
            {"datasets", sets}};
    }

    SQLite::Database& m_database;
    const Cohort& m_cohort;
    const Job& m_job;
    std::int64_t m_split = 0;
    TrainingExport m_result;
};

} // namespace

Cancellable<TrainingExport> exportTraining(Library& library, const std::string& name, const fs::path& folder,
                                           const Job& job)
{
    const Cohort cohort = cohortNamed(library, name);
    const auto split = splitOf(library, name);
    if (!split)
        throw Error(
            ErrorCode::Usage, {exporting}, name,
            {TextId("library.no_split", "the cohort has no split by patient yet: mama library split makes one")});
    std::error_code failed;
    if (fs::exists(folder, failed) && !fs::is_empty(folder, failed))
        throw Error(ErrorCode::Usage, {exporting}, pathText(folder),
                    {TextId("library.export_there", "there is something already: name a folder that is new or empty")});
    TrainingExport result;
    try {
        library.read(
            [&](SQLite::Database& database) { result = Exporter(database, cohort, job).write(*split, folder); });
    } catch (const Cancelled&) {
        for (const char* made : {"tables", "split.csv", "cohort.json"})
            fs::remove_all(folder / made, failed);
        return std::nullopt;
    }
    return result;
}

} // namespace mama
