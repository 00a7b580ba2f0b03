#pragma once
#include "core/image/geometry.h"
#include "core/metrics/map_metrics.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mama::cli {

// One map with what belongs to it, as found in the folders of `mama map-metrics`.
struct MapCase
{
    std::string name; // the map file's stem, with #index for one of a stack
    int rows = 0, columns = 0;
    std::vector<float> values;
    metrics::Mask mask;
    std::optional<metrics::Mask> breast;
    std::optional<Geometry> geometry; // from geometry.json: needed for masks of the image's size
};

struct MapFolders
{
    std::filesystem::path maps, masks, breasts; // breasts may be empty
};

// Files NAME.npy [rows, columns] with masks NAME.npy or NAME.png, or the stacks maps.npy and masks.npy
// [N, rows, columns]. Beside maps of `mama query --maps` geometry.json tells which files are maps, the geometry
// and the breast; there a mask may also have the image's name. Maps without a mask are listed in `missing`.
std::vector<MapCase> readMapCases(const MapFolders& folders, std::vector<std::string>& missing);

// The finding on the map's patch grid. Error(Data) if the mask fits neither the grid nor the image.
metrics::MapTarget targetOf(const MapCase& one);

} // namespace mama::cli
