#pragma once
#include "core/tables/importers/set_report.h"
#include "core/tables/importers/vocabulary.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// What the tables of a data set say, in the library's levels: patients, studies, breasts, findings, images. Only rows
// that were imported are in it.
namespace mama {

struct RowOf
{
    std::uint16_t table = 0; // index in SetRows::tables
    std::uint32_t row = 0;
};

struct SetLabel
{
    const char* task; // "birads", "density", "cancer", ...: one name for one thing in all data sets
    std::string value;
};

// A region of interest in stored pixels, x before y, origin top left, pixel edges: a box x0 y0 x1 y1, a contour's
// corners x y x y ..., a circle x y radius, a point x y.
struct SetRegion
{
    const char* kind = "box"; // box, contour, circle, point
    std::vector<float> geometry;
    std::string note; // which frame of reference the table means, if that is open
};

// The note of a region whose table does not say whether its picture was mirrored.
inline constexpr const char* openFrame = "frame of the exported picture, which may be mirrored";

struct SetStudy
{
    std::string patient, key, date, kind, description, age, split;
    std::vector<SetLabel> labels;
    RowOf row;
};

struct SetImage
{
    std::uint32_t study = 0; // index
    std::string path;        // below the data set's folder
    char side = ' ';         // R, L or blank
    std::string view, type;  // 2D, cview, ...
    std::string modifiers;   // "spot"
    std::string vendor, model;
    bool released = true; // false: no file is expected
    int rows = 0, columns = 0;
    std::vector<SetLabel> labels;
    std::vector<SetRegion> regions;
    RowOf row;
};

struct SetFinding
{
    std::uint32_t study = 0;
    std::optional<std::uint32_t> image; // of a finding that lies in one image
    char side = ' ';                    // R, L, B or blank
    int number = 0;
    std::string kinds;         // "mass,calcification"; empty: none
    std::uint64_t content = 0; // a hash of the whole row
    std::vector<SetLabel> labels;
    std::optional<SetRegion> region;
    std::vector<std::string> masks; // files below the data set's folder one of which is its mask: pixels tell which
    RowOf row;
};

struct SetBreast
{
    std::uint32_t study = 0;
    char side = ' ';
    std::vector<SetLabel> labels;
    RowOf row;
};

// The task whose labels have the codes of a legend's column: "mass shape" of EMBED's "massshape"; else the column.
std::string_view taskOfColumn(std::string_view column);

struct SetMeaning // of a code, as the data set's legend says
{
    std::string column, code, meaning;
};

struct SetRows
{
    SetReport report;
    std::string importer, name, licence; // "embed"; "EMBED", "phantoms"; its terms in one line
    bool restricted = true;              // may not be passed on
    std::filesystem::path root;
    std::vector<std::string> tables; // names of files
    std::vector<SetStudy> studies;
    std::vector<SetImage> images;
    std::vector<SetFinding> findings;
    std::vector<SetBreast> breasts;
    std::vector<SetMeaning> meanings;
    Vocabulary words;                 // by which its tables were read
    std::set<std::string_view> tasks; // of labels, and "kinds", that the tables have a column for

    // A task of labels whose name is known only from the tables or a mapping; it lives as long as the rows or a copy.
    const char* task(const std::string& called) { return m_names->insert(called).first->c_str(); }
    // The index of a study; made where it is new.
    std::uint32_t study(const std::string& patient, const std::string& key, RowOf row);
    std::optional<std::uint32_t> findStudy(const std::string& key) const;
    void sortProblems();

private:
    std::unordered_map<std::string, std::uint32_t> m_studies; // by key
    std::shared_ptr<std::set<std::string>> m_names = std::make_shared<std::set<std::string>>();
};

} // namespace mama
