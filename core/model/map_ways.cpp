#include "core/model/map_ways.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/protocol/map_way.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

// Without local heads the first two have names of their own: which head reads the cells is in them.
const std::vector<std::string>& namesOf(const std::string& readOut)
{
    static const std::vector<std::string> standard{"final", "head-value"}, self{"value", "head-value+value"}, none;
    return readOut == "standard" ? standard : readOut == "self-1" ? self : none;
}

bool contains(const std::vector<std::string>& list, const std::string& one)
{
    return std::find(list.begin(), list.end(), one) != list.end();
}

void putFirst(std::vector<std::string>& ways, const std::string& way)
{
    if (const auto found = std::find(ways.begin(), ways.end(), way); found != ways.end())
        std::rotate(ways.begin(), found, found + 1);
}

} // namespace

std::vector<std::string> mapWaysOf(const nlohmann::json& description, bool localHeads, bool readsOut)
{
    const auto section = [&](const char* name) {
        return description.contains(name) && description[name].is_object() ? description[name]
                                                                           : nlohmann::json::object();
    };
    const nlohmann::json maps = section("maps");
    std::vector<std::string> ways = maps.value("ways", std::vector<std::string>());
    const auto add = [&](const std::string& way) {
        const auto& others = namesOf(way);
        const bool there = contains(ways, way) || std::any_of(others.begin(), others.end(),
                                                              [&](const auto& other) { return contains(ways, other); });
        if (!there)
            ways.push_back(way);
    };
    if (localHeads)
        ways.clear();
    putFirst(ways, maps.value("default", std::string()));
    if (readsOut && (localHeads || !ways.empty()))
        for (const std::string& way : readOutNames())
            add(way);
    const std::string chosen = section("inference").value("map_readout", std::string());
    if (!chosen.empty() && !contains(ways, chosen))
        throw Error(ErrorCode::Model, {action::loadModel}, "inference.map_readout",
                    {TextId("model.no_such_read_out", "\"%1\" is no way of drawing this model's maps"), chosen});
    putFirst(ways, chosen);
    return ways;
}

std::string ModelInfo::mapWay(const std::string& asked) const
{
    const auto named = [this](const std::string& way) {
        for (const std::string& other : namesOf(way))
            if (!contains(mapWays, way) && contains(mapWays, other))
                return other;
        return way;
    };
    const std::string& standard = readOutNames().front();
    if (mapWays.empty() && asked == standard)
        return {}; // the one way
    const std::string way = !asked.empty() ? named(asked) : mapWays.empty() ? std::string() : mapWays.front();
    if (!way.empty() && !contains(mapWays, way)) {
        std::string all;
        for (const std::string& each : mapWays)
            all += (all.empty() ? "" : ", ") + each;
        throw Error(ErrorCode::Usage, {action::encodeImage}, asked,
                    mapWays.empty()
                        ? UserText{TextId("model.has_no_map_ways", "this model's maps are drawn in one way only")}
                        : UserText{TextId("model.map_ways", "the ways of drawing this model's maps are %1"), all});
    }
    return way == standard ? std::string() : way;
}

ReadOut readOutOf(const std::string& way)
{
    for (std::size_t i = 0; i < readOutNames().size(); ++i)
        if (way == readOutNames()[i] || contains(namesOf(readOutNames()[i]), way))
            return static_cast<ReadOut>(i);
    return ReadOut::Standard;
}

} // namespace mama
