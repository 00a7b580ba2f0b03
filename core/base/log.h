#pragma once
#include <string_view>

// Log lines go to stderr. They hold no patient identifiers: file paths yes, header values no.
namespace mama::log {

enum class Level { Debug, Info, Warning, Error, Off };

void setLevel(Level level);
void debug(std::string_view text);
void info(std::string_view text);
void warning(std::string_view text);
void error(std::string_view text);

} // namespace mama::log
