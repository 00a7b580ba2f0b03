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

UserText mapWayMeaning(const std::string& way)
{
    const auto found = std::ranges::find(ways(), way, &Way::name);
    return found == ways().end() ? UserText() : found->meaning;
}

} // namespace mama
