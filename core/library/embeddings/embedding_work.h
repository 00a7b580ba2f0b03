#pragma once
#include "core/library/collection/header_pass.h"
#include "core/library/embeddings/embedding_set_info.h"
#include "core/library/files/file_look.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace mama {

struct ImageToEmbed
{
    std::int64_t image = 0, file = 0;
    std::filesystem::path root, below; // the data set's folder; the file in it
    std::optional<int> frame;          // of a stack, where one was chosen
    bool headerRead = true;            // else the library wants what its header says, too
    std::string sha256;                // of its file and its state then, where the file pass has read it
    KnownState known;
    // All images in its file, where nobody has read that yet: the reading for the model does for the library too.
    std::vector<LibraryImage> inFile{};
};

// What there is to do.
struct EmbeddingWork
{
    std::vector<std::int64_t> left; // images, by study
    // Of all studies asked for: that have a file; that need nothing; that could not be read before and are left alone.
    std::int64_t images = 0, done = 0, refused = 0;
};

// studies: rising ids. known: whether a file's SHA-256 and frame need nothing. refusedToo: what could not be read
// before is tried again.
EmbeddingWork embeddingWork(Library& library, std::span<const std::int64_t> studies,
                            const std::function<bool(std::string_view hash, int frame)>& known,
                            bool refusedToo = false);
std::vector<ImageToEmbed> imagesToEmbed(Library& library, std::span<const std::int64_t> images); // in their order

// What was found out about an image.
struct EmbeddedImage
{
    enum class State { Embedded, PassedOver, Missing, Refused };
    std::int64_t image = 0, file = 0;
    std::filesystem::path path; // where it was looked for; for the user who looks at the job, so it goes into no log
    std::string name;           // of the file, without folders: ids of another state of the library are told by it
    std::string hash;           // SHA-256 of the file; empty where it could not be read
    State state = State::Embedded;
    std::string reason;                       // of the other states
    std::shared_ptr<const FileFacts> facts{}; // of a header that the library had not read
    std::shared_ptr<const FileLook> look{};   // of a file that it had not read
};

// Into the library, in one transaction; how many are no images of it.
std::int64_t noteEmbedded(Library& library, std::span<const EmbeddedImage> images);
// That there is a set, for whoever has the database alone. Error(Io) where the library can only be read.
void noteSet(Library& library, const EmbeddingSetInfo& info);

} // namespace mama
