#include "core/weights/files/averaged_name.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace mama::weights {

bool soundsAveraged(std::string_view name)
{
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower.find("averag") != lower.npos || lower.find("shadow") != lower.npos)
        return true;
    std::string word;
    for (const char c : lower + ".") { // words between dots, dashes, underscores
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            word += c;
            continue;
        }
        if (word == "ema" || word == "swa" || word == "avg" || word == "polyak")
            return true;
        word.clear();
    }
    return false;
}

} // namespace mama::weights
