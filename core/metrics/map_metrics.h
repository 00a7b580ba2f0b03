#pragma once
#include "core/metrics/bootstrap.h"

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mama::metrics {

// A patch's footprint on the image that the mask was drawn on, in its pixels (x right, y down), and its centre.
struct Footprint
{
    double left = 0, top = 0, right = 0, bottom = 0;
    double centreX = 0, centreY = 0;
};

// A mask on some raster, [rows, columns], non-zero inside.
struct Mask
{
    int rows = 0, columns = 0;
    std::vector<std::uint8_t> values;

    bool at(int row, int column) const
    {
        return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                      static_cast<std::size_t>(column)] != 0;
    }
};

// How a finding lies on the patch grid. Areas are in pixels of the mask. Every figure below follows from these,
// whether the mask was drawn on the grid itself or on the image.
struct MapTarget
{
    int rows = 0, columns = 0;               // patch grid
    std::vector<double> inside;              // finding's area in each patch
    std::vector<double> area;                // area in each patch that counts (all of it, or the breast only)
    std::vector<std::uint8_t> centreInside;  // whether the patch's centre lies in the finding
    std::vector<std::uint8_t> counted;       // whether the peak may lie here (0: no breast in this patch)
    double unseenInside = 0, unseenArea = 0; // outside what the model saw
    double totalInside() const;
    double totalArea() const;
};

// A mask of the grid's own size: every patch is one pixel. breast: same size, or null for everything.
// Error(Data) if sizes differ.
MapTarget targetOnGrid(const Mask& finding, const Mask* breast = nullptr);

// A mask of the image's size; footprints [rows * columns] in its pixels. A pixel belongs to the patch that holds
// its centre. Error(Data) if sizes differ.
MapTarget targetOnImage(const Mask& finding, int rows, int columns, std::span<const Footprint> footprints,
                        const Mask* breast = nullptr);

inline constexpr std::array<double, 5> mapThresholds{0.1, 0.2, 0.3, 0.4, 0.5};

// Figures of one map against one finding; NaN: undefined.
struct MapFigures
{
    double insidePixels = 0;
    double cnrSigned = 0, cnrUnsigned = 0; // population variances
    int peakRow = 0, peakColumn = 0;       // the first maximum in row order
    int ties = 0;                          // other patches as high as that
    double pointingHit = 0;                // 1 or 0: the first maximum's centre lies in the finding
    double pointingHitAnyTie = 0;          // 1 or 0: that of any maximum does
    std::array<double, 5> iouRaw{}, iouMinmax{};
    double miouRaw = 0, miouMinmax = 0;
    double otsuThreshold = 0, otsuPixels = 0, iouOtsu = 0, diceOtsu = 0; // on the min-max scaled map in 8 bit
    double iouAtThreshold = 0, diceAtThreshold = 0;                      // NaN without a threshold
    double peak = 0;                                                     // the highest value
    double oraclePointing = 0, oracleIou = 0, oracleDice = 0;            // the best any map on this grid can do
    double chance = 0;                                                   // area share of the finding
};

// map [rows, columns] as in target. threshold: the one tuned on validation, for Dice.
// NaN: a patch that the model did not see. Error(Data) if sizes differ or a value is infinite.
MapFigures mapFigures(std::span<const float> map, const MapTarget& target, std::optional<double> threshold = {});

nlohmann::json toJson(const MapFigures& figures);

// Means over a set of maps with intervals by patient.
struct MapSummary
{
    struct Entry
    {
        std::string name;
        double mean = 0;
        Interval ci95{};
        int maps = 0; // with a defined figure
    };
    std::vector<Entry> entries; // over the positives (maps whose finding is not empty)
    int positives = 0, negatives = 0;
    Entry falseActivation; // share of negatives whose peak exceeds the threshold; NaN without one
};
// patients: one key a map, or empty.
Cancellable<MapSummary> summarise(const std::vector<MapFigures>& maps, const std::vector<std::string>& patients,
                                  std::optional<double> threshold, const BootstrapOptions& options,
                                  const Job& job = {});
nlohmann::json toJson(const MapSummary& summary);

} // namespace mama::metrics
