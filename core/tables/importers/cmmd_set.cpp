// CMMD's tables as rows of the library (datasets.md 6): labels of breasts in a sheet or its CSV, series in
// metadata.csv. Side and view stand in the headers alone.
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/disk_files.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

namespace clinical {
enum Column : std::size_t { Patient, SideOf, Age, Number, Abnormality, Classification, Subtype };
constexpr std::array columns{TableColumn{"ID1", true},
                             TableColumn{"LeftRight", true, true},
                             TableColumn{"Age"},
                             TableColumn{"number", false, true},
                             TableColumn{"abnormality", false, true},
                             TableColumn{"classification", true, true},
                             TableColumn{"subtype", false, true}};
} // namespace clinical

namespace series {
enum Column : std::size_t { Uid, Patient, Date, Images, Location, Maker };
constexpr std::array columns{TableColumn{"Series UID"},          TableColumn{"Subject ID", true},
                             TableColumn{"Study Date"},          TableColumn{"Number of Images"},
                             TableColumn{"File Location", true}, TableColumn{"Manufacturer"}};
} // namespace series

constexpr VocabularyWord words[] = {{"pathology", "Benign", "benign"},
                                    {"pathology", "Malignant", "malignant"},
                                    {"finding", "mass", "mass"},
                                    {"finding", "calcification", "calcification"},
                                    {"finding", "both", "mass,calcification"}};

// "07-18-2010": "2010-07-18"; another form: empty.
std::string dayOf(std::string_view date)
{
    const auto digits = [&](std::size_t at, std::size_t count) {
        return std::all_of(date.begin() + static_cast<std::ptrdiff_t>(at),
                           date.begin() + static_cast<std::ptrdiff_t>(at + count),
                           [](char c) { return c >= '0' && c <= '9'; });
    };
    if (date.size() != 10 || date[2] != '-' || date[5] != '-' || !digits(0, 2) || !digits(3, 2) || !digits(6, 4))
        return {};
    return std::string(date.substr(6)) + "-" + std::string(date.substr(0, 2)) + "-" + std::string(date.substr(3, 2));
}

class CmmdReader
{
public:
    CmmdReader(const fs::path& root, const Vocabulary& edited) : m_rows(rowsOf("cmmd", root, edited)), m_disk(root) {}

    SetRows read()
    {
        std::array kinds{TableKind{{"ID1", "LeftRight", "classification"}, true},
                         TableKind{{"Series UID", "Subject ID", "File Location"}}};
        findTables(m_rows, kinds);
        for (const fs::path& table : kinds[0].files) {
            const bool again = m_clinical; // the same table, saved in another form
            const std::size_t tables = m_rows.report.tables.size();
            m_keys.clear();
            readSetTable(m_rows, {table, clinical::columns},
                         [this, again](CheckedRow& row, RowOf of) { takeBreast(row, of, again); });
            if (m_rows.report.tables.size() > tables) {
                m_rows.report.tables.back().counted = table.stem().string();
                m_clinical = true;
            }
        }
        if (kinds[1].found())
            readSetTable(m_rows, {kinds[1].files.front(), series::columns},
                         [this](CheckedRow& row, RowOf of) { takeSeries(row, of); });
        else
            takeFolders();
        derive(kinds[1].found());
        return std::move(m_rows);
    }

private:
    void takeBreast(CheckedRow& row, RowOf of, bool again)
    {
        using namespace clinical;
        row.needKeys({Patient});
        const std::string patient(row.key(Patient)), side(row.key(SideOf)), key = patient + "/" + side;
        if (side != "L" && side != "R")
            row.reject("bad_key", SideOf, side);
        if (const auto earlier = m_keys.find(key); !row.rejected() && earlier != m_keys.end())
            row.reject("key_conflict", SideOf,
                       key + " already given by row " + std::to_string(earlier->second) + " with other values");
        if (row.rejected())
            return;
        m_keys.emplace(key, of.row);
        SetBreast breast;
        breast.side = side.front();
        breast.row = of;
        SetFinding finding;
        finding.side = side.front();
        finding.row = of;
        finding.content = row.content();
        finding.kinds = row.word(Abnormality, "finding", m_rows.words);
        const std::string pathology = row.word(Classification, "pathology", m_rows.words);
        std::string subtype(row.cell(Subtype));
        if (pathology == "benign" && !subtype.empty()) {
            row.warn("label_contradiction", Subtype, "a benign breast has no subtype");
            subtype.clear();
        }
        const auto age = row.number(Age, 1, 120);
        if (again) {
            if (m_contents[key] != contentOf(row))
                m_rows.report.problems.push_back(
                    {"tables_disagree", key,
                     "the two forms of the clinical table say it differently: the first counts"});
            return;
        }
        m_contents[key] = contentOf(row);
        breast.study = finding.study = m_rows.study(patient, patient, of);
        if (age && m_rows.studies[breast.study].age.empty())
            m_rows.studies[breast.study].age = row.key(Age);
        for (const char* task : {"pathology", "subtype", "kinds"})
            m_rows.tasks.insert(task);
        if (!pathology.empty())
            breast.labels.push_back({"pathology", pathology});
        if (!subtype.empty())
            breast.labels.push_back({"subtype", subtype});
        if (const std::string_view number = row.key(Number); !number.empty())
            breast.labels.push_back({"cmmd number", std::string(number)});
        m_rows.tasks.insert("cmmd number");
        m_sides[patient].insert(side.front());
        if (pathology == "malignant") {
            m_malignant.insert(patient);
            m_withoutSubtype += row.cell(Subtype).empty();
        }
        m_rows.breasts.push_back(std::move(breast));
        m_rows.findings.push_back(std::move(finding));
    }

    // The same in whatever order a form has its columns.
    static std::string contentOf(const CheckedRow& row)
    {
        std::string out;
        for (std::size_t column = 0; column < clinical::columns.size(); ++column)
            out += std::string(row.key(column)) + '\n';
        return out;
    }

    void takeSeries(CheckedRow& row, RowOf of)
    {
        using namespace series;
        row.needKeys({Patient, Location});
        const std::string uid(row.key(Uid));
        if (!row.rejected() && !uid.empty() && !m_series.emplace(uid, of.row).second)
            row.reject("key_conflict", Uid,
                       "already given by row " + std::to_string(m_series.at(uid)) + " with other values");
        if (row.rejected())
            return;
        const std::string patient(row.key(Patient)), folder = slashed(std::string(row.cell(Location)));
        const auto count = static_cast<std::size_t>(row.number(Images, 1, 100).value_or(0));
        m_count[patient] += count;
        const std::uint32_t study = m_rows.study(patient, patient, of);
        if (m_rows.studies[study].date.empty())
            m_rows.studies[study].date = dayOf(row.cell(Date));
        std::vector<std::string> files = m_disk.in(folder);
        std::erase_if(files,
                      [](const std::string& file) { return !file.ends_with(".dcm") && !file.ends_with(".DCM"); });
        if (files.empty())
            for (std::size_t i = 1; i <= count; ++i)
                files.push_back(folder + "/1-" + std::to_string(i) + ".dcm");
        for (const std::string& file : files)
            addImage(study, file, std::string(row.cell(Maker)), of);
    }

    // Without a list of series: what lies below the women's folders.
    void takeFolders()
    {
        for (std::uint32_t study = 0; study < m_rows.studies.size(); ++study)
            for (const std::string& file : m_disk.below(m_rows.studies[study].key))
                if (file.ends_with(".dcm") || file.ends_with(".DCM")) {
                    addImage(study, file, "", m_rows.studies[study].row);
                    ++m_count[m_rows.studies[study].key];
                }
    }

    void addImage(std::uint32_t study, const std::string& path, const std::string& maker, RowOf of)
    {
        if (!m_paths.insert(path).second)
            return; // of another series in the same folder
        SetImage image;
        image.study = study;
        image.path = path;
        image.type = "2D";
        image.vendor = maker;
        image.row = of;
        m_rows.images.push_back(std::move(image));
    }

    void derive(bool withSeries)
    {
        SetReport& report = m_rows.report;
        report.studies = report.patients = m_rows.studies.size();
        std::size_t breasts = 0;
        for (const auto& [patient, sides] : m_sides) {
            breasts += sides.size();
            const auto images = m_count.find(patient);
            if (withSeries && images == m_count.end())
                report.problems.push_back({"no_image", patient, "no series is listed"});
            else if (images != m_count.end() && sides.size() == 1 && images->second > 2)
                report.problems.push_back({"unlabelled_breast", patient, "the other breast has images and no label"});
        }
        for (const auto& [patient, images] : m_count) {
            report.images += images;
            if (m_clinical && !m_sides.contains(patient))
                report.problems.push_back({"no_label", patient, "no row of the clinical table"});
        }
        report.derived["labelled_breasts"] = breasts;
        report.derived["patients_malignant"] = m_malignant.size();
        report.derived["malignant_without_subtype"] = m_withoutSubtype;
        m_rows.sortProblems();
    }

    SetRows m_rows;
    DiskFiles m_disk;
    bool m_clinical = false;
    std::unordered_map<std::string, std::uint32_t> m_keys, m_series; // rows
    std::unordered_map<std::string, std::string> m_contents;         // by woman and side
    std::map<std::string, std::set<char>> m_sides;                   // labelled, by woman
    std::map<std::string, std::size_t> m_count;                      // of images, by woman
    std::set<std::string> m_malignant, m_paths;
    std::size_t m_withoutSubtype = 0;
};

} // namespace

SetRows readCmmdSet(const fs::path& root, const Vocabulary& edited) { return CmmdReader(root, edited).read(); }

const std::span<const VocabularyWord> set_words::cmmd = words;

} // namespace mama
