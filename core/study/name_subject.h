#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mama {

// Whom a picture's file name is about: its words without side and view, those in front of them where there are any.
// 00001_L_CC.png: 00001; RCC_p2.png: P2; L-CC.png: none.
std::vector<std::string> subjectWords(const std::filesystem::path& file);

} // namespace mama
