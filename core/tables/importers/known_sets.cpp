#include "core/tables/importers/known_sets.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/folded_text.h"
#include "core/tables/csv_file.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <vector>

namespace fs = std::filesystem;

namespace mama {
namespace {

struct KnownSet
{
    const char* name;
    std::vector<const char*> columns; // of one of its tables; no other table has all of them
};

const std::vector<KnownSet>& knownSets()
{
    static const std::vector<KnownSet> sets = {
        {"RSNA-Mammo", {"site_id", "patient_id", "image_id", "laterality", "view", "machine_id"}},
        {"VinDr-Mammo", {"study_id", "image_id", "laterality", "view_position", "breast_birads", "breast_density"}},
        {"CBIS-DDSM", {"patient_id", "abnormality id", "abnormality type", "pathology", "image file path"}},
        {"CBIS-DDSM", {"patient_id", "side", "view", "abn_num", "pathology"}}, // an older edition
        {"CMMD", {"ID1", "LeftRight", "abnormality", "classification", "subtype"}},
        {"CMMD", {"Series UID", "Collection", "Subject ID", "Study UID", "File Location", "SOP Class UID"}},
        {"INbreast", {"Laterality", "View", "File Name", "ACR", "Bi-Rads"}},
        {"CSAW-CC", {"anon_patientid", "exam_year", "x_case", "imagelaterality", "anon_filename"}}};
    return sets;
}

std::string setOfTable(const fs::path& file)
{
    try {
        return knownSet(readCsvHeading(file));
    } catch (const Error&) { // no table, or none that can be read
        return {};
    }
}

// mini-MIAS has no table but a list: lines of "mdb001 G CIRC B 535 425 197" below words or a heading.
bool isMiasList(const fs::path& file)
{
    try {
        std::istringstream text(readText(file));
        for (std::string line; std::getline(text, line);) {
            std::string number, tissue, kind;
            if (!(std::istringstream(line) >> number >> tissue >> kind) || number.size() != 6)
                continue;
            number = asciiFolded(number);
            if (number.starts_with("mdb") && tissue.size() == 1 &&
                std::all_of(number.begin() + 3, number.end(), [](unsigned char c) { return std::isdigit(c); }))
                return true;
        }
    } catch (const Error&) { // no text
    }
    return false;
}

bool endsWith(const fs::path& file, const char* wanted) { return asciiFolded(file.extension().string()) == wanted; }

std::string setOf(const fs::path& file)
{
    if (endsWith(file, ".txt"))
        return isMiasList(file) ? "mini-MIAS" : "";
    return setOfTable(file);
}

std::vector<fs::path> tablesIn(const fs::path& folder)
{
    std::vector<fs::path> tables;
    for (const fs::path& place : {folder, folder / "tables", folder / "csv"}) {
        std::error_code unreadable;
        for (const auto& entry : fs::directory_iterator(place, unreadable))
            if ((endsWith(entry.path(), ".csv") || endsWith(entry.path(), ".txt")) && entry.is_regular_file(unreadable))
                tables.push_back(entry.path());
    }
    std::sort(tables.begin(), tables.end());
    return tables;
}

} // namespace

std::string knownSet(std::span<const std::string> heading)
{
    for (const KnownSet& set : knownSets())
        if (std::all_of(set.columns.begin(), set.columns.end(),
                        [&](const char* column) { return findColumn(heading, column).has_value(); }))
            return set.name;
    return {};
}

UserText whyNotYet(const fs::path& path)
{
    std::error_code unreadable;
    const bool folder = fs::is_directory(path, unreadable);
    for (const fs::path& table : folder ? tablesIn(path) : std::vector<fs::path>{path})
        if (const std::string set = setOf(table); !set.empty())
            return {
                TextId(
                    "table.known_set",
                    "%1 is a table of %2, which this program cannot read as a data set yet: it reads EMBED's "
                    "tables, or a set with the same columns. Its images can be opened (mama scan, the window) and scored "
                    "against labels (mama evaluate, with a CSV of the columns path, label and patient)"),
                table.filename().string(), set};
    return {};
}

} // namespace mama
