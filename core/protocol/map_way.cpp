#include "core/protocol/map_way.h"

#include <algorithm>

namespace mama {
namespace {

struct Way
{
    std::string name;
    UserText meaning;
};

const std::vector<Way>& ways()
{
    static const std::vector<Way> all = [] {
        std::vector<Way> out;
        const auto add = [&](const char* name, UserText meaning) { out.push_back({name, std::move(meaning)}); };
        add("cell", {TextId("map_way.cell", "each cell projected as the whole picture is, then normalised")});
        add("additive",
            {TextId("map_way.additive", "each cell's share: the mean over the cells is the image's similarity")});
        add("final", {TextId("map_way.final", "a transformer's patches as they leave its last block")});
        add("value", {TextId("map_way.value", "a transformer's patches with their own values in its last block")});
        add("head-value",
            {TextId("map_way.head_value", "each patch through the pooling head as if it were the only one")});
        add("head-value+value",
            {TextId("map_way.head_value_value", "the same, with its own values in the last block too")});
        add("standard",
            {TextId("map_way.standard", "as the model was trained: the patches as the last block leaves them")});
        add("self-1",
            {TextId("map_way.self_1", "in the last block each patch attends to itself alone; residual and MLP kept")});
        add("self-2", {TextId("map_way.self_2", "in the last two blocks each patch attends to itself alone")});
        add("value-only",
            {TextId("map_way.value_only", "each patch's own values in the last block, without residual and MLP")});
        add("value-ffn",
            {TextId("map_way.value_ffn", "each patch's own values and the MLP over them, without the residual")});
        add("neighbour", {TextId("map_way.neighbour",
                                 "patches attend to patches alike and near, without residual and MLP (NACLIP)")});
        return out;
    }();
    return all;
}

} // namespace

const std::vector<std::string>& mapWayNames()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const Way& way : ways())
            out.push_back(way.name);
        return out;
    }();
    return names;
}

const std::vector<std::string>& readOutNames()
{
    static const std::vector<std::string> names(std::ranges::find(mapWayNames(), "standard"), mapWayNames().end());
    return names;
}

UserText mapWayMeaning(const std::string& way)
{
    const auto found = std::ranges::find(ways(), way, &Way::name);
    return found == ways().end() ? UserText() : found->meaning;
}

std::string mapWayName(const std::string& way, const std::vector<std::string>& ways)
{
    const std::string& standard = readOutNames().front();
    return way.empty() && std::ranges::find(ways, standard) != ways.end() ? standard : way;
}

const std::string& keptMapWay(const std::string& kept) { return kept.empty() ? readOutNames().front() : kept; }

UserText mapWayLegend(const std::string& way, const std::string& kind)
{
    if (kind == "mama" && way == readOutNames().front())
        return {TextId("map_way.as_trained", "map way %1, as trained"), way};
    if (kind == "mama")
        return {TextId("map_way.other_than_trained", "read out otherwise than trained: map way %1 (%2)"), way,
                mapWayMeaning(way)};
    return {TextId("map_way.not_trained", "not trained for localisation: map way %1 (%2)"), way, mapWayMeaning(way)};
}

} // namespace mama
