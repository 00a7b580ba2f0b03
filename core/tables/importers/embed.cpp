#include "core/tables/importers/embed.h"

#include "core/base/error.h"
#include "core/tables/cell.h"
#include "core/tables/importers/embed_tables.h"

#include <array>
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

// lesions.csv of a phantom set, by the image's SOP instance UID. Other kinds than masses and calcifications have no
// sentence of their own in a caption and are left out.
std::unordered_map<std::string, std::vector<LesionMask>> readLesions(const fs::path& root)
{
    std::unordered_map<std::string, std::vector<LesionMask>> lesions;
    const fs::path file = root / "lesions.csv";
    const auto heading = readCsvHeading(file);
    std::array<std::size_t, 3> columns{};
    constexpr std::array names = {"sop_uid", "mask", "kind"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto column = findColumn(heading, names[i]);
        if (!column)
            throw Error(ErrorCode::Format, "read table", file.string(),
                        std::string("the column \"") + names[i] + "\" is missing");
        columns[i] = *column;
    }
    const auto conspicuity = findColumn(heading, "conspicuity");
    readCsv(file, [&](const CsvRecord& record) {
        const auto cell = [&](std::size_t i) { return std::string(trimmed(record.fields[columns[i]])); };
        const std::string kind = cell(2), mask = cell(1);
        if (mask.empty() || (kind != "mass" && kind != "calcification"))
            return;
        const fs::path below = fs::exists(root / mask) ? root / mask : root / "masks" / fs::path(mask).filename();
        lesions[cell(0)].push_back({below, kind == "mass" ? LesionChannel::Mass : LesionChannel::Calcification,
                                    conspicuity ? std::string(trimmed(record.fields[*conspicuity])) : std::string()});
    });
    return lesions;
}

ImportedSet readSet(const DataSetFolders& folders)
{
    ImportedSet set = readEmbedTables(folders.tables, false);
    set.hasMasks = fs::exists(folders.root / "lesions.csv");
    if (set.hasMasks) {
        const auto lesions = readLesions(folders.root);
        for (ImageRecord& record : set.records)
            if (const auto found = lesions.find(fs::path(record.image.path).stem().string()); found != lesions.end())
                record.lesions = found->second;
    }
    if (fs::exists(folders.root / "studies.csv"))
        set.synthetic = "synthetic mammograms (phantoms)";
    return set;
}

} // namespace

const Importer& embedImporter()
{
    static const Importer importer{readSet, fileOf};
    return importer;
}

} // namespace mama
