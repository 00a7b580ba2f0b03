#include "core/tables/importers/embed.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/tables/cell.h"
#include "core/tables/importers/embed_tables.h"

#include <nlohmann/json.hpp>
#include <unordered_map>

namespace fs = std::filesystem;

namespace mama {
namespace {

// The file of a table's path: as it is, below the root, or the longest of its ends that lies below the images' folder.
fs::path fileOf(const DataSetFolders& folders, const ImageRecord& record)
{
    const fs::path given(record.image.path);
    std::error_code ignored;
    if (given.is_absolute() && fs::is_regular_file(given, ignored))
        return given;
    if (const fs::path below = folders.root / given.relative_path(); fs::is_regular_file(below, ignored))
        return below;
    fs::path rest = given.relative_path();
    while (!rest.empty()) {
        if (const fs::path below = folders.images / rest; fs::is_regular_file(below, ignored))
            return below;
        fs::path shorter;
        for (auto part = std::next(rest.begin()); part != rest.end(); ++part)
            shorter /= *part;
        rest = std::move(shorter);
    }
    return {};
}

// lesions.csv, by the image's path as in the table of images where it names it, and by the SOP instance UID that is the
// file's name. Other kinds than masses and calcifications have no sentence of their own in a caption and are left out.
class Lesions
{
public:
    explicit Lesions(const fs::path& root)
    {
        const fs::path file = root / "lesions.csv";
        const auto heading = readCsvHeading(file);
        const auto needed = [&](const char* name) {
            if (const auto column = findColumn(heading, name))
                return *column;
            throw Error(ErrorCode::Format, "read table", file.string(),
                        std::string("the column \"") + name + "\" is missing");
        };
        const std::size_t uid = needed("sop_uid"), mask = needed("mask"), kind = needed("kind");
        const auto conspicuity = findColumn(heading, "conspicuity"), path = findColumn(heading, "anon_dicom_path");
        readCsv(file, [&](const CsvRecord& record) {
            const auto cell = [&](std::size_t i) { return std::string(trimmed(record.fields[i])); };
            if (cell(mask).empty() || (cell(kind) != "mass" && cell(kind) != "calcification"))
                return;
            const fs::path below =
                fs::exists(root / cell(mask)) ? root / cell(mask) : root / "masks" / fs::path(cell(mask)).filename();
            const LesionMask made{below, cell(kind) == "mass" ? LesionChannel::Mass : LesionChannel::Calcification,
                                  conspicuity ? cell(*conspicuity) : std::string()};
            if (path && !cell(*path).empty())
                m_byPath[cell(*path)].push_back(made);
            else
                m_byName[cell(uid)].push_back(made);
        });
    }
    std::vector<LesionMask> of(const std::string& path) const
    {
        if (const auto found = m_byPath.find(path); found != m_byPath.end())
            return found->second;
        const auto found = m_byName.find(fs::path(path).stem().string());
        return found == m_byName.end() ? std::vector<LesionMask>() : found->second;
    }

private:
    std::unordered_map<std::string, std::vector<LesionMask>> m_byPath, m_byName;
};

// What a set says of itself if it is no real one.
std::string syntheticWords(const fs::path& root)
{
    if (fs::exists(root / "studies.csv"))
        return "synthetic mammograms (phantoms)";
    if (!fs::exists(root / "cohort.json"))
        return {};
    const nlohmann::json cohort = readJson(root / "cohort.json");
    const auto words = cohort.is_object() ? cohort.find("synthetic") : cohort.end();
    return words != cohort.end() && words->is_string() ? words->get<std::string>() : std::string();
}

ImportedSet readSet(const DataSetFolders& folders)
{
    ImportedSet set = readEmbedTables(folders.tables, false, {}, folders.label);
    set.hasMasks = fs::exists(folders.root / "lesions.csv");
    if (set.hasMasks) {
        const Lesions lesions(folders.root);
        for (ImageRecord& record : set.records)
            record.lesions = lesions.of(std::string(trimmed(record.image.path)));
    }
    set.synthetic = syntheticWords(folders.root);
    return set;
}

} // namespace

const Importer& embedImporter()
{
    static const Importer importer{readSet, fileOf};
    return importer;
}

} // namespace mama
