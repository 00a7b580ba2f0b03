#pragma once
#include "core/base/file_state.h"
#include "core/library/collection/library_images.h"
#include "core/library/pictures/thumb_store.h"

namespace mama {

// The thumbnail of a library's image, or why there is none.
struct ImageThumb
{
    enum class State { Ready, ToMake, Missing, Refused } state = State::Missing;
    Thumb thumb{};
    std::filesystem::path path{}; // of its file; of a missing one where it is looked for
    std::string fault{};          // Refused: why
};

// Whether the file pass has read the file, and it is as it was then.
bool isAsPassed(const LibraryImage& image, const FileState& state);
// Under which name an image's thumbnail is kept: the hash of its stored pixels where it is known, with that of what in
// the header shapes the picture, so that equal ones have one; else which file of the library it is, its path below the
// data set's folder, size and time of modification, so that a changed file has a new name and a moved disk the old
// ones. With the frame and the renderer's version.
std::string thumbKey(const LibraryImage& image, const FileState& state);

// What is kept already, without reading the image: ToMake where nothing is. Quick.
ImageThumb findThumb(ThumbStore& store, const LibraryImage& image);
// The same, made and kept where there was none. A file that changes while it is read is not kept.
ImageThumb findOrMakeThumb(ThumbStore& store, const LibraryImage& image);

} // namespace mama
