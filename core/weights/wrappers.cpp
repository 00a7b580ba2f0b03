#include "core/weights/wrappers.h"

#include "core/weights/files/averaged_name.h"

#include <algorithm>
#include <array>

namespace mama::weights {
namespace {

constexpr std::array<std::string_view, 7> wrappers{
    "_orig_mod",   "module",          "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
    "_fpw_module", "_forward_module", "_ddp_module"};
constexpr std::array<std::string_view, 13> holders{"model",     "net",       "network",   "student",        "teacher",
                                                   "ema",       "ema_model", "model_ema", "averaged_model", "avg_model",
                                                   "swa_model", "shadow",    "ema_net"};

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& words, std::string_view word)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool disjoint(const std::set<std::string>& a, const std::set<std::string>& b)
{
    return std::none_of(b.begin(), b.end(), [&](const std::string& name) { return a.contains(name); });
}

} // namespace

std::string withoutWrappers(const std::string& name)
{
    std::string out;
    for (std::size_t at = 0; at < name.size();) {
        const std::size_t dot = std::min(name.find('.', at), name.size());
        const std::string_view segment = std::string_view(name).substr(at, dot - at);
        const bool last = dot == name.size();
        if (last || !isOneOf(wrappers, segment))
            out.append(segment).append(last ? "" : ".");
        at = dot + 1;
    }
    return out;
}

std::size_t holderLength(std::string_view name)
{
    std::size_t length = 0;
    for (std::size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', length)) {
        if (!isOneOf(holders, name.substr(length, dot - length)))
            break;
        length = dot + 1;
    }
    return length;
}

std::string withoutHolders(const std::string& name) { return name.substr(holderLength(name)); }

NamePrefixes choosePrefixes(const std::map<std::string, std::set<std::string>>& groups, const std::string& wanted)
{
    NamePrefixes out;
    std::vector<const std::pair<const std::string, std::set<std::string>>*> order;
    for (const auto& group : groups)
        order.push_back(&group);
    const std::string asked = wanted.empty() ? wanted : withoutWrappers(wanted + (wanted.ends_with('.') ? "" : "."));
    std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
        const auto rank = [&](const auto* group) {
            return std::pair{soundsAveraged(group->first) ? 1 : 0, -static_cast<long>(group->second.size())};
        };
        return rank(a) < rank(b);
    });
    std::set<std::string> taken;
    for (const auto* group : order) {
        const auto& [prefix, names] = *group;
        const bool first = out.used.empty();
        const bool average = soundsAveraged(prefix) && !first && !soundsAveraged(*out.used.begin());
        const bool fits = asked.empty() ? first || (!average && disjoint(taken, names)) : prefix == asked;
        if (fits) {
            out.used.insert(prefix);
            taken.insert(names.begin(), names.end());
        } else {
            out.others[prefix] = names.size();
            if (asked.empty() && !average)
                out.rivals.push_back(prefix);
        }
    }
    return out;
}

} // namespace mama::weights
