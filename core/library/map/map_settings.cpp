#include "core/library/map/map_settings.h"

#include "core/base/error.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

Error refusal(const std::string& what, const UserText& why) { return {ErrorCode::Usage, {makeMapAction}, what, why}; }

std::string textOf(double value)
{
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr};
}

// Of two names the value of the one that is meant.
template <class Value>
Value oneOf(const std::string& text, Value first, Value second)
{
    if (text == name(first))
        return first;
    if (text == name(second))
        return second;
    throw refusal(text, {TextId("library_map.other_name", "%1 or %2 was expected"), std::string(name(first)),
                         std::string(name(second))});
}

} // namespace

const char* name(MapLevel level) { return level == MapLevel::Study ? "study" : "image"; }
const char* name(MapMethod method) { return method == MapMethod::Umap ? "umap" : "pca"; }
const char* name(MapMetric metric) { return metric == MapMetric::Cosine ? "cosine" : "euclidean"; }

MapLevel mapLevelByName(const std::string& text) { return oneOf(text, MapLevel::Study, MapLevel::Image); }
MapMethod mapMethodByName(const std::string& text) { return oneOf(text, MapMethod::Umap, MapMethod::Pca); }
MapMetric mapMetricByName(const std::string& text) { return oneOf(text, MapMetric::Cosine, MapMetric::Euclidean); }

void check(const MapSettings& settings)
{
    const auto within = [](const char* what, double value, double low, double high) {
        if (!(value >= low && value <= high))
            throw refusal(what, {TextId("library_map.range", "%1 to %2 was expected"), textOf(low), textOf(high)});
    };
    within("neighbours", settings.neighbours, 2, 200);
    within("spread", settings.spread, 0.01, 100);
    within("min_dist", settings.minDist, 0, settings.spread);
    within("epochs", settings.epochs, 0, 10000);
    within("sample", static_cast<double>(settings.sample), 1000, 1e6);
}

nlohmann::json toJson(const MapSettings& settings)
{
    nlohmann::json out{{"level", name(settings.level)},
                       {"method", name(settings.method)},
                       {"metric", name(settings.metric)},
                       {"seed", settings.seed},
                       {"sample", settings.sample}};
    if (settings.method == MapMethod::Umap) {
        out["neighbours"] = settings.neighbours;
        out["min_dist"] = settings.minDist;
        out["spread"] = settings.spread;
        out["epochs"] = settings.epochs;
    }
    return out;
}

MapSettings mapSettingsFrom(const nlohmann::json& document)
{
    MapSettings out;
    out.level = mapLevelByName(document.at("level"));
    out.method = mapMethodByName(document.at("method"));
    out.metric = mapMetricByName(document.at("metric"));
    out.seed = document.at("seed");
    out.sample = document.at("sample");
    if (out.method == MapMethod::Umap) {
        out.neighbours = document.at("neighbours");
        out.minDist = document.at("min_dist");
        out.spread = document.at("spread");
        out.epochs = document.at("epochs");
    }
    check(out);
    return out;
}

} // namespace mama
