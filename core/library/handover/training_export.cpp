#include "core/library/handover/training_export.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/collection/file_place.h"
#include "core/library/handover/csv_row.h"
#include "core/library/handover/data_terms.h"
#include "core/library/handover/handed_study.h"
#include "core/library/handover/training_lesions.h"
#include "core/library/handover/training_tables.h"
#include "core/text/captions/captions.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr auto exporting = TextId("library.export", "export");
constexpr std::size_t atOnce = 100; // studies, between which others come to the library

struct Cancelled
{
};

std::vector<std::string> tasksOf(SQLite::Database& database, const std::string& levels)
{
    std::vector<std::string> tasks;
    SQLite::Statement each(database, "SELECT DISTINCT task FROM label WHERE replaced_by IS NULL AND source <> 'model'" +
                                         levels + " ORDER BY task");
    while (each.executeStep())
        tasks.push_back(each.getColumn(0).getString());
    return tasks;
}

std::vector<std::int64_t> membersOf(SQLite::Database& database, std::int64_t cohort)
{
    std::vector<std::int64_t> members;
    SQLite::Statement each(database, "SELECT target FROM cohort_member WHERE cohort = ? ORDER BY target");
    each.bind(1, cohort);
    while (each.executeStep())
        members.push_back(each.getColumn(0).getInt64());
    return members;
}

class Exporter
{
public:
    Exporter(Library& library, const Cohort& cohort, const fs::path& folder)
        : m_library(library), m_cohort(cohort), m_folder(folder), m_lesions(folder)
    {
        m_result.studies = cohort.studies;
        m_result.patients = cohort.patients;
        m_result.cohortHash = cohort.hash;
    }

    TrainingExport write(const CohortSplit& split, const Job& job)
    {
        m_result.splitHash = split.hash;
        m_result.split = split;
        std::vector<std::int64_t> members;
        m_library.read([&](SQLite::Database& database) {
            m_tasks = tasksOf(database, "");
            m_imageTasks = tasksOf(database, " AND level <> 'finding'");
            members = membersOf(database, m_cohort.id);
        });
        writeAtomically(m_folder / "tables/EMBED_OpenData_metadata.csv", [&](std::ostream& images) {
            writeAtomically(m_folder / "tables/EMBED_OpenData_clinical.csv",
                            [&](std::ostream& findings) { writeStudies(images, findings, members, job); });
        });
        m_lesions.finish();
        m_result.lesions = m_lesions.masks();
        m_result.otherMarks = m_lesions.otherMarks();
        m_library.read([&](SQLite::Database& database) {
            writeAtomically(m_folder / "tables/AWS_Open_Data_Clinical_Legend.csv",
                            [&](std::ostream& out) { writeLegend(database, out); });
            writeAtomically(m_folder / "split.csv", [&](std::ostream& out) { writeSplit(database, split.id, out); });
        });
        const auto terms = termsOf(m_library, members);
        for (const DataTerms& each : terms)
            m_result.licences.push_back(each.name + ": " + each.licence);
        writeAtomically(m_folder / "cohort.json", std::string_view(description(split, terms).dump(1) + "\n"));
        writeAtomically(m_folder / "train.json", std::string_view(settings().dump(1) + "\n"));
        return m_result;
    }

private:
    void writeStudies(std::ostream& images, std::ostream& findings, const std::vector<std::int64_t>& members,
                      const Job& job)
    {
        writeImageHeading(images, m_imageTasks);
        writeFindingHeading(findings, m_tasks);
        for (std::size_t begin = 0; begin < members.size(); begin += atOnce) {
            if (job.cancelled())
                throw Cancelled();
            job.report(begin, members.size(), "export");
            std::vector<HandedStudy> studies;
            m_library.read([&](SQLite::Database& database) {
                StudyReader reader(database);
                for (std::size_t i = begin; i < std::min(begin + atOnce, members.size()); ++i)
                    studies.push_back(reader.read(members[i]));
            });
            for (const HandedStudy& study : studies)
                writeStudy(images, findings, study);
        }
        if (job.cancelled())
            throw Cancelled();
        job.report(members.size(), members.size(), "export");
    }

    void writeStudy(std::ostream& images, std::ostream& findings, const HandedStudy& study)
    {
        for (const HandedImage& image : study.images) {
            if (image.state == "none")
                continue;
            const fs::path found = placeOfFile(image.root, image.below),
                           file = found.empty() ? image.root / image.below : found;
            m_result.missing += found.empty();
            writeImageRow(images, image, file, {study, m_imageTasks});
            ++m_result.images;
            count(study, image);
            m_lesions.add(study, image, file);
        }
        for (const HandedFinding& finding : study.findings) {
            writeFindingRow(findings, finding, study, m_tasks);
            ++m_result.findings;
        }
    }

    void count(const HandedStudy& study, const HandedImage& image)
    {
        const std::size_t place = study.findingOf(image.fields.side);
        const HandedFinding none, &finding = place < study.findings.size() ? study.findings[place] : none;
        m_result.captions += image.fields.imageType == "2D" && !buildCaption(image.fields, finding.fields, {}).missing;
        TaskValues labels = finding.labels;
        labels.insert(image.labels.begin(), image.labels.end());
        for (const auto& [task, value] : labels)
            ++m_result.labels[columnOf(task)];
    }

    // What the data sets' own legends say; where none was imported the assessments' letters alone.
    void writeLegend(SQLite::Database& database, std::ostream& out) const
    {
        writeCsvRow(out, {"Header in export", "Description", "Code", "Meaning"});
        SQLite::Statement each(
            database,
            "SELECT task, found, min(means) FROM vocabulary WHERE value = 0 AND dataset IN (SELECT dataset FROM"
            " cohort_member JOIN study ON study.id = target WHERE cohort = ?) GROUP BY task, found"
            " ORDER BY task, found");
        each.bind(1, m_cohort.id);
        bool any = false;
        for (; each.executeStep(); any = true)
            writeCsvRow(
                out, {each.getColumn(0).getString(), "", each.getColumn(1).getString(), each.getColumn(2).getString()});
        constexpr std::array letters{std::pair{"A", "Additional Evaluation"},
                                     std::pair{"N", "Negative"},
                                     std::pair{"B", "Benign"},
                                     std::pair{"P", "Probably Benign"},
                                     std::pair{"S", "Suspicious"},
                                     std::pair{"M", "Highly Suggestive of Malignancy"},
                                     std::pair{"K", "Known Biopsy Proven"}};
        for (const auto& [letter, meaning] : letters)
            if (!any)
                writeCsvRow(out, {"asses", "", letter, meaning});
    }

    void writeSplit(SQLite::Database& database, std::int64_t split, std::ostream& out) const
    {
        writeCsvRow(out, {"patient", "part"});
        SQLite::Statement each(
            database, "SELECT DISTINCT dataset.name || '/' || patient.key AS name, part FROM split_patient JOIN"
                      " patient ON ifnull(patient.person, patient.id) = split_patient.person JOIN study ON"
                      " study.patient = patient.id JOIN cohort_member ON target = study.id AND cohort = ?1"
                      " JOIN dataset ON dataset.id = patient.dataset WHERE split_patient.split = ?2 ORDER BY name");
        each.bind(1, m_cohort.id);
        each.bind(2, split);
        while (each.executeStep())
            writeCsvRow(out, {each.getColumn(0).getString(), each.getColumn(1).getString()});
    }

    nlohmann::json description(const CohortSplit& split, const std::vector<DataTerms>& terms) const
    {
        nlohmann::json sets = nlohmann::json::array();
        bool synthetic = !terms.empty();
        for (const DataTerms& each : terms) {
            sets.push_back({{"name", each.name},
                            {"licence", each.licence},
                            {"restricted", each.restricted},
                            {"studies", each.studies}});
            synthetic = synthetic && each.name == "phantoms";
        }
        nlohmann::json out = {{"cohort", m_cohort.name},
                              {"expression", m_cohort.expression},
                              {"hash", m_cohort.hash},
                              {"split",
                               {{"hash", split.hash},
                                {"seed", split.seed},
                                {"shares", split.shares},
                                {"strata", split.strata},
                                {"made", split.made}}},
                              {"studies", m_result.studies},
                              {"patients", m_result.patients},
                              {"images", m_result.images},
                              {"findings", m_result.findings},
                              {"missing", m_result.missing},
                              {"captions", m_result.captions},
                              {"lesions", m_result.lesions},
                              {"other_marks", m_result.otherMarks},
                              {"labels", m_result.labels},
                              {"datasets", sets}};
        if (synthetic)
            out["synthetic"] = "synthetic mammograms (phantoms)";
        return out;
    }

    // Where no image has a whole caption, captions of what is known are the offer.
    nlohmann::json settings() const
    {
        const fs::path folder = fs::absolute(m_folder).lexically_normal();
        nlohmann::json data = {{"root", pathText(folder)}, {"split_file", pathText(folder / "split.csv")}};
        if (m_result.captions == 0)
            data["captions"] = "known";
        return {{"data", data}};
    }

    Library& m_library;
    const Cohort& m_cohort;
    const fs::path& m_folder;
    LesionExport m_lesions;
    std::vector<std::string> m_tasks, m_imageTasks;
    TrainingExport m_result;
};

// Takes away what was written, and the folder where it was made for it, unless all went well.
class Cleaner
{
public:
    explicit Cleaner(const fs::path& folder) : m_folder(folder), m_new(!fs::exists(folder)) {}
    ~Cleaner()
    {
        std::error_code failed;
        for (const char* made : {"tables", "masks", "lesions.csv", "split.csv", "cohort.json", "train.json"})
            if (!m_done)
                fs::remove_all(m_folder / made, failed);
        if (!m_done && m_new)
            fs::remove(m_folder, failed);
    }
    void done() { m_done = true; }

private:
    const fs::path& m_folder;
    bool m_new, m_done = false;
};

} // namespace

void checkExportFolder(const fs::path& folder)
{
    std::error_code failed;
    const bool there = fs::exists(fs::symlink_status(folder, failed));
    if (folder.empty() || (there && !(fs::is_directory(folder, failed) && fs::is_empty(folder, failed))))
        throw Error(ErrorCode::Usage, {exporting}, pathText(folder),
                    {TextId("library.export_there", "there is something already: name a folder that is new or empty")});
}

Cancellable<TrainingExport> exportTraining(Library& library, const SplitChoice& choice, const fs::path& folder,
                                           const Job& job)
{
    const std::string& name = choice.cohort;
    const Cohort cohort = cohortNamed(library, name);
    const auto split = splitOf(library, choice);
    if (!split && choice.seed && splitOf(library, name))
        throw Error(ErrorCode::Usage, {exporting}, name,
                    {TextId("library.no_split_of_seed", "the cohort has no split with the seed %1"), *choice.seed});
    if (!split)
        throw Error(
            ErrorCode::Usage, {exporting}, name,
            {TextId("library.no_split", "the cohort has no split by patient yet: mama library split makes one")});
    checkExportFolder(folder);
    Cleaner cleaner(folder);
    try {
        TrainingExport result = Exporter(library, cohort, folder).write(*split, job);
        cleaner.done();
        return result;
    } catch (const Cancelled&) {
        return std::nullopt;
    }
}

} // namespace mama
