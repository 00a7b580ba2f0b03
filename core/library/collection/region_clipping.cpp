#include "core/library/collection/region_clipping.h"

#include "core/library/collection/region_geometry.h"
#include "core/library/collection/region_rows.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <string>

namespace mama {
namespace {

struct OverEdge
{
    std::int64_t id = 0;
    std::vector<float> clipped, given;
    std::string decision;
};

std::vector<OverEdge> overTheEdge(Library& library)
{
    std::vector<OverEdge> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(
            database, "SELECT annotation.id, kind, geometry, rows, cols FROM annotation JOIN image ON image.id = image"
                      " WHERE annotation.batch IS NOT NULL AND given IS NULL AND decision = '' AND frame_note = ''"
                      " AND kind IN ('box', 'contour', 'point') AND rows > 0 AND cols > 0");
        while (each.executeStep()) {
            const RegionShape region{each.getColumn(1).getString(), numbersAt(each, 2)};
            const int rows = each.getColumn(3).getInt(), columns = each.getColumn(4).getInt();
            RegionShape inside = clipped(region, rows, columns);
            if (inside.geometry != region.geometry)
                out.push_back({each.getColumn(0).getInt64(), std::move(inside.geometry), region.geometry,
                               "clipped to the image of " + std::to_string(columns) + " x " + std::to_string(rows)});
        }
    });
    return out;
}

} // namespace

std::int64_t clipRegions(Library& library)
{
    const std::vector<OverEdge> regions = overTheEdge(library);
    if (!regions.empty())
        library.note([&](SQLite::Database& database) {
            SQLite::Statement set(
                database, "UPDATE annotation SET geometry = ?, given = ?, decision = ? WHERE id = ? AND given IS NULL");
            for (const OverEdge& region : regions) {
                bindNumbers(set, 1, region.clipped);
                bindNumbers(set, 2, region.given);
                set.bind(3, region.decision);
                set.bind(4, region.id);
                set.exec();
                set.reset();
            }
        });
    return static_cast<std::int64_t>(regions.size());
}

} // namespace mama
