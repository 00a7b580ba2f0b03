#include "core/library/collection/finding_match.h"

#include <algorithm>
#include <unordered_map>

namespace mama {
namespace {

enum class By { Content, Place, SideAndNumber, Number };

struct Marks
{
    std::int64_t content, image;
    std::string side;
    int number;
};

// Empty: it cannot be told by this.
std::string keyOf(const Marks& marks, By by)
{
    const std::string number = std::to_string(marks.number);
    switch (by) {
    case By::Content: return std::to_string(marks.content);
    case By::Place: return std::to_string(marks.image) + '|' + marks.side + '|' + number;
    case By::SideAndNumber: return marks.side + '|' + number;
    default: return marks.number > 0 ? number : "";
    }
}

} // namespace

std::vector<std::ptrdiff_t> matchFindings(std::span<const KnownFinding> known, std::span<const TableFinding> rows)
{
    std::vector<std::ptrdiff_t> out(rows.size(), -1);
    std::vector<char> used(known.size());
    for (const By by : {By::Content, By::Place, By::SideAndNumber, By::Number}) {
        std::unordered_map<std::string, std::vector<std::size_t>> left; // last first
        for (std::size_t i = known.size(); i-- > 0;)
            if (!used[i])
                left[keyOf({known[i].content, known[i].image, known[i].side, known[i].number}, by)].push_back(i);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (out[i] >= 0)
                continue;
            const SetFinding& row = *rows[i].finding;
            const std::string key = keyOf({static_cast<std::int64_t>(row.content), rows[i].image,
                                           row.side == ' ' ? std::string() : std::string(1, row.side), row.number},
                                          by);
            const auto found = key.empty() ? left.end() : left.find(key);
            if (found == left.end() || found->second.empty())
                continue;
            out[i] = static_cast<std::ptrdiff_t>(found->second.back());
            used[found->second.back()] = 1;
            found->second.pop_back();
        }
    }
    return out;
}

} // namespace mama
