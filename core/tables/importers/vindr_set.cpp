// VinDr-Mammo's tables as rows of the library (datasets.md 4).
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/list_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

enum Column : std::size_t {
    StudyId,
    Series,
    ImageId,
    SideOf,
    View,
    Height,
    Width,
    Birads,
    Density,
    Split,
    Categories,
    FindingBirads,
    X0,
    Y0,
    X1,
    Y1
};
constexpr std::array breastColumns{TableColumn{"study_id", true},
                                   TableColumn{"series_id"},
                                   TableColumn{"image_id", true},
                                   TableColumn{"laterality", true, true},
                                   TableColumn{"view_position", true, true},
                                   TableColumn{"height"},
                                   TableColumn{"width"},
                                   TableColumn{"breast_birads", true, true},
                                   TableColumn{"breast_density", true, true},
                                   TableColumn{"split", false, true}};
constexpr std::array findingColumns{TableColumn{"study_id"},
                                    TableColumn{"series_id"},
                                    TableColumn{"image_id", true},
                                    TableColumn{"laterality"},
                                    TableColumn{"view_position"},
                                    TableColumn{"height"},
                                    TableColumn{"width"},
                                    TableColumn{"breast_birads"},
                                    TableColumn{"breast_density"},
                                    TableColumn{"split"},
                                    TableColumn{"finding_categories", true},
                                    TableColumn{"finding_birads", false, true},
                                    TableColumn{"xmin", true},
                                    TableColumn{"ymin", true},
                                    TableColumn{"xmax", true},
                                    TableColumn{"ymax", true}};

// Tags of the images' headers. The names are those of DICOM; some copies have shorter ones.
namespace metadata {
enum Column : std::size_t { Uid, OfImage, AgeTag, Age, Maker, ModelTag, ModelName };
constexpr std::array columns{TableColumn{"SOP Instance UID"},
                             TableColumn{"image_id"},
                             TableColumn{"Patient's Age"},
                             TableColumn{"age"},
                             TableColumn{"Manufacturer", false, true},
                             TableColumn{"Manufacturer's Model Name", false, true},
                             TableColumn{"ManufacturerModelName", false, true}};
} // namespace metadata

constexpr std::string_view noFinding = "No Finding";

class VindrReader
{
public:
    VindrReader(const fs::path& root, const Vocabulary& edited) : m_rows(rowsOf("vindr", root, edited)) {}

    SetRows read()
    {
        m_rows.tasks = {"birads", "density", "kinds"}; // whose columns are required
        std::array kinds{TableKind{{"image_id", "finding_categories"}},
                         TableKind{{"study_id", "image_id", "breast_birads"}}, TableKind{{"SOP Instance UID"}},
                         TableKind{{"image_id", "Manufacturer"}}};
        findTables(m_rows, kinds);
        if (kinds[1].found())
            readSetTable(m_rows, {kinds[1].files.front(), breastColumns},
                         [this](CheckedRow& row, RowOf of) { takeImage(row, of); });
        if (kinds[0].found()) {
            m_counts.clear();
            readSetTable(m_rows, {kinds[0].files.front(), findingColumns},
                         [this](CheckedRow& row, RowOf of) { takeFinding(row, of); });
            if (m_rows.report.tables.size() > (kinds[1].found() ? 1U : 0U))
                m_rows.report.tables.back().histograms["finding_categories"] = m_counts;
        }
        for (const TableKind& tags : {kinds[2], kinds[3]})
            if (tags.found())
                readSetTable(m_rows, {tags.files.front(), metadata::columns},
                             [this](CheckedRow& row, RowOf) { takeTags(row); });
        derive();
        return std::move(m_rows);
    }

private:
    // Age of the woman, maker and model of an image.
    void takeTags(CheckedRow& row)
    {
        using namespace metadata;
        const std::size_t key = row.has(Uid) ? Uid : OfImage;
        row.needKeys({key});
        const auto image = m_images.find(std::string(row.key(key)));
        if (!row.rejected() && image == m_images.end())
            row.reject("orphan", key, "no such image in the breast-level table");
        if (row.rejected())
            return;
        SetImage& of = m_rows.images[image->second];
        of.vendor = row.cell(Maker);
        of.model = row.cell(row.has(ModelTag) ? ModelTag : ModelName);
        const std::size_t column = row.has(AgeTag) ? AgeTag : Age;
        if (std::string& age = m_rows.studies[of.study].age; age.empty())
            age = yearsOf(row, column);
    }

    // "053Y", "53", "53.0" as whole years; of months and days those that are full.
    static std::string yearsOf(CheckedRow& row, std::size_t column)
    {
        std::string text(row.key(column));
        const char unit = text.empty() ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(text.back())));
        if (unit == 'Y' || unit == 'M' || unit == 'W' || unit == 'D')
            text.pop_back();
        if (text.empty())
            return {};
        char* end = nullptr;
        const double number = std::strtod(text.c_str(), &end);
        if (*end != '\0' || !std::isfinite(number)) {
            row.warn("bad_number", column, std::string(row.cell(column)));
            return {};
        }
        const double years = std::floor(unit == 'M'   ? number / 12
                                        : unit == 'W' ? number / 52.18
                                        : unit == 'D' ? number / 365.25
                                                      : number);
        if (years >= 0 && years <= 120)
            return std::to_string(static_cast<int>(years));
        row.warn("out_of_range", column, std::string(row.cell(column)));
        return {};
    }

    void takeImage(CheckedRow& row, RowOf of)
    {
        row.needKeys({StudyId, ImageId});
        const std::string side(row.key(SideOf)), id(row.key(ImageId)), studyId(row.key(StudyId));
        if (side != "L" && side != "R")
            row.reject("bad_key", SideOf, side);
        const auto earlier = m_images.find(id);
        if (earlier != m_images.end())
            row.reject("key_conflict", ImageId,
                       id + " already given by row " + std::to_string(m_rows.images[earlier->second].row.row) +
                           " with other values");
        if (row.rejected())
            return;
        m_images.emplace(id, static_cast<std::uint32_t>(m_rows.images.size()));
        const std::uint32_t study = m_rows.study(studyId, studyId, of);
        SetImage image;
        image.study = study;
        image.path = "images/" + studyId + "/" + id + ".dicom";
        image.side = side.front();
        image.view = row.code(View, "CC MLO");
        image.type = "2D";
        image.row = of;
        image.rows = static_cast<int>(row.number(Height, 1, 1e6).value_or(0));
        image.columns = static_cast<int>(row.number(Width, 1, 1e6).value_or(0));
        SetBreast breast{study, side.front(), {}, of};
        const std::string birads = row.word(Birads, "birads", m_rows.words),
                          density = row.word(Density, "density", m_rows.words);
        if (!birads.empty())
            breast.labels.push_back({"birads", birads});
        if (!density.empty())
            breast.labels.push_back({"density", density});
        m_rows.breasts.push_back(std::move(breast));
        const std::string split = row.code(Split, "training test");
        if (!split.empty()) {
            m_rows.studies[study].split = split;
            m_splits[studyId].insert(split);
        }
        m_shared.push_back(sharedOf(row));
        const auto unknown = [&](std::size_t column,
                                 const std::string& value) { // no code: nothing can disagree with it
            if (value.empty())
                *(std::find(sharedColumns.begin(), sharedColumns.end(), column) - sharedColumns.begin() +
                  m_shared.back().begin()) = "";
        };
        unknown(View, image.view);
        unknown(Birads, birads);
        unknown(Density, density);
        unknown(Split, split);
        m_rows.images.push_back(std::move(image));
    }

    // What both tables say of an image.
    static constexpr std::array sharedColumns{StudyId, Series, SideOf, View, Height, Width, Birads, Density, Split};
    using Shared = std::array<std::string, sharedColumns.size()>;
    static Shared sharedOf(const CheckedRow& row)
    {
        Shared shared;
        for (std::size_t i = 0; i < shared.size(); ++i)
            shared[i] = row.key(sharedColumns[i]);
        return shared;
    }

    void takeFinding(CheckedRow& row, RowOf of)
    {
        row.needKeys({ImageId});
        const auto image = m_images.find(std::string(row.key(ImageId)));
        if (!row.rejected() && image == m_images.end())
            row.reject("orphan", ImageId, "no such image in the breast-level table");
        const auto words = readWordList(row.cell(Categories));
        if (!row.rejected() && (!words || words->empty()))
            row.reject("bad_literal", Categories, std::string(row.cell(Categories)));
        if (row.rejected())
            return;
        const std::uint32_t index = image->second;
        const bool clean =
            std::all_of(words->begin(), words->end(), [](const std::string& word) { return word == noFinding; });
        SetFinding finding;
        finding.image = index;
        finding.study = m_rows.images[index].study;
        finding.side = m_rows.images[index].side;
        finding.row = of;
        finding.content = row.content();
        finding.region = boxOf(row, m_rows.images[index], clean);
        if (row.rejected())
            return;
        compare(row, index);
        takeCategories(row, *words, finding);
        if (std::string value = row.word(FindingBirads, "birads", m_rows.words); !value.empty())
            finding.labels.push_back({"birads", std::move(value)});
        m_withBox.insert(finding.region ? static_cast<std::int64_t>(index) : -1);
        m_boxes += finding.region.has_value();
        m_rows.findings.push_back(std::move(finding));
    }

    void takeCategories(CheckedRow& row, const std::vector<std::string>& words, SetFinding& finding)
    {
        for (const std::string& word : words) {
            ++m_counts[word];
            const auto kind = m_rows.words.meaning("finding", word);
            if (!kind)
                row.warn("unknown_code", Categories, word);
            else if (!kind->empty())
                finding.kinds += (finding.kinds.empty() ? "" : ",") + *kind;
        }
    }

    void compare(CheckedRow& row, std::uint32_t image) const
    {
        const Shared there = sharedOf(row);
        for (std::size_t i = 0; i < there.size(); ++i)
            if (row.has(sharedColumns[i]) && !there[i].empty() && !m_shared[image][i].empty() &&
                there[i] != m_shared[image][i])
                row.warn("tables_disagree", sharedColumns[i],
                         there[i] + ", " + m_shared[image][i] + " in the breast-level table");
    }

    // A box is told by its first column; a finding has one, an image without finding none.
    std::optional<SetRegion> boxOf(CheckedRow& row, const SetImage& image, bool clean)
    {
        std::array<double, 4> at{};
        std::size_t missing = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::string_view text = row.cell(X0 + i);
            char* end = nullptr;
            const std::string number(text);
            at[i] = std::strtod(number.c_str(), &end);
            missing += text.empty();
            if (!text.empty() && (*end != '\0' || !std::isfinite(at[i]))) {
                row.reject("bad_box", X0 + i, number);
                return std::nullopt;
            }
        }
        if (missing == 4 && clean)
            return std::nullopt;
        const double width = image.columns > 0 ? image.columns : at[2], height = image.rows > 0 ? image.rows : at[3];
        if (missing > 0)
            row.reject("bad_box", X0, "finding without box");
        else if (at[0] >= at[2] || at[1] >= at[3])
            row.reject("bad_box", X0, "empty box");
        else if (at[2] <= 0 || at[3] <= 0 || at[0] >= width || at[1] >= height)
            row.reject("bad_box", X0, "box off the image");
        if (row.rejected())
            return std::nullopt;
        const std::array<double, 4> inside{std::max(at[0], 0.0), std::max(at[1], 0.0), std::min(at[2], width),
                                           std::min(at[3], height)};
        for (std::size_t i = 0; i < 4; ++i)
            if (inside[i] != at[i]) {
                row.warn("box_clipped", X0 + i, std::string(row.cell(X0 + i)));
                break;
            }
        return SetRegion{"box",
                         {static_cast<float>(inside[0]), static_cast<float>(inside[1]), static_cast<float>(inside[2]),
                          static_cast<float>(inside[3])},
                         ""};
    }

    void derive()
    {
        SetReport& report = m_rows.report;
        report.images = m_rows.images.size();
        report.studies = report.patients = m_rows.studies.size();
        std::vector<std::set<std::string>> slots(m_rows.studies.size());
        for (const SetImage& image : m_rows.images)
            slots[image.study].insert(image.side + image.view);
        for (std::size_t i = 0; i < slots.size(); ++i)
            if (slots[i].size() < 4)
                report.problems.push_back(
                    {"incomplete_study", m_rows.studies[i].key, std::to_string(slots[i].size()) + " of 4 views"});
        for (const auto& [study, splits] : m_splits)
            if (splits.size() > 1)
                report.problems.push_back({"split_conflict", study, "in training and in test"});
        report.derived["boxes"] = m_boxes;
        m_withBox.erase(-1);
        report.derived["images_with_box"] = m_withBox.size();
        m_rows.sortProblems();
    }

    SetRows m_rows;
    std::unordered_map<std::string, std::uint32_t> m_images; // by image_id
    std::vector<Shared> m_shared;                            // of each image
    std::map<std::string, std::set<std::string>> m_splits;
    TableReport::Counts m_counts; // entries of the lists of categories
    std::set<std::int64_t> m_withBox;
    std::size_t m_boxes = 0;
};

} // namespace

SetRows readVindrSet(const fs::path& root, const Vocabulary& edited) { return VindrReader(root, edited).read(); }

namespace {
constexpr VocabularyWord words[] = {{"birads", "BI-RADS 1", "1"},
                                    {"birads", "BI-RADS 2", "2"},
                                    {"birads", "BI-RADS 3", "3"},
                                    {"birads", "BI-RADS 4", "4"},
                                    {"birads", "BI-RADS 5", "5"},
                                    {"density", "DENSITY A", "A"},
                                    {"density", "DENSITY B", "B"},
                                    {"density", "DENSITY C", "C"},
                                    {"density", "DENSITY D", "D"},
                                    {"finding", "Mass", "Mass"},
                                    {"finding", "Suspicious Calcification", "Suspicious Calcification"},
                                    {"finding", "Asymmetry", "Asymmetry"},
                                    {"finding", "Focal Asymmetry", "Focal Asymmetry"},
                                    {"finding", "Global Asymmetry", "Global Asymmetry"},
                                    {"finding", "Architectural Distortion", "Architectural Distortion"},
                                    {"finding", "Skin Thickening", "Skin Thickening"},
                                    {"finding", "Skin Retraction", "Skin Retraction"},
                                    {"finding", "Nipple Retraction", "Nipple Retraction"},
                                    {"finding", "Suspicious Lymph Node", "Suspicious Lymph Node"},
                                    {"finding", "No Finding", ""}};
}
const std::span<const VocabularyWord> set_words::vindr = words;

} // namespace mama
