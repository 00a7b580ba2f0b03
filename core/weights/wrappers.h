#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mama::weights {

// A tensor's name without what wrappers of a module put into it, wherever it stands: torch.compile's "_orig_mod.",
// DataParallel's "module.", those of FSDP, of checkpointed activations and of DeepSpeed.
std::string withoutWrappers(const std::string& name);

// How many characters at the beginning only say what holds the model: "model.", "net.", "ema_model.", in any order.
std::size_t holderLength(std::string_view name);
std::string withoutHolders(const std::string& name);

// Names in front of a file's tensors that tell several sets of weights apart.
struct NamePrefixes
{
    std::set<std::string> used;
    std::map<std::string, std::size_t> others; // sets that are not used, with their numbers of tensors
    std::vector<std::string> rivals;           // others of which none can be preferred
};

// groups: the rest of each name under its prefix. The largest set that is no average is used, and what completes it;
// or the one that is wanted. Nothing is used where there is no such set.
NamePrefixes choosePrefixes(const std::map<std::string, std::set<std::string>>& groups, const std::string& wanted);

} // namespace mama::weights
