// CSAW-CC's table as rows of the library (datasets.md 8): one row an image.
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/disk_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

enum Column : std::size_t {
    Patient,
    Year,
    Case,
    Age,
    CancerSide,
    Type,
    Node,
    Timing,
    Reader1,
    Reader2,
    Recall,
    RecallRight,
    RecallLeft,
    SideOf,
    View,
    BreastArea,
    DenseArea,
    Percent,
    File
};
constexpr std::array columns{TableColumn{"anon_patientid", true},
                             TableColumn{"exam_year", true},
                             TableColumn{"x_case", true, true},
                             TableColumn{"x_age", false, true},
                             TableColumn{"x_cancer_laterality", false, true},
                             TableColumn{"x_type", false, true},
                             TableColumn{"x_lymphnode_met"},
                             TableColumn{"rad_timing", false, true},
                             TableColumn{"rad_r1"},
                             TableColumn{"rad_r2"},
                             TableColumn{"rad_recall", false, true},
                             TableColumn{"rad_recall_type_right"},
                             TableColumn{"rad_recall_type_left"},
                             TableColumn{"imagelaterality", true, true},
                             TableColumn{"viewposition", true, true},
                             TableColumn{"libra_breastarea"},
                             TableColumn{"libra_densearea"},
                             TableColumn{"libra_percentdensity"},
                             TableColumn{"anon_filename", true}};

// What the codes mean, for who reads labels: they stay as the table has them.
const SetMeaning meanings[] = {{"age group", "1", "40 to 55 years"},
                               {"age group", "2", "older than 55 years"},
                               {"cancer type", "1", "in situ"},
                               {"cancer type", "2", "invasive, up to 15 mm"},
                               {"cancer type", "3", "invasive, above 15 mm"},
                               {"timing", "1", "screen-detected"},
                               {"timing", "2", "interval cancer (60 to 729 days)"},
                               {"timing", "3", "earlier exam"}};

// "00007_20990909_L_CC_1.dcm".
struct FileName
{
    std::uint64_t woman = 0;
    std::string side, view;
};

std::optional<FileName> parse(std::string_view name)
{
    std::array<std::string_view, 5> parts;
    std::size_t count = 0;
    for (std::size_t at = 0; at <= name.size(); ++count) {
        const std::size_t end = std::min(name.find('_', at), name.size());
        if (count == parts.size())
            return std::nullopt;
        parts[count] = name.substr(at, end - at);
        at = end + 1;
    }
    const auto digits = [](std::string_view text) {
        return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    FileName out;
    if (count != 5 || !digits(parts[0]) || parts[0].size() > 18 || !digits(parts[1]) ||
        (parts[2] != "L" && parts[2] != "R") || parts[3].empty() || !parts[4].ends_with(".dcm") ||
        !digits(parts[4].substr(0, parts[4].size() - 4)))
        return std::nullopt;
    std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), out.woman);
    out.side = parts[2];
    out.view = parts[3];
    return out;
}

// Leading zeros are lost in some copies.
std::string withoutZeros(std::string text)
{
    const std::size_t first = text.find_first_not_of('0');
    return first == text.npos && !text.empty() ? "0" : text.erase(0, first == text.npos ? 0 : first);
}

class CsawReader
{
public:
    CsawReader(const fs::path& root, const Vocabulary& edited) : m_rows(rowsOf("csaw", root, edited)), m_disk(root)
    {
        m_rows.meanings.assign(std::begin(meanings), std::end(meanings));
    }

    SetRows read()
    {
        std::array kinds{TableKind{{"anon_patientid", "exam_year", "anon_filename"}}};
        findTables(m_rows, kinds);
        readSetTable(m_rows, {kinds[0].files.front(), columns}, [this](CheckedRow& row, RowOf of) { take(row, of); });
        derive();
        return std::move(m_rows);
    }

private:
    void take(CheckedRow& row, RowOf of)
    {
        row.needKeys({Patient, File});
        const std::string side(row.key(SideOf)), name(row.cell(File)),
            patient = withoutZeros(std::string(row.key(Patient)));
        const auto file = parse(name);
        if (side != "Left" && side != "Right")
            row.reject("bad_key", SideOf, side);
        if (!file)
            row.reject("bad_key", File, name);
        const auto [earlier, isNew] = m_files.emplace(name, of.row);
        if (!row.rejected() && !isNew)
            row.reject("key_conflict", File,
                       name + " already given by row " + std::to_string(earlier->second) + " with other values");
        if (!row.rejected() && std::to_string(file->woman) != patient)
            row.reject("key_conflict", File, name + " is a file of another woman than " + patient);
        if (row.rejected()) {
            if (isNew)
                m_files.erase(name);
            return;
        }
        const std::string view = row.code(View, "CC MLO");
        if (file->side != side.substr(0, 1) || (!view.empty() && file->view != view))
            row.warn("name_mismatch", File, "the file name says " + file->side + " " + file->view);
        const std::uint32_t study = m_rows.study(patient, patient + "/" + std::string(row.key(Year)), of);
        m_rows.studies[study].date = row.key(Year);
        SetImage image;
        image.study = study;
        image.path = m_disk.placeOf(name);
        image.side = side.front();
        image.view = view;
        image.type = "2D";
        image.row = of;
        takeNumbers(row, image);
        m_rows.images.push_back(std::move(image));
        takeExam(row, study);
        takeBreast(row, study, of);
        takeMask(row, name, of);
    }

    void label(std::vector<SetLabel>& labels, const char* task, std::string value)
    {
        m_rows.tasks.insert(task);
        if (!value.empty() && std::none_of(labels.begin(), labels.end(),
                                           [&](const SetLabel& each) { return each.task == std::string_view(task); }))
            labels.push_back({task, std::move(value)});
    }

    void takeNumbers(CheckedRow& row, SetImage& image)
    {
        const auto number = [&](const char* task, std::size_t column, double most) {
            label(image.labels, task, row.number(column, 0, most) ? std::string(row.cell(column)) : "");
        };
        number("breast area", BreastArea, 1e12);
        number("dense area", DenseArea, 1e12);
        number("percent density", Percent, 100);
    }

    // What is said of the woman or the exam stands on all of its rows: the first counts.
    void takeExam(CheckedRow& row, std::uint32_t study)
    {
        std::vector<SetLabel>& labels = m_rows.studies[study].labels;
        label(labels, "case", row.code(Case, "0 1"));
        label(labels, "age group", row.code(Age, "1 2"));
        label(labels, "cancer type", row.code(Type, "1 2 3"));
        label(labels, "lymph node", row.code(Node, "0 1"));
        const std::string timing = row.code(Timing, "1 2 3");
        label(labels, "timing", timing);
        label(labels, "reader 1", row.code(Reader1, "0 1"));
        label(labels, "reader 2", row.code(Reader2, "0 1"));
        label(labels, "recalled", row.code(Recall, "0 1"));
        if (timing == "1")
            m_screenDetected.insert(study);
    }

    void takeBreast(CheckedRow& row, std::uint32_t study, RowOf of)
    {
        SetBreast breast{study, row.key(SideOf).front(), {}, of};
        const std::string isCase = row.code(Case, "0 1"), cancerSide = row.code(CancerSide, "Left Right");
        const bool ofCancer = isCase == "1" && cancerSide == row.key(SideOf);
        if (isCase == "1" && row.cell(CancerSide).empty())
            row.warn("missing_label", CancerSide);
        if (isCase == "0" && !cancerSide.empty())
            row.warn("label_contradiction", CancerSide, "a side of cancer, and no case");
        label(breast.labels, "cancer",
              isCase == "0"                          ? "0"
              : isCase == "1" && !cancerSide.empty() ? ofCancer ? "1" : "0"
                                                     : "");
        label(breast.labels, "recall type", row.code(breast.side == 'R' ? RecallRight : RecallLeft, "0 1 2"));
        m_cancerImages += ofCancer;
        if (isCase == "1")
            m_cases.insert(m_rows.studies[study].patient);
        m_rows.breasts.push_back(std::move(breast));
    }

    void takeMask(CheckedRow& row, const std::string& name, RowOf of)
    {
        const std::string mask = m_disk.placeOf(name.substr(0, name.size() - 4) + "_mask.png");
        if (!std::binary_search(m_disk.all().begin(), m_disk.all().end(), mask))
            return;
        SetFinding finding;
        finding.image = static_cast<std::uint32_t>(m_rows.images.size() - 1);
        finding.study = m_rows.images.back().study;
        finding.side = m_rows.images.back().side;
        finding.number = 1;
        finding.content = row.content();
        finding.masks = {mask};
        finding.row = of;
        m_rows.findings.push_back(std::move(finding));
    }

    void derive()
    {
        SetReport& report = m_rows.report;
        report.images = m_rows.images.size();
        report.studies = m_rows.studies.size();
        std::set<std::string> patients;
        std::vector<std::size_t> images(m_rows.studies.size());
        for (const SetStudy& study : m_rows.studies)
            patients.insert(study.patient);
        for (const SetImage& image : m_rows.images)
            ++images[image.study];
        report.patients = patients.size();
        for (std::size_t i = 0; i < images.size(); ++i)
            if (images[i] > 4)
                report.problems.push_back(
                    {"more_than_four_images", m_rows.studies[i].key, std::to_string(images[i]) + " images"});
        report.derived["women_with_cancer"] = m_cases.size();
        report.derived["images_of_cancer_breast"] = m_cancerImages;
        report.derived["exams_screen_detected"] = m_screenDetected.size();
        m_rows.sortProblems();
    }

    SetRows m_rows;
    DiskFiles m_disk;
    std::unordered_map<std::string, std::uint32_t> m_files; // rows
    std::set<std::string> m_cases;
    std::set<std::uint32_t> m_screenDetected;
    std::size_t m_cancerImages = 0;
};

} // namespace

SetRows readCsawSet(const fs::path& root, const Vocabulary& edited) { return CsawReader(root, edited).read(); }

const std::span<const VocabularyWord> set_words::csaw{}; // its labels are the table's codes

} // namespace mama
