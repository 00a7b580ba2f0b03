#pragma once
#include "core/image/profile.h"
#include "core/metrics/map_metrics.h"
#include "core/training/data/training_index.h"

namespace mama {

// Where the lesions of one kind lie under an image's patches. Only patches with breast under them count, for peaks, the
// oracle and chance alike.
struct LesionTarget
{
    bool present = false;
    std::string conspicuity;           // of the plainest of them; empty: not said, or none
    metrics::MapTarget patches;        // areas in stored pixels
    std::vector<std::uint8_t> near;    // [patches] centre within nearMm of a lesion; empty without a spacing
    bool reachable = false;            // some patch in the breast has its centre in a lesion
    double chance = 0, chanceNear = 0; // shares of the breast's patches that would be a hit

    static constexpr double nearMm = 15;
};

// spacing: of a stored pixel, in the breast. Error(Io) or Error(Format) naming a mask that cannot be read, Error(Data)
// for one of another size than the image.
LesionTarget lesionTarget(const TrainingImage& image, LesionChannel kind, const PreparedImage& prepared,
                          const std::optional<Spacing>& spacing);

// Every patch in stored pixels, row by row on the grid.
std::vector<metrics::Footprint> footprints(const Geometry& geometry);

// What one map says against it; NaN where it has no meaning (all but the peak, without a lesion).
struct MapAim
{
    double peak = 0;          // the highest patch in the breast
    double hit = 0, near = 0; // 1 or 0: that patch's centre lies in a lesion, or within nearMm of one
    double cnr = 0;           // signed
    double miou = 0;          // of the map scaled to 0..1 over the breast, mean over the thresholds 0.1 to 0.5
    std::optional<std::size_t> patch{}; // the highest one, row by row on the grid; empty: no patch has breast under it
};
// map: row by row on the patch grid.
MapAim aimOf(std::span<const float> map, const LesionTarget& target);

} // namespace mama
