#pragma once
#include <map>
#include <optional>
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

// "image_encoder.trunk." where every name begins so; empty: they begin differently, or it is the layers of a
// tower without the rest.
std::string sharedHolder(const std::vector<std::string>& names);

// Lightning's LitEma keeps an average as "model_ema." and the model's own name without its dots. Such names with their
// dots again, by the model's names in the same file; of two names that are one without dots, neither.
std::map<std::string, std::string> namesWithDots(const std::vector<std::string>& names);

// Names in front of a file's tensors that tell several sets of weights apart.
struct NamePrefixes
{
    std::set<std::string> used;
    std::map<std::string, std::size_t> others; // sets that are not used, with their numbers of tensors
    std::vector<std::string> rivals;           // others of which none can be preferred
    // Where an average was asked for: the set that gives what the average does not hold (buffers, what stood still).
    std::optional<std::string> completion;
    std::set<std::string> taken; // names behind the used prefixes

    // Whether a tensor is of what is used.
    bool takes(const std::string& prefix, const std::string& name) const
    {
        return used.contains(prefix) || (completion == prefix && !taken.contains(name));
    }
};

// groups: the rest of each name under its prefix. The largest set that is no average is used, and what completes it;
// or the one that is wanted. Nothing is used where there is no such set.
// An average that is wanted is completed from the model beside it.
NamePrefixes choosePrefixes(const std::map<std::string, std::set<std::string>>& groups, const std::string& wanted);

} // namespace mama::weights
