// Images of a user's own with a table whose columns are mapped, as rows of the library.
#include "core/tables/importers/mapped_set.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/base/path_text.h"
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/disk_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr VocabularyWord words[] = {{"side", "L", "L"},
                                    {"side", "R", "R"},
                                    {"side", "LEFT", "L"},
                                    {"side", "RIGHT", "R"},
                                    {"side", "Left", "L"},
                                    {"side", "Right", "R"},
                                    {"side", "left", "L"},
                                    {"side", "right", "R"},
                                    {"side", "l", "L"},
                                    {"side", "r", "R"},
                                    {"density", "A", "A"},
                                    {"density", "B", "B"},
                                    {"density", "C", "C"},
                                    {"density", "D", "D"},
                                    {"density", "a", "A"},
                                    {"density", "b", "B"},
                                    {"density", "c", "C"},
                                    {"density", "d", "D"},
                                    {"density", "1", "A"},
                                    {"density", "2", "B"},
                                    {"density", "3", "C"},
                                    {"density", "4", "D"},
                                    {"density", "DENSITY A", "A"},
                                    {"density", "DENSITY B", "B"},
                                    {"density", "DENSITY C", "C"},
                                    {"density", "DENSITY D", "D"},
                                    {"birads", "0", "0"},
                                    {"birads", "1", "1"},
                                    {"birads", "2", "2"},
                                    {"birads", "3", "3"},
                                    {"birads", "4", "4"},
                                    {"birads", "4a", "4"},
                                    {"birads", "4b", "4"},
                                    {"birads", "4c", "4"},
                                    {"birads", "4A", "4"},
                                    {"birads", "4B", "4"},
                                    {"birads", "4C", "4"},
                                    {"birads", "5", "5"},
                                    {"birads", "6", "6"},
                                    {"birads", "BI-RADS 0", "0"},
                                    {"birads", "BI-RADS 1", "1"},
                                    {"birads", "BI-RADS 2", "2"},
                                    {"birads", "BI-RADS 3", "3"},
                                    {"birads", "BI-RADS 4", "4"},
                                    {"birads", "BI-RADS 5", "5"},
                                    {"birads", "BI-RADS 6", "6"},
                                    {"pathology", "benign", "benign"},
                                    {"pathology", "Benign", "benign"},
                                    {"pathology", "BENIGN", "benign"},
                                    {"pathology", "malignant", "malignant"},
                                    {"pathology", "Malignant", "malignant"},
                                    {"pathology", "MALIGNANT", "malignant"},
                                    {"pathology", "normal", "normal"},
                                    {"pathology", "Normal", "normal"},
                                    {"cancer", "0", "0"},
                                    {"cancer", "1", "1"},
                                    {"cancer", "no", "0"},
                                    {"cancer", "yes", "1"},
                                    {"cancer", "No", "0"},
                                    {"cancer", "Yes", "1"},
                                    {"cancer", "False", "0"},
                                    {"cancer", "True", "1"},
                                    {"cancer", "false", "0"},
                                    {"cancer", "true", "1"},
                                    {"finding", "mass", "mass"},
                                    {"finding", "Mass", "mass"},
                                    {"finding", "calcification", "calcification"},
                                    {"finding", "Calcification", "calcification"},
                                    {"finding", "asymmetry", "asymmetry"},
                                    {"finding", "Asymmetry", "asymmetry"},
                                    {"finding", "distortion", "arch_distortion"},
                                    {"finding", "architectural distortion", "arch_distortion"},
                                    {"finding", "none", ""},
                                    {"finding", "No Finding", ""}};

constexpr std::array pictures{".dcm", ".dicom", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".pgm"};

bool isPicture(const std::string& file)
{
    const std::string ending = asciiFolded(fs::path(file).extension().string());
    return std::find(pictures.begin(), pictures.end(), ending) != pictures.end();
}

class MappedReader
{
public:
    MappedReader(const MappedTable& table, const Vocabulary& edited) : m_table(table), m_disk(table.root)
    {
        m_rows.root = table.root;
        m_rows.importer = "folder";
        m_rows.name = nameOf(table.root);
        m_rows.licence = "your own images: their terms are not known here";
        m_rows.restricted = true;
        m_rows.report.dataset = "folder";
        m_rows.words = edited;
        m_rows.words.add(words);
        for (const MappedField& field : mappedFields()) {
            const auto column = table.mapping.fields.find(field.name);
            m_columns.push_back({column == table.mapping.fields.end() ? " not mapped " : column->second.c_str(), false,
                                 std::string_view(field.name) != "path" && std::string_view(field.name) != "patient" &&
                                     std::string_view(field.name) != "study"});
        }
        for (const auto& [task, column] : table.mapping.labels) {
            m_columns.push_back({column.c_str(), false, true});
            m_labels.push_back(m_rows.task(task));
        }
        for (const std::string& file : m_disk.all())
            if (isPicture(file))
                m_byStem[fs::path(file).stem().string()].push_back(file);
    }

    SetRows read()
    {
        auto open = openTable(m_table.table);
        if (const UserText fault = faultOf(m_table.mapping, open->heading()); !fault.empty())
            throw Error(ErrorCode::Format, {TextId("table.import_mapped", "import")}, pathText(m_table.table), fault);
        readOpenTable(m_rows, {m_table.table, m_columns}, std::move(open),
                      [this](CheckedRow& row, RowOf of) { take(row, of); });
        derive();
        return std::move(m_rows);
    }

private:
    enum Field : std::size_t {
        Path,
        Patient,
        Study,
        SideOf,
        View,
        Date,
        Age,
        Description,
        Split,
        Birads,
        Density,
        Pathology,
        Cancer,
        Finding,
        X0,
        Y0,
        X1,
        Y1,
        Labels
    };

    static std::string nameOf(const fs::path& root)
    {
        std::error_code failed;
        const fs::path whole = fs::weakly_canonical(root, failed);
        const std::string name = pathText(whole.filename());
        return name.empty() ? "folder" : name;
    }

    void take(CheckedRow& row, RowOf of)
    {
        row.needKeys({Path});
        if (row.has(Patient))
            row.needKeys({Patient});
        if (row.has(Study))
            row.needKeys({Study});
        if (row.rejected())
            return;
        const std::string study(row.key(row.has(Study) ? Study : Patient)),
            patient(row.key(row.has(Patient) ? Patient : Study)), path = placeOf(slashed(std::string(row.cell(Path))));
        if (const auto known = m_rows.findStudy(study); known && m_rows.studies[*known].patient != patient)
            return row.reject("key_conflict", Study,
                              study + " already belongs to patient " + m_rows.studies[*known].patient);
        const auto known = m_images.find(path);
        const bool hasFinding = row.has(Finding) || row.has(X0);
        if (known != m_images.end() && (!hasFinding || m_rows.studies[m_rows.images[known->second].study].key != study))
            return row.reject("key_conflict", Path,
                              "already given by row " + std::to_string(m_rows.images[known->second].row.row));
        auto region = regionOf(row);
        if (row.rejected())
            return;
        const std::uint32_t image = known != m_images.end() ? known->second : addImage(row, path, of, {patient, study});
        if (hasFinding)
            addFinding(row, image, of, std::move(region));
    }

    struct Owner
    {
        std::string patient, study;
    };
    std::uint32_t addImage(CheckedRow& row, const std::string& path, RowOf of, const Owner& owner)
    {
        SetImage image;
        image.study = m_rows.study(owner.patient, owner.study, of);
        image.path = path;
        const std::string side = row.word(SideOf, "side", m_rows.words);
        image.side = side == "L" || side == "R" ? side.front() : ' ';
        image.view = row.cell(View);
        image.type = "2D";
        image.row = of;
        for (std::size_t i = 0; i < m_labels.size(); ++i) {
            m_rows.tasks.insert(m_labels[i]);
            if (const std::string_view value = row.key(Labels + i); !value.empty())
                image.labels.push_back({m_labels[i], std::string(value)});
        }
        SetStudy& study = m_rows.studies[image.study];
        if (study.date.empty())
            study.date = dayOf(row);
        if (study.description.empty())
            study.description = row.cell(Description);
        if (row.number(Age, 0, 120) && study.age.empty())
            study.age = row.key(Age);
        if (const std::string split(row.key(Split)); !split.empty()) {
            if (study.split.empty())
                study.split = split;
            m_splits[study.patient].insert(split);
        }
        takeLabels(row, image);
        const auto index = static_cast<std::uint32_t>(m_rows.images.size());
        if (!std::binary_search(m_disk.all().begin(), m_disk.all().end(), path))
            m_rows.report.problems.push_back({"no_image", path, "no such file in the folder"});
        m_images.emplace(path, index);
        m_rows.images.push_back(std::move(image));
        return index;
    }

    // Of a breast where the side is said, else of the image.
    void takeLabels(CheckedRow& row, SetImage& image)
    {
        constexpr std::pair<const char*, Field> tasks[] = {
            {"birads", Birads}, {"density", Density}, {"pathology", Pathology}, {"cancer", Cancer}};
        SetBreast breast{image.study, image.side, {}, image.row};
        for (const auto& [task, column] : tasks) {
            if (!row.has(column))
                continue;
            m_rows.tasks.insert(task);
            std::string value = row.word(column, task, m_rows.words);
            if (value.empty())
                continue;
            if (image.side == ' ') {
                image.labels.push_back({task, std::move(value)});
                continue;
            }
            const std::string key = m_rows.studies[image.study].key + " " + image.side + " " + task;
            if (const auto [found, isNew] = m_values.emplace(key, value); !isNew && found->second != value)
                m_rows.report.problems.push_back({"label_conflict", key, found->second + ", then " + value});
            breast.labels.push_back({task, std::move(value)});
        }
        if (!breast.labels.empty())
            m_rows.breasts.push_back(std::move(breast));
    }

    void addFinding(CheckedRow& row, std::uint32_t image, RowOf of, std::optional<SetRegion> region)
    {
        m_rows.tasks.insert("kinds");
        SetFinding finding;
        finding.study = m_rows.images[image].study;
        finding.image = image;
        finding.side = m_rows.images[image].side;
        finding.kinds = row.word(Finding, "finding", m_rows.words);
        if (finding.kinds.empty() && !region)
            return;
        finding.number = ++m_findings[image];
        finding.content = row.content();
        finding.region = std::move(region);
        finding.row = of;
        m_rows.findings.push_back(std::move(finding));
    }

    std::optional<SetRegion> regionOf(CheckedRow& row) const
    {
        SetRegion region;
        if (!row.has(X0) || row.cell(X0).empty())
            return std::nullopt;
        for (const Field corner : {X0, Y0, X1, Y1}) {
            const auto number = row.number(corner, -1e6, 1e6);
            if (!number) {
                row.reject("bad_box", corner, std::string(row.cell(corner)));
                return std::nullopt;
            }
            region.geometry.push_back(static_cast<float>(*number));
        }
        if (region.geometry[0] >= region.geometry[2] || region.geometry[1] >= region.geometry[3]) {
            row.reject("bad_box", X0, "empty box");
            return std::nullopt;
        }
        return region;
    }

    // 20150203 too.
    static std::string dayOf(CheckedRow& row)
    {
        const std::string text(row.key(Date));
        if (text.size() == 8 && text.find_first_not_of("0123456789") == text.npos)
            return text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6);
        return row.date(Date);
    }

    std::string placeOf(const std::string& path) const
    {
        std::string below = path;
        const std::string root = m_table.root.generic_string() + "/";
        if (below.starts_with(root))
            below.erase(0, root.size());
        while (below.starts_with('/'))
            below.erase(0, 1);
        if (const std::string found = m_disk.placeOf(below);
            std::binary_search(m_disk.all().begin(), m_disk.all().end(), found))
            return found;
        for (const std::string& stem : {lastPart(below), fs::path(lastPart(below)).stem().string()})
            if (const auto found = m_byStem.find(stem); found != m_byStem.end() && found->second.size() == 1)
                return found->second.front();
        return below;
    }

    void derive()
    {
        SetReport& report = m_rows.report;
        report.images = m_rows.images.size();
        report.studies = m_rows.studies.size();
        std::set<std::string> patients;
        for (const SetStudy& study : m_rows.studies)
            patients.insert(study.patient);
        report.patients = patients.size();
        for (const auto& [patient, splits] : m_splits)
            if (splits.size() > 1)
                report.problems.push_back(
                    {"split_conflict", patient, "in " + std::to_string(splits.size()) + " parts"});
        for (const std::string& file : m_disk.all())
            if (isPicture(file) && !m_images.contains(file))
                report.problems.push_back({"no_label", file, "no row of the table: not taken"});
        m_rows.sortProblems();
    }

    const MappedTable& m_table;
    SetRows m_rows;
    DiskFiles m_disk;
    std::vector<TableColumn> m_columns;
    std::vector<const char*> m_labels; // tasks
    std::map<std::string, std::vector<std::string>> m_byStem;
    std::unordered_map<std::string, std::uint32_t> m_images; // by path
    std::map<std::string, std::set<std::string>> m_splits;   // by patient
    std::map<std::string, std::string> m_values;             // labels of breasts
    std::map<std::uint32_t, int> m_findings;                 // counted by image
};

} // namespace

SetRows readMappedSet(const MappedTable& table, const Vocabulary& edited) { return MappedReader(table, edited).read(); }

const std::span<const VocabularyWord> set_words::mapped = words;

} // namespace mama
