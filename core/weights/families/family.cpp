#include "core/weights/families/family.h"

#include <algorithm>

namespace mama::weights {

const Spelling* Family::recognise(const std::vector<std::string>& names) const
{
    for (const Spelling& spelling : spellings())
        for (const std::string& name : names)
            if (std::any_of(spelling.signs.begin(), spelling.signs.end(),
                            [&](const std::string& sign) { return contains(name, sign); }))
                return &spelling;
    return nullptr;
}

std::string Family::notice(const nlohmann::json& /*tower*/) const { return {}; }

} // namespace mama::weights
