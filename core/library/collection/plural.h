#pragma once
#include <cstdint>
#include <string>

namespace mama {

// "1 study", "312 studies", for the words of commands, which are kept in English.
inline std::string counted(std::int64_t number, const std::string& noun)
{
    const std::string many = noun.ends_with('y') ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s";
    return std::to_string(number) + " " + (number == 1 ? noun : many);
}

} // namespace mama
