#include "core/weights/wrappers.h"

#include "core/weights/files/averaged_name.h"

#include <algorithm>
#include <array>

namespace mama::weights {
namespace {

constexpr std::array<std::string_view, 7> wrappers{
    "_orig_mod",   "module",          "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
    "_fpw_module", "_forward_module", "_ddp_module"};
constexpr std::array<std::string_view, 17> holders{
    "model",        "net",        "network",   "student",   "teacher", "online_model", "online_net",
    "target_model", "target_net", "ema_model", "model_ema", "ema_net", "ema",          "averaged_model",
    "avg_model",    "swa_model",  "shadow"};

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& words, std::string_view word)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string withoutDots(std::string name)
{
    std::erase(name, '.');
    return name;
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

std::map<std::string, std::string> namesWithDots(const std::vector<std::string>& names)
{
    std::map<std::string, std::string> byLetters, out;
    for (const std::string& name : names)
        for (std::size_t at = 0; at != name.npos;
             at = name.find('.', at) == name.npos ? name.npos : name.find('.', at) + 1) {
            const std::string own = name.substr(at);
            if (own.find('.') == own.npos)
                break;
            const auto [place, added] = byLetters.emplace(withoutDots(own), own);
            if (!added && place->second != own)
                place->second.clear();
        }
    for (const std::string& name : names) {
        const std::size_t dot = name.rfind('.');
        if (dot == name.npos || !soundsAveraged(name.substr(0, dot)))
            continue;
        if (const auto found = byLetters.find(name.substr(dot + 1)); found != byLetters.end() && !found->second.empty())
            out[name] = name.substr(0, dot + 1) + found->second;
    }
    return out;
}

std::string sharedHolder(const std::vector<std::string>& names)
{
    std::string shared = names.empty() ? std::string() : names.front().substr(0, names.front().rfind('.') + 1);
    for (const std::string& name : names)
        while (!name.starts_with(shared))
            shared.erase(shared.size() < 2 ? 0 : shared.rfind('.', shared.size() - 2) + 1);
    const bool layers = std::any_of(names.begin(), names.end(), [&](const std::string& name) { // "encoder.layer."
        return shared.size() < name.size() && name[shared.size()] >= '0' && name[shared.size()] <= '9';
    });
    return layers ? std::string() : shared;
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
    for (const auto* group : order) {
        const auto& [prefix, names] = *group;
        const bool first = out.used.empty();
        const bool average = soundsAveraged(prefix) && !first && !soundsAveraged(*out.used.begin());
        const bool fits = asked.empty() ? first || (!average && disjoint(out.taken, names)) : prefix == asked;
        if (fits) {
            out.used.insert(prefix);
            out.taken.insert(names.begin(), names.end());
        } else {
            out.others[prefix] = names.size();
            if (asked.empty() && !average)
                out.rivals.push_back(prefix);
        }
    }
    if (!asked.empty() && !out.used.empty() && soundsAveraged(asked) && !soundsAveraged(order.front()->first) &&
        !std::includes(out.taken.begin(), out.taken.end(), order.front()->second.begin(), order.front()->second.end()))
        out.completion = order.front()->first;
    return out;
}

} // namespace mama::weights
