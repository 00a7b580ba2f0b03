#pragma once
#include "core/image/measure/dct_hash.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/library_images.h"
#include "core/library/files/memory_share.h"
#include "core/library/pictures/image_thumbs.h"

namespace mama {

class ImageFile;
class MappedFile;

// A file that is to be read, with all images that lie in it.
struct FileToLook
{
    std::int64_t file = 0;
    std::vector<LibraryImage> images;
    bool again = false; // it was read before, and has changed
};

// What does not agree about an image. kind: "side" or "view" (tables, header and names say different things), "wall"
// (the breast touches another edge than side and PatientOrientation say), "mirrored" (it touches the edge that is the
// other one as hung, and nothing says how it is stored), "text" (burned into the picture, or the header says so).
struct ImageDoubt
{
    std::string kind, text; // text: English
};

struct ImageLook
{
    LibraryImage image; // with what is known of its file now
    Thumb thumb;
    std::vector<ImageDoubt> doubts;
};

// What one reading of a file gave.
struct FileLook
{
    std::int64_t file = 0;
    std::filesystem::path path; // of a missing one where it is looked for
    bool again = false;         // it was read before, and has changed
    FileFacts facts;            // state "read", "missing" or "refused"
    bool passed = false;        // all was read that there is: it is not read again as long as it does not change
    std::int64_t bytes = 0;
    std::string sha256;            // of the file
    std::string pixels, look;      // hashes: of the stored values of all frames; of what shapes them on screen
    std::optional<DctHash> dct;    // of the frame that is shown, cropped to the breast; empty: without contrast
    std::vector<ImageLook> images; // where the file was found
};

// Who else wants what was decoded, as for an embedding. look: what is known of the file by then: its SHA-256, its
// header.
struct DecodedFrame
{
    const FileLook& look;
    const LibraryImage& image;
    ImageFile& file;
    const StoredImage& stored;
};
using FrameUse = std::function<void(const DecodedFrame& frame)>;

struct LookTools
{
    MemoryShare& memory;
    std::stop_token stop{};
    FrameUse use{};
};

// One reading: hashes, header, thumbnails, what the pixels say of the side, burned-in text. What is wrong with the file
// is in its facts; std::bad_alloc and what `use` throws are thrown. Empty: stopped.
Cancellable<FileLook> lookAtFile(const FileToLook& file, const LookTools& tools);

void putThumbs(ThumbStore& store, const FileLook& look);
// Into the library, inside of a transaction.
void keepLooks(SQLite::Database& database, std::span<const FileLook* const> looks);

} // namespace mama
