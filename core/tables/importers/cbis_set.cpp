// CBIS-DDSM's tables as rows of the library (datasets.md 5): one row an abnormality and view.
#include "core/base/folded_text.h"
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

enum Column : std::size_t {
    Patient,
    Density,
    SideOf,
    View,
    Number,
    Type,
    Shape,
    Margins,
    CalcType,
    Distribution,
    Assessment,
    Pathology,
    Subtlety,
    ImagePath,
    CropPath,
    MaskPath
};
constexpr std::array columns{TableColumn{"patient_id", true},
                             TableColumn{"breast density", false, true},
                             TableColumn{"left or right breast", true, true, "side"},
                             TableColumn{"image view", true, true, "view"},
                             TableColumn{"abnormality id", true, false, "abn_num"},
                             TableColumn{"abnormality type"},
                             TableColumn{"mass shape", false, true},
                             TableColumn{"mass margins", false, true},
                             TableColumn{"calc type", false, true},
                             TableColumn{"calc distribution", false, true},
                             TableColumn{"assessment", false, true},
                             TableColumn{"pathology", true, true},
                             TableColumn{"subtlety", false, true},
                             TableColumn{"image file path", true, false, "od_img_path"},
                             TableColumn{"cropped image file path", false, false, "od_crop_path"},
                             TableColumn{"ROI mask file path", false, false, "mask_path"}};

constexpr VocabularyWord words[] = {
    {"density", "1", "A"},
    {"density", "2", "B"},
    {"density", "3", "C"},
    {"density", "4", "D"},
    {"birads", "0", "0"},
    {"birads", "1", "1"},
    {"birads", "2", "2"},
    {"birads", "3", "3"},
    {"birads", "4", "4"},
    {"birads", "5", "5"},
    {"pathology", "MALIGNANT", "malignant"},
    {"pathology", "BENIGN", "benign"},
    {"pathology", "BENIGN_WITHOUT_CALLBACK", "benign"},
    {"finding", "mass", "mass"},
    {"finding", "calcification", "calcification"},
    {"finding", "ARCHITECTURAL_DISTORTION", "arch_distortion"},
    {"finding", "ASYMMETRIC_BREAST_TISSUE", "asymmetry"},
    {"finding", "FOCAL_ASYMMETRIC_DENSITY", "asymmetry"},
};

// "Mass-Training_P_00001_LEFT_CC_1": what the first part of a path says of its image.
struct NamedParts
{
    std::string part, side, view; // "training", "test"; as in the table; empty: it does not say
};

NamedParts partsOf(const std::string& name)
{
    NamedParts parts;
    const std::string folded = asciiFolded(name);
    if (folded.find("training") != folded.npos || folded.find("-train") != folded.npos)
        parts.part = "training";
    else if (folded.find("test") != folded.npos)
        parts.part = "test";
    for (const char* side : {"LEFT", "RIGHT"})
        for (const char* view : {"CC", "MLO"})
            if (name.find(std::string("_") + side + "_" + view) != name.npos) {
                parts.side = side;
                parts.view = view;
            }
    return parts;
}

class CbisReader
{
public:
    CbisReader(const fs::path& root, const Vocabulary& edited) : m_rows(rowsOf("cbis", root, edited)), m_disk(root) {}

    SetRows read()
    {
        std::array kinds{TableKind{{"patient_id", "abnormality id", "pathology", "image file path"}, true},
                         TableKind{{"patient_id", "side", "view", "abn_num", "pathology"}, true}};
        findTables(m_rows, kinds);
        for (const TableKind& kind : kinds)
            for (const fs::path& table : kind.files) {
                m_table = asciiFolded(table.filename().string());
                readSetTable(m_rows, {table, columns}, [this](CheckedRow& row, RowOf of) { take(row, of); });
            }
        derive();
        return std::move(m_rows);
    }

private:
    void take(CheckedRow& row, RowOf of)
    {
        row.needKeys({Patient, ImagePath});
        const std::string side(row.key(SideOf)), path = slashed(std::string(row.cell(ImagePath))),
                                                 patient(row.key(Patient)),
                                                 key = path + "/" + std::string(row.key(Number));
        if (side != "LEFT" && side != "RIGHT")
            row.reject("bad_key", SideOf, side);
        const auto [earlier, isNew] = m_abnormalities.emplace(key, of.row);
        if (!row.rejected() && !isNew)
            row.reject("key_conflict", Number,
                       key + " already given by row " + std::to_string(earlier->second) + " with other values");
        if (row.rejected()) {
            if (isNew)
                m_abnormalities.erase(key);
            return;
        }
        const std::string view = row.code(View, "CC MLO");
        const NamedParts named = partsOf(firstPart(path));
        if ((!named.side.empty() && named.side != side) || (!named.view.empty() && !view.empty() && named.view != view))
            row.warn("name_mismatch", ImagePath, "its path says " + named.side + " " + named.view);
        const std::uint32_t study = m_rows.study(patient, patient, of);
        takePart(study, named);
        const std::uint32_t image = imageOf({study, side.front(), view, path}, of);
        takeFinding(row, image, of);
    }

    // The official split is by table; a path says it too.
    void takePart(std::uint32_t study, const NamedParts& named)
    {
        const std::string part = m_table.find("train") != m_table.npos  ? "training"
                                 : m_table.find("test") != m_table.npos ? "test"
                                                                        : named.part;
        if (part.empty())
            return;
        if (m_rows.studies[study].split.empty())
            m_rows.studies[study].split = part;
        m_parts[m_rows.studies[study].patient].insert(part);
    }

    struct Named
    {
        std::uint32_t study = 0;
        char side = ' ';
        std::string view, path;
    };
    std::uint32_t imageOf(const Named& named, RowOf of)
    {
        const auto [found, isNew] = m_images.emplace(named.path, static_cast<std::uint32_t>(m_rows.images.size()));
        if (isNew) {
            SetImage image;
            image.study = named.study;
            image.path = placeOf(named.path);
            if (!m_paths.insert(image.path).second) // the only file there is another image's
                m_paths.insert(image.path = named.path);
            image.side = named.side;
            image.view = named.view;
            image.type = "2D";
            image.modifiers = "";
            image.row = of;
            m_rows.images.push_back(std::move(image));
        }
        return found->second;
    }

    // Downloads of today have other folders below the first one, and other names: by the series, or the only file.
    std::string placeOf(const std::string& path) const
    {
        const std::vector<std::string>& there = m_disk.below(firstPart(path));
        const std::size_t name = path.rfind('/');
        const std::string series = name == path.npos ? "" : lastPart(path.substr(0, name));
        std::vector<std::string> ofSeries;
        for (const std::string& file : there) {
            if (file.ends_with(path))
                return file;
            if (!series.empty() && ("/" + file).find("/" + series + "/") != file.npos)
                ofSeries.push_back(file);
        }
        return ofSeries.size() == 1 ? ofSeries.front() : there.size() == 1 ? there.front() : path;
    }

    void takeFinding(CheckedRow& row, std::uint32_t image, RowOf of)
    {
        SetFinding finding;
        finding.study = m_rows.images[image].study;
        finding.image = image;
        finding.side = m_rows.images[image].side;
        finding.row = of;
        finding.content = row.content();
        finding.number = static_cast<int>(row.number(Number, 0, 1e6).value_or(0));
        const auto label = [&](const char* task, std::size_t column, std::string value) {
            if (row.has(column))
                m_rows.tasks.insert(task);
            if (!value.empty())
                finding.labels.push_back({task, std::move(value)});
        };
        label("density", Density, row.word(Density, "density", m_rows.words));
        label("birads", Assessment, row.word(Assessment, "birads", m_rows.words));
        const std::string pathology = row.word(Pathology, "pathology", m_rows.words);
        label("pathology", Pathology, pathology);
        if (const std::string_view found = row.key(Pathology); !found.empty())
            label("recalled", Pathology, found.find("WITHOUT_CALLBACK") == found.npos ? "1" : "0");
        label("subtlety", Subtlety, row.code(Subtlety, "0 1 2 3 4 5"));
        label("mass shape", Shape, std::string(row.cell(Shape)));
        label("mass margin", Margins, std::string(row.cell(Margins)));
        label("calcification", CalcType, std::string(row.cell(CalcType)));
        label("distribution", Distribution, std::string(row.cell(Distribution)));
        m_rows.tasks.insert("kinds");
        finding.kinds = kindsOf(row);
        takeMask(row, finding);
        if (pathology == "malignant")
            m_malignant.insert(image);
        ++m_findings;
        m_rows.findings.push_back(std::move(finding));
    }

    std::string kindsOf(CheckedRow& row) const
    {
        std::vector<std::string> kinds;
        const auto add = [&](const std::string& kind) {
            if (!kind.empty() && std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
                kinds.push_back(kind);
        };
        if (row.has(Type))
            add(row.word(Type, "finding", m_rows.words));
        else // of an older edition: by the columns that its tables have
            add(row.has(CalcType) ? "calcification" : row.has(Shape) ? "mass" : "");
        const std::string shape(row.cell(Shape));
        for (std::size_t at = 0; at < shape.size();) {
            const std::size_t end = std::min(shape.find('-', at), shape.size());
            if (const auto kind = m_rows.words.meaning("finding", shape.substr(at, end - at)))
                add(*kind);
            at = end + 1;
        }
        std::string out;
        for (const std::string& kind : kinds)
            out += (out.empty() ? "" : ",") + kind;
        return out;
    }

    // Mask and crop change places: all files of their folder may be the mask.
    void takeMask(CheckedRow& row, SetFinding& finding)
    {
        for (const std::size_t column : {CropPath, MaskPath})
            if (row.has(column) && row.cell(column).empty())
                row.warn("no_file", column);
        m_masks += !row.cell(MaskPath).empty();
        const std::string mask = slashed(std::string(row.cell(MaskPath))),
                          crop = slashed(std::string(row.cell(CropPath)));
        std::set<std::string> files;
        for (const std::string& path : {mask, crop})
            if (!path.empty() && path.find('/') != path.npos)
                files.insert(m_disk.below(firstPart(path)).begin(), m_disk.below(firstPart(path)).end());
        if (files.empty())
            for (const std::string& path : {mask, crop})
                if (!path.empty())
                    files.insert(path);
        finding.masks = {files.begin(), files.end()};
    }

    void derive()
    {
        SetReport& report = m_rows.report;
        report.images = m_rows.images.size();
        report.studies = report.patients = m_rows.studies.size();
        report.derived["abnormalities"] = m_findings;
        report.derived["roi_masks_named"] = m_masks;
        report.derived["images_malignant"] = m_malignant.size();
        for (const auto& [patient, parts] : m_parts)
            if (parts.size() > 1)
                report.problems.push_back({"split_conflict", patient, "in a train and in a test table"});
        m_rows.sortProblems();
    }

    SetRows m_rows;
    DiskFiles m_disk;
    std::string m_table;                                            // its name
    std::unordered_map<std::string, std::uint32_t> m_abnormalities; // rows
    std::unordered_map<std::string, std::uint32_t> m_images;        // by path in the tables
    std::map<std::string, std::set<std::string>> m_parts;           // by patient
    std::set<std::uint32_t> m_malignant;
    std::set<std::string> m_paths;
    std::size_t m_findings = 0, m_masks = 0;
};

} // namespace

SetRows readCbisSet(const fs::path& root, const Vocabulary& edited) { return CbisReader(root, edited).read(); }

const std::span<const VocabularyWord> set_words::cbis = words;

} // namespace mama
