#include "core/tables/importers/known_sets.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/folded_text.h"
#include "core/tables/table_file.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <vector>

namespace fs = std::filesystem;

namespace mama {
namespace {

struct KnownSet
{
    const char* reader; // of data_sets.h
    const char* title;
    std::vector<const char*> columns; // of one of its tables; no other table has all of them
    bool weak = false;                // others may have such a table
};

const std::vector<KnownSet>& knownSets()
{
    static const std::vector<KnownSet> sets = {
        {"rsna", "RSNA-Mammo", {"site_id", "patient_id", "image_id", "laterality", "view", "machine_id"}},
        {"rsna", "RSNA-Mammo", {"patient_id", "image_id", "laterality", "view", "cancer"}},
        {"vindr",
         "VinDr-Mammo",
         {"study_id", "image_id", "laterality", "view_position", "breast_birads", "breast_density"}},
        {"vindr", "VinDr-Mammo", {"image_id", "finding_categories", "finding_birads", "xmin"}},
        {"cbis", "CBIS-DDSM", {"patient_id", "abnormality id", "abnormality type", "pathology", "image file path"}},
        {"cbis", "CBIS-DDSM", {"patient_id", "side", "view", "abn_num", "pathology"}}, // an older edition
        {"cmmd", "CMMD", {"ID1", "LeftRight", "classification"}},
        {"cmmd",
         "CMMD",
         {"Series UID", "Collection", "Subject ID", "Study UID", "File Location", "SOP Class UID"},
         true},
        {"inbreast", "INbreast", {"Laterality", "View", "File Name", "ACR", "Bi-Rads"}},
        {"csaw", "CSAW-CC", {"anon_patientid", "exam_year", "x_case", "imagelaterality", "anon_filename"}}};
    return sets;
}

// EMBED's, which training reads as they are.
const std::vector<KnownSet>& embedTables()
{
    static const std::vector<KnownSet> tables = {{"embed", "EMBED", {"asses", "acc_anon"}},
                                                 {"embed", "EMBED", {"ImageLateralityFinal", "acc_anon"}}};
    return tables;
}

const KnownSet* tableIn(const std::vector<KnownSet>& sets, std::span<const std::string> heading)
{
    const auto found = std::find_if(sets.begin(), sets.end(), [&](const KnownSet& set) {
        return std::all_of(set.columns.begin(), set.columns.end(),
                           [&](const char* column) { return findColumn(heading, column).has_value(); });
    });
    return found == sets.end() ? nullptr : &*found;
}

bool endsWith(const fs::path& file, const char* wanted) { return asciiFolded(file.extension().string()) == wanted; }

// Empty: it cannot be read as a table.
std::vector<std::string> headingOf(const fs::path& file)
{
    try {
        return readTableHeading(file);
    } catch (const Error&) {
        return {};
    }
}

std::string setOf(const fs::path& file)
{
    if (endsWith(file, ".txt"))
        return isMiasList(file) ? "mini-MIAS" : "";
    return knownSet(headingOf(file));
}

} // namespace

std::string knownSet(std::span<const std::string> heading)
{
    const KnownSet* set = tableIn(knownSets(), heading);
    return set == nullptr ? "" : set->title;
}

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

std::vector<fs::path> tablesAndLists(const fs::path& folder)
{
    std::vector<fs::path> tables;
    for (const fs::path& place : {folder, folder / "tables", folder / "csv"}) {
        std::error_code unreadable;
        for (const auto& entry : fs::directory_iterator(place, unreadable))
            if ((isTableName(entry.path()) || endsWith(entry.path(), ".txt")) && entry.is_regular_file(unreadable))
                tables.push_back(entry.path());
    }
    std::sort(tables.begin(), tables.end());
    return tables;
}

std::vector<std::string> setsOfFolder(const fs::path& folder)
{
    std::set<std::string> strong, weak;
    for (const fs::path& file : tablesAndLists(folder)) {
        if (endsWith(file, ".txt")) {
            if (isMiasList(file))
                strong.insert("mias");
            continue;
        }
        const std::vector<std::string> heading = headingOf(file);
        const KnownSet* set = tableIn(embedTables(), heading);
        if (set == nullptr)
            set = tableIn(knownSets(), heading);
        if (set != nullptr)
            (set->weak ? weak : strong).insert(set->reader);
    }
    const std::set<std::string>& sets = strong.empty() ? weak : strong;
    return {sets.begin(), sets.end()};
}

std::string setOfFolder(const fs::path& folder)
{
    for (const fs::path& table : tablesAndLists(folder))
        if (const std::string set = setOf(table); !set.empty())
            return set;
    return {};
}

UserText whyNotYet(const fs::path& path)
{
    std::error_code unreadable;
    const bool folder = fs::is_directory(path, unreadable);
    for (const fs::path& table : folder ? tablesAndLists(path) : std::vector<fs::path>{path})
        if (const std::string set = setOf(table); !set.empty())
            return {
                TextId(
                    "table.known_set",
                    "%1 is a table of %2: only tables with EMBED's columns are read here. Import the set into a library "
                    "(mama library import, the Library page) and hand a cohort over, which writes such tables"),
                table.filename().string(), set};
    return {};
}

} // namespace mama
