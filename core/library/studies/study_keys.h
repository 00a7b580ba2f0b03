#pragma once
#include "core/library/studies/study_columns.h"

#include <span>

namespace mama {

std::vector<std::int64_t> allStudies(Library& library);
// By their data sets' keys, in their order; "EMBED/123" names the data set too. Error(Usage) names one that is not
// there, or that two data sets have.
std::vector<std::int64_t> studiesNamed(Library& library, std::span<const std::string> keys);
// Keys of a text file, one a line; "-" is standard input. Blank lines count for nothing.
std::vector<std::string> keysInFile(const std::filesystem::path& file);

// Writes such a file: data set and key of each of these studies (by their places), a line each. Error(Io); Error(Data)
// for a key with a line break.
void writeKeys(const StudyColumns& columns, std::span<const std::uint32_t> studies, const std::filesystem::path& file);

} // namespace mama
