// EMBED's tables, and those of phantoms, as rows of the library (datasets.md 2).

#include "core/base/folded_text.h"
#include "core/tables/cell.h"
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/list_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_set>

namespace fs = std::filesystem;

namespace mama {
namespace {

namespace clinical {
enum Column : std::size_t {
    Patient,
    Exam,
    Date,
    Description,
    Assessment,
    Density,
    Number,
    SideOf,
    Shape,
    Margin,
    MassDensity,
    Calcification,
    Distribution,
    CalcNumber,
    PathDate,
    Severity,
    Age,
    Race,
    EthnicGroup,
    Ethnicity
};
constexpr std::array columns{TableColumn{"empi_anon", true},
                             TableColumn{"acc_anon", true},
                             TableColumn{"study_date_anon"},
                             TableColumn{"desc"},
                             TableColumn{"asses", true, true},
                             TableColumn{"tissueden", true, true},
                             TableColumn{"numfind"},
                             TableColumn{"side", true, true},
                             TableColumn{"massshape", false, true},
                             TableColumn{"massmargin", false, true},
                             TableColumn{"massdens", false, true},
                             TableColumn{"calcfind", false, true},
                             TableColumn{"calcdistri", false, true},
                             TableColumn{"calcnumber"},
                             TableColumn{"procdate_anon"},
                             TableColumn{"path_severity", false, true},
                             TableColumn{"age_at_study"},
                             TableColumn{"RACE_DESC"},
                             TableColumn{"ETHNIC_GROUP_DESC"},
                             TableColumn{"ETHNICITY_DESC"}};
} // namespace clinical

namespace metadata {
enum Column : std::size_t {
    Path,
    Patient,
    Exam,
    Date,
    Description,
    Type,
    SideOf,
    View,
    Spot,
    RoiCount,
    Rois,
    Vendor,
    Model
};
constexpr std::array columns{TableColumn{"anon_dicom_path", true},
                             TableColumn{"empi_anon", true},
                             TableColumn{"acc_anon", true},
                             TableColumn{"study_date_anon"},
                             TableColumn{"StudyDescription"},
                             TableColumn{"FinalImageType", false, true},
                             TableColumn{"ImageLateralityFinal", true, true},
                             TableColumn{"ViewPosition", true, true},
                             TableColumn{"spot_mag", false, true},
                             TableColumn{"num_roi"},
                             TableColumn{"ROI_coords"},
                             TableColumn{"Manufacturer"},
                             TableColumn{"ManufacturerModelName"}};
} // namespace metadata

constexpr std::array legendColumns{TableColumn{"Header in export", true}, TableColumn{"Code", true},
                                   TableColumn{"Meaning", true}};

// What follows images/ or anon_dicom/, below "images": older tables have another root.
std::string filePath(std::string_view cell)
{
    std::string path(cell);
    std::replace(path.begin(), path.end(), '\\', '/');
    for (const std::string_view root : {"images/", "anon_dicom/"}) {
        const auto at = path.find(root);
        if (at != path.npos && (at == 0 || path[at - 1] == '/'))
            return "images/" + path.substr(at + root.size());
    }
    while (path.starts_with("./"))
        path.erase(0, 2);
    return path;
}

std::string screeningOf(const std::string& description)
{
    const std::string words = asciiFolded(description);
    if (words.find("screen") != words.npos)
        return "screening";
    return words.find("diag") != words.npos ? "diagnostic" : "";
}

class EmbedReader
{
public:
    EmbedReader(const fs::path& root, const Vocabulary& edited) : m_rows(rowsOf("embed", root, edited))
    {
        if (fs::exists(root / "studies.csv") && fs::exists(root / "lesions.csv")) {
            m_rows.name = "phantoms";
            m_rows.licence = "synthetic phantoms: no terms";
            m_rows.restricted = false;
        }
    }

    SetRows read()
    {
        std::array kinds{TableKind{{"asses", "acc_anon"}}, TableKind{{"ImageLateralityFinal", "acc_anon"}},
                         TableKind{{"Header in export", "Code", "Meaning"}}};
        findTables(m_rows, kinds);
        if (kinds[0].found())
            readSetTable(m_rows, {kinds[0].files.front(), clinical::columns},
                         [this](CheckedRow& row, RowOf of) { takeFinding(row, of); });
        if (kinds[1].found())
            readSetTable(m_rows, {kinds[1].files.front(), metadata::columns},
                         [this](CheckedRow& row, RowOf of) { takeImage(row, of); });
        std::size_t codes = 0;
        if (kinds[2].found())
            readSetTable(m_rows, {kinds[2].files.front(), legendColumns}, [this, &codes](CheckedRow& row, RowOf) {
                row.needKeys({0});
                if (row.rejected())
                    return;
                ++codes;
                m_rows.meanings.push_back(
                    {std::string(row.cell(0)), std::string(row.key(1)), std::string(row.cell(2))});
            });
        m_rows.report.derived["legend_codes"] = codes;
        derive();
        return std::move(m_rows);
    }

private:
    // Both tables: an exam is of one woman.
    std::optional<std::uint32_t> examOf(CheckedRow& row, std::size_t patient, std::size_t exam, RowOf of)
    {
        row.needKeys({patient, exam});
        if (row.rejected())
            return std::nullopt;
        const std::string woman(row.key(patient)), key(row.key(exam));
        const auto known = m_rows.findStudy(key);
        if (known && m_rows.studies[*known].patient != woman) {
            row.reject("key_conflict", exam, key + " already belongs to empi_anon " + m_rows.studies[*known].patient);
            return std::nullopt;
        }
        return known ? *known : m_rows.study(woman, key, of);
    }

    void describe(SetStudy& study, const std::string& date, std::string_view description) const
    {
        if (study.date.empty())
            study.date = date;
        if (study.description.empty()) {
            study.description = description;
            study.kind = screeningOf(study.description);
        }
    }

    // The order of datasets.md 2; all that hold are kept, the first one is counted.
    std::vector<const char*> kindsOf(const CheckedRow& row) const
    {
        using namespace clinical;
        const std::string shape(row.key(Shape)), density(row.key(MassDensity));
        const auto in = [](const std::string& code, std::string_view codes) {
            return code.size() == 1 && codes.find(code) != codes.npos;
        };
        std::vector<const char*> kinds;
        if (in(shape, "QA"))
            kinds.push_back("arch_distortion");
        if (in(shape, "TBSFV"))
            kinds.push_back("asymmetry");
        if (in(shape, "GROXNYDL") || !row.cell(Margin).empty() || in(density, "+-="))
            kinds.push_back("mass");
        const auto number = asNumber(row.cell(CalcNumber));
        if (!row.cell(Calcification).empty() || !row.cell(Distribution).empty() || (number && *number != 0))
            kinds.push_back("calcification");
        return kinds;
    }

    void takeFinding(CheckedRow& row, RowOf of)
    {
        using namespace clinical;
        const auto study = examOf(row, Patient, Exam, of);
        if (!study)
            return;
        SetFinding finding;
        finding.study = *study;
        finding.row = of;
        finding.content = row.content();
        const std::string side = row.code(SideOf, "L R B");
        finding.side = side.empty() ? ' ' : side.front();
        m_joins.push_back(row.cell(SideOf).empty() || side == "B" ? 'B' : finding.side);
        const auto label = [&](const char* task, std::size_t column, std::string value) {
            if (row.has(column))
                m_rows.tasks.insert(task);
            if (!value.empty())
                finding.labels.push_back({task, std::move(value)});
        };
        label("birads", Assessment, row.word(Assessment, "birads", m_rows.words));
        if (row.key(Density) == "5")
            row.warn("male", Density);
        const std::string letter = row.word(Density, "density", m_rows.words);
        label("density", Density, letter);
        ++m_letters[letter];
        label("mass shape", Shape, row.code(Shape, "G R O X Q A T N B F S V Y D L"));
        label("mass margin", Margin, row.code(Margin, "D U M I S"));
        label("mass density", MassDensity, row.code(MassDensity, "+ = - 0"));
        label("calcification", Calcification, row.code(Calcification, "A 9 H C D E F B G I L M J K P R S O U V Q"));
        label("distribution", Distribution, row.code(Distribution, "G S R D L C"));
        label("path severity", Severity, row.code(Severity, "0 1 2 3 4 5 6"));
        label("race", Race, std::string(row.cell(Race)));
        const std::size_t ethnicity = row.has(EthnicGroup) ? EthnicGroup : Ethnicity;
        label("ethnicity", ethnicity, std::string(row.cell(ethnicity)));
        row.number(CalcNumber, 0, 1e9);
        row.date(PathDate);
        if (const auto number = row.number(Number, 0, 1e6))
            finding.number = static_cast<int>(*number);
        const auto age = row.number(Age, 0, 120);
        SetStudy& exam = m_rows.studies[*study];
        describe(exam, row.date(Date), row.cell(Description));
        if (age && exam.age.empty())
            exam.age = row.cell(Age);
        for (const std::size_t column : {Shape, Margin, MassDensity, Calcification, Distribution, CalcNumber})
            if (row.has(column))
                m_rows.tasks.insert("kinds");
        const auto kinds = kindsOf(row);
        ++m_types[kinds.empty() ? "none" : kinds.front()];
        for (const char* kind : kinds)
            finding.kinds += (finding.kinds.empty() ? "" : ",") + std::string(kind);
        m_rows.findings.push_back(std::move(finding));
    }

    void takeImage(CheckedRow& row, RowOf of)
    {
        using namespace metadata;
        row.needKeys({Patient, Exam, Path});
        if (row.rejected())
            return;
        std::string path = filePath(row.cell(Path));
        const auto earlier = m_paths.find(path);
        if (earlier != m_paths.end())
            return row.reject("key_conflict", Path,
                              "file already given by row " + std::to_string(earlier->second) + " with other values");
        const auto study = examOf(row, Patient, Exam, of);
        if (!study)
            return;
        m_paths.emplace(path, of.row);
        SetImage image;
        image.study = *study;
        image.row = of;
        image.path = std::move(path);
        const std::string side = row.code(SideOf, "L R");
        if (row.cell(SideOf).empty())
            row.warn("no_side", SideOf);
        image.side = side.empty() ? ' ' : side.front();
        image.view = row.cell(View);
        image.vendor = row.cell(Vendor);
        image.model = row.cell(Model);
        takeType(row, image);
        takeRois(row, image);
        describe(m_rows.studies[*study], row.date(Date), row.cell(Description));
        m_rows.images.push_back(std::move(image));
    }

    void takeType(CheckedRow& row, SetImage& image)
    {
        using namespace metadata;
        image.type = row.code(Type, "2D cview C-view 3D ROI_SSC ROI_SS");
        if (image.type == "C-view")
            image.type = "cview";
        if (image.type == "3D" || image.type.starts_with("ROI_")) {
            image.released = false;
            row.warn("not_released", Type, image.type);
        }
        if (row.code(Spot, "0 1") == "1")
            image.modifiers = "spot";
        m_fullField += image.type == "2D" && image.modifiers.empty();
    }

    void takeRois(CheckedRow& row, SetImage& image)
    {
        using namespace metadata;
        const std::string_view text = row.cell(Rois);
        const auto boxes = readRois(text);
        const auto wrong = [](const RoiBox& box) {
            return box[0] < 0 || box[1] < 0 || box[0] >= box[2] || box[1] >= box[3];
        };
        if (!boxes || std::any_of(boxes->begin(), boxes->end(), wrong))
            row.warn("bad_roi", Rois, std::string(text.substr(0, 200)));
        if (!boxes)
            return;
        for (const RoiBox& box : *boxes)
            if (!wrong(box))
                image.regions.push_back({"box",
                                         {static_cast<float>(box[1]), static_cast<float>(box[0]),
                                          static_cast<float>(box[3]), static_cast<float>(box[2])},
                                         openFrame});
        m_boxes += image.regions.size();
        if (const auto count = row.number(RoiCount, 0, 1e6); count && static_cast<std::size_t>(*count) != boxes->size())
            row.warn("roi_count", RoiCount,
                     std::to_string(static_cast<std::size_t>(*count)) + " given, " + std::to_string(boxes->size()) +
                         " read");
    }

    void derive()
    {
        SetReport& report = m_rows.report;
        report.studies = m_rows.studies.size();
        std::unordered_set<std::string_view> patients;
        for (const SetStudy& study : m_rows.studies)
            patients.insert(study.patient);
        report.patients = patients.size();
        std::vector<std::array<std::size_t, 3>> sides(m_rows.studies.size()); // images right, left, without a side
        std::vector<char> hasImage(m_rows.studies.size()), hasFinding(m_rows.studies.size());
        for (const SetImage& image : m_rows.images) {
            report.images += image.released;
            hasImage[image.study] = 1;
            ++sides[image.study][image.side == 'R' ? 0 : image.side == 'L' ? 1 : 2];
        }
        std::size_t pairs = 0;
        for (std::size_t i = 0; i < m_rows.findings.size(); ++i) {
            const auto& counts = sides[m_rows.findings[i].study];
            hasFinding[m_rows.findings[i].study] = 1;
            const char join = m_joins[i];
            pairs += join == 'B'   ? counts[0] + counts[1] + counts[2]
                     : join == 'R' ? counts[0]
                     : join == 'L' ? counts[1]
                                   : 0;
        }
        const bool both = report.tables.size() > 1 && !m_rows.findings.empty() && !m_rows.images.empty();
        for (std::size_t i = 0; both && i < m_rows.studies.size(); ++i)
            if (!hasImage[i] || !hasFinding[i])
                report.problems.push_back({hasImage[i] ? "no_label" : "no_image", m_rows.studies[i].key, ""});
        report.derived["finding_type"] = m_types;
        report.derived["density_letter_rows"] = m_letters;
        report.derived["finding_image_pairs"] = pairs;
        report.derived["roi_boxes"] = m_boxes;
        report.derived["images_2D_full_field"] = m_fullField;
        m_rows.sortProblems();
    }

    SetRows m_rows;
    std::unordered_map<std::string, std::uint32_t> m_paths; // rows by normalised path
    std::vector<char> m_joins;                              // which images each finding is joined to: R, L, B or none
    std::map<std::string, std::size_t> m_types, m_letters;
    std::size_t m_boxes = 0, m_fullField = 0;
};

} // namespace

SetRows readEmbedSet(const fs::path& root, const Vocabulary& edited) { return EmbedReader(root, edited).read(); }

namespace {
constexpr VocabularyWord words[] = {{"birads", "A", "0"},  {"birads", "N", "1"},  {"birads", "B", "2"},
                                    {"birads", "P", "3"},  {"birads", "S", "4"},  {"birads", "M", "5"},
                                    {"birads", "K", "6"},  {"density", "1", "A"}, {"density", "2", "B"},
                                    {"density", "3", "C"}, {"density", "4", "D"}, {"density", "5", ""}};
}
const std::span<const VocabularyWord> set_words::embed = words;

} // namespace mama
