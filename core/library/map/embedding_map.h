#pragma once
#include "core/library/map/map_points.h"

namespace mama {

// What a map says of itself.
struct MapHeader
{
    MapSettings settings;
    std::string set, modelName, modelHash; // set: name of its folder below the library's embeddings
    std::string rowsHash;                  // MapPoints::hash() when it was made
    std::size_t points = 0, laidOut = 0;   // laidOut: all, or of UMAP the sample; the rest was placed among them
    int epochs = 0;
    double trustworthiness = 0; // at 15 neighbours, among as many points as `sample` says
    std::size_t measuredOn = 0; // of so many of them, evenly chosen
};

struct EmbeddingMap
{
    MapHeader header;
    std::vector<std::int64_t> ids; // rising in the order of the library's studies
    std::vector<float> places;     // [points, 2]
};

inline constexpr std::size_t fewestMapPoints = 4;

// Error(Usage): there are too few points, or a setting is out of its range. Phases: "read", "principal axes",
// "neighbours", "graph", "lay out", "place the rest", "measure".
Cancellable<EmbeddingMap> makeMap(const MapPoints& points, const MapSettings& settings, int threads = 2,
                                  const Job& job = {});

// The same of any rows: which were laid out, and where all lie. For makeMap and its measurements.
struct LaidOutRows
{
    std::vector<float> places;         // [rows, 2]
    std::vector<std::uint32_t> chosen; // rising: laid out, not placed
    std::vector<float> rows;           // of those, [chosen, dim]
};
Cancellable<LaidOutRows> layOutRows(const RowSource& rows, const MapSettings& settings, int threads = 2,
                                    const Job& job = {});

} // namespace mama
