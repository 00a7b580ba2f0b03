#pragma once
#include "core/library/collection/library.h"

#include <filesystem>
#include <span>

namespace mama {

// A table of images by their ids (rising), a row each: data set, study, id, side, view, frame, SOP Instance UID and
// file, of those whose study is among `studies` (ids in any order). How many there are. Error(Io).
std::size_t writeImageList(Library& library, std::span<const std::int64_t> images,
                           std::span<const std::int64_t> studies, const std::filesystem::path& file);

} // namespace mama
