#pragma once
#include "core/base/user_text.h"

#include <filesystem>
#include <utility>
#include <vector>

namespace mama {

// What a DICOMDIR (PS3.3 F, PS3.10 8) names: the files of its records in their order, each once, and the records whose
// files are not there or cannot be meant.
struct DicomDirectory
{
    std::vector<std::filesystem::path> files;
    std::vector<std::pair<std::filesystem::path, UserText>>
        problems; // the file as it is named, and why it is not there
};

// Whether the file says to be one; false too if it cannot be read.
bool isDicomDirectory(const std::filesystem::path& file);
// Names are looked for below the directory's folder, first as they stand, then in other capitals, as discs are mounted.
// Error(Format) names the tag where the directory itself is broken; Error(Data): it names no file.
DicomDirectory readDicomDirectory(const std::filesystem::path& file);

} // namespace mama
