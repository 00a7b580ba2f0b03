#pragma once
#include "core/base/user_text.h"
#include "core/library/map/row_distance.h"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mama {

inline constexpr auto makeMapAction = TextId("library_map.make", "make a map");

// What a map has a point of. A study's row is the mean of those of its images that count in a search.
enum class MapLevel { Study, Image };
enum class MapMethod { Umap, Pca };

// How a map is made. The same settings of the same rows give the same bytes.
struct MapSettings
{
    MapLevel level = MapLevel::Study;
    MapMethod method = MapMethod::Umap;
    MapMetric metric = MapMetric::Cosine;
    int neighbours = 15; // itself among them
    double minDist = 0.1, spread = 1;
    int epochs = 0; // 0: 500 up to 10,000 points, else 200
    std::uint64_t seed = 42;
    std::int64_t sample = 100000; // of more points so many are laid out, the rest is placed among them

    int epochsOf(std::size_t points) const { return epochs > 0 ? epochs : points <= 10000 ? 500 : 200; }
    bool operator==(const MapSettings&) const = default;
};

const char* name(MapLevel level);
const char* name(MapMethod method);
const char* name(MapMetric metric);
MapLevel mapLevelByName(const std::string& text); // Error(Usage)
MapMethod mapMethodByName(const std::string& text);
MapMetric mapMetricByName(const std::string& text);
// Error(Usage) names a setting that is out of its range.
void check(const MapSettings& settings);

nlohmann::json toJson(const MapSettings& settings);
MapSettings mapSettingsFrom(const nlohmann::json& document); // throws nlohmann's exceptions, or Error(Usage)

} // namespace mama
