#include "core/weights/families/name_changes.h"

#include <charconv>
#include <utility>

namespace mama::weights {

MappedName used(std::string canonical) { return {std::move(canonical), 0, 1, ""}; }

MappedName unused(std::string reason) { return {"", 0, 1, std::move(reason)}; }

bool contains(const std::string& name, std::string_view part) { return name.find(part) != name.npos; }

void dropPrefix(std::string& name, std::string_view prefix)
{
    if (name.starts_with(prefix))
        name.erase(0, prefix.size());
}

bool replaceOnce(std::string& name, std::string_view from, std::string_view to)
{
    const std::size_t at = name.find(from);
    if (at == name.npos)
        return false;
    name.replace(at, from.size(), to);
    return true;
}

std::optional<int> layerIndex(const std::string& name, const std::string& prefix)
{
    if (!name.starts_with(prefix))
        return {};
    int index = 0;
    const char* end = name.data() + name.size();
    const auto [stop, status] = std::from_chars(name.data() + prefix.size(), end, index);
    if (status != std::errc() || stop == end || *stop != '.' || index < 0)
        return {};
    return index;
}

} // namespace mama::weights
