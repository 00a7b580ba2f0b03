// RSNA-Mammo's tables as rows of the library (datasets.md 3).
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/data_sets.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

enum Column : std::size_t {
    Site,
    Patient,
    Image,
    SideOf,
    View,
    Age,
    Cancer,
    Biopsy,
    Invasive,
    Birads,
    Implant,
    Density,
    Machine,
    Difficult
};
constexpr std::array trainColumns{
    TableColumn{"site_id", false, true},    TableColumn{"patient_id", true},
    TableColumn{"image_id", true},          TableColumn{"laterality", true, true},
    TableColumn{"view", true, true},        TableColumn{"age"},
    TableColumn{"cancer", true, true},      TableColumn{"biopsy", false, true},
    TableColumn{"invasive", false, true},   TableColumn{"BIRADS", false, true},
    TableColumn{"implant", false, true},    TableColumn{"density", false, true},
    TableColumn{"machine_id", false, true}, TableColumn{"difficult_negative_case", false, true}};
// The same places; what a test table does not have is not in it.
constexpr std::array testColumns{TableColumn{"site_id"},        TableColumn{"patient_id", true},
                                 TableColumn{"image_id", true}, TableColumn{"laterality", true},
                                 TableColumn{"view", true},     TableColumn{"age"},
                                 TableColumn{"cancer"},         TableColumn{"biopsy"},
                                 TableColumn{"invasive"},       TableColumn{"BIRADS"},
                                 TableColumn{"implant"},        TableColumn{"density"},
                                 TableColumn{"machine_id"},     TableColumn{"difficult_negative_case"}};

class RsnaReader
{
public:
    RsnaReader(const fs::path& root, const Vocabulary& edited) : m_rows(rowsOf("rsna", root, edited)) {}

    SetRows read()
    {
        std::array kinds{TableKind{{"patient_id", "image_id", "laterality", "cancer"}},
                         TableKind{{"patient_id", "image_id", "laterality", "prediction_id"}}};
        findTables(m_rows, kinds);
        if (kinds[0].found())
            readSetTable(m_rows, {kinds[0].files.front(), trainColumns},
                         [this](CheckedRow& row, RowOf of) { take(row, of, true); });
        SetReport& report = m_rows.report;
        report.images = m_rows.images.size();
        report.studies = report.patients = m_rows.studies.size();
        if (kinds[1].found())
            readSetTable(m_rows, {kinds[1].files.front(), testColumns},
                         [this](CheckedRow& row, RowOf of) { take(row, of, false); });
        report.derived["breasts"] = m_cancer.size();
        report.derived["breasts_with_cancer"] =
            std::count_if(m_cancer.begin(), m_cancer.end(), [](const auto& each) { return each.second.contains("1"); });
        report.derived["test_images"] = m_rows.images.size() - report.images;
        for (const auto& [breast, labels] : m_cancer)
            if (labels.contains("0") && labels.contains("1"))
                report.problems.push_back({"label_conflict", breast, "cancer 0 and 1"});
        m_rows.sortProblems();
        return std::move(m_rows);
    }

private:
    void take(CheckedRow& row, RowOf of, bool training)
    {
        row.needKeys({Patient, Image}, true);
        const std::string side(row.key(SideOf)), patient(row.key(Patient)), number(row.key(Image));
        if (side != "L" && side != "R")
            row.reject("bad_key", SideOf, side);
        const auto earlier = m_images.find(number);
        if (earlier != m_images.end())
            row.reject("key_conflict", Image,
                       number + " already given by row " + std::to_string(earlier->second) + " with other values");
        if (row.rejected())
            return;
        m_images.emplace(number, of.row);
        const std::uint32_t index = m_rows.study(patient, patient, of);
        SetImage image;
        image.study = index;
        image.path = (training ? "train_images/" : "test_images/") + patient + "/" + number + ".dcm";
        image.side = side.front();
        image.view = row.code(View, "CC MLO ML LM AT LMO");
        image.type = "2D";
        image.row = of;
        constexpr std::pair<const char*, std::size_t> tasks[] = {
            {"site", Site},       {"machine", Machine},   {"cancer", Cancer},
            {"biopsy", Biopsy},   {"invasive", Invasive}, {"birads", Birads},
            {"implant", Implant}, {"density", Density},   {"difficult negative", Difficult}};
        for (const auto& [task, column] : tasks)
            if (row.has(column))
                m_rows.tasks.insert(task);
        label(image.labels, "site", row.code(Site, "1 2"));
        label(image.labels, "machine", std::string(row.key(Machine)));
        m_rows.images.push_back(std::move(image));
        SetStudy& study = m_rows.studies[index];
        study.split = training ? "training" : "test";
        if (row.number(Age, 18, 110) && study.age.empty())
            study.age = row.key(Age);
        takeBreast(row, of, index);
    }

    static void label(std::vector<SetLabel>& labels, const char* task, std::string value)
    {
        if (!value.empty())
            labels.push_back({task, std::move(value)});
    }

    void takeBreast(CheckedRow& row, RowOf of, std::uint32_t study)
    {
        SetBreast breast;
        breast.study = study;
        breast.side = row.key(SideOf).front();
        breast.row = of;
        const std::string cancer = row.code(Cancer, "0 1"), invasive = row.code(Invasive, "0 1");
        label(breast.labels, "cancer", cancer);
        label(breast.labels, "biopsy", row.code(Biopsy, "0 1"));
        label(breast.labels, "invasive", invasive == "1" && cancer == "0" ? "" : invasive);
        label(breast.labels, "birads", row.word(Birads, "birads", m_rows.words));
        label(breast.labels, "implant", row.code(Implant, "0 1"));
        label(breast.labels, "density", row.word(Density, "density", m_rows.words));
        label(breast.labels, "difficult negative", row.code(Difficult, "True False"));
        if (invasive == "1" && cancer == "0")
            row.warn("label_contradiction", Invasive);
        if (row.has(Cancer))
            m_cancer[m_rows.studies[study].key + "_" + breast.side].insert(cancer);
        m_rows.breasts.push_back(std::move(breast));
    }

    SetRows m_rows;
    std::unordered_map<std::string, std::uint32_t> m_images; // rows by image_id
    std::map<std::string, std::set<std::string>> m_cancer;   // by breast
};

} // namespace

SetRows readRsnaSet(const fs::path& root, const Vocabulary& edited) { return RsnaReader(root, edited).read(); }

namespace {
constexpr VocabularyWord words[] = {{"birads", "0", "0"},  {"birads", "1", "1"},  {"birads", "2", "2"},
                                    {"density", "A", "A"}, {"density", "B", "B"}, {"density", "C", "C"},
                                    {"density", "D", "D"}};
}
const std::span<const VocabularyWord> set_words::rsna = words;

} // namespace mama
