#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace mama::weights {

// What a tensor of a file is to the canonical model.
struct MappedName
{
    std::string canonical; // empty: not used, `reason` says why
    int part = 0;          // place along the first dimension where several tensors are stacked
    int parts = 1;         // how many there must be; 0: this part is an optional appendix
    std::string reason;
};

MappedName used(std::string canonical);
MappedName unused(std::string reason);

bool contains(const std::string& name, std::string_view part);
void dropPrefix(std::string& name, std::string_view prefix);
// Whether it was there.
bool replaceOnce(std::string& name, std::string_view from, std::string_view to);

// The number after "prefix" and before the next dot: layerIndex("h.12.ln_1.bias", "h.") is 12.
std::optional<int> layerIndex(const std::string& name, const std::string& prefix);

} // namespace mama::weights
