#include "core/protocol/run_names.h"

#include "core/base/path_text.h"

#include <algorithm>
#include <set>
#include <vector>

namespace fs = std::filesystem;

namespace mama {
namespace {

// The last parts of a folder's path, at most all of them.
std::string endOf(const fs::path& folder, std::size_t parts)
{
    std::vector<fs::path> all;
    for (const fs::path& part : folder.lexically_normal())
        if (!part.empty() && part != "/")
            all.push_back(part);
    fs::path end;
    for (std::size_t i = all.size() - std::min(parts, all.size()); i < all.size(); ++i)
        end /= all[i];
    return pathText(end);
}

std::size_t partsOf(const std::vector<const RunEntry*>& runs)
{
    std::size_t most = 1;
    for (const RunEntry* run : runs)
        most = std::max(most, static_cast<std::size_t>(std::distance(run->folder().begin(), run->folder().end())));
    for (std::size_t parts = 1; parts < most; ++parts) {
        std::set<std::string> ends;
        for (const RunEntry* run : runs)
            ends.insert(endOf(run->folder(), parts));
        if (ends.size() == runs.size())
            return parts;
    }
    return most;
}

} // namespace

std::map<fs::path, std::string> distinctNames(std::span<const RunEntry* const> runs)
{
    std::map<std::string, std::vector<const RunEntry*>> groups;
    for (const RunEntry* run : runs)
        groups[run->name()].push_back(run);
    std::map<fs::path, std::string> names;
    for (const auto& [name, group] : groups) {
        const std::size_t parts = group.size() > 1 ? partsOf(group) : 0;
        for (const RunEntry* run : group) {
            const std::string end = endOf(run->folder(), parts);
            names[run->folder()] = group.size() == 1 ? name : run->notes().name.empty() ? end : name + " (" + end + ")";
        }
    }
    return names;
}

} // namespace mama
