#pragma once
#include "core/base/files.h"
#include "core/base/stopwatch.h"
#include "core/library/patches/patch_set.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

namespace mama {

// An image as a model has seen it: what a set takes of it.
struct SeenPatches
{
    Geometry geometry;
    std::int64_t rows = 0, columns = 0;
    std::span<const float> patches;         // [rows, columns, dim]
    std::span<const std::uint8_t> isBreast; // [rows, columns]: 1 where any of the patch lies in the breast
};

// Appends to a set of patches: rows and places, synced to the disk, then the images' records, synced too. What is left
// of one that was interrupted is cut off, up to the last record whose rows check: nothing that was committed is ever
// lost or asked for again. One process a set at a time.
class PatchWriter
{
public:
    // Makes the set where there is none (info: folder, identity, names, dim). Error(Io) if another process writes to
    // it; Error(Data) if what is there is of another identity.
    explicit PatchWriter(const EmbeddingSetInfo& info);
    ~PatchWriter();
    PatchWriter(const PatchWriter&) = delete;
    PatchWriter& operator=(const PatchWriter&) = delete;

    bool has(std::string_view hash, int frame) const; // also what waits to be committed; from any thread
    // Patches in the breast, scaled to unit length. Kept until commit(), which add() calls itself as EmbeddingWriter
    // does. Error(Data) for patches of another size or with a value that is not finite.
    void add(std::string_view hash, int frame, const SeenPatches& seen);
    // What was added is on the disk on return. Error(Io), as when the disk is full: nothing of it is, it waits, and
    // what was committed before stays.
    void commit();
    std::int64_t waiting() const { return m_waiting; }

private:
    void open();
    void cutBack() const;
    void toEnd() const;

    EmbeddingSetInfo m_info;
    FileDescriptor m_lock, m_rows, m_places, m_images;
    std::unique_ptr<PatchSet> m_before; // what was there
    std::vector<bool> m_sound;          // of those
    mutable std::mutex m_mutex;
    std::unordered_set<std::string> m_added;
    std::string m_newRows, m_newPlaces, m_newImages; // waiting
    std::int64_t m_imageCount = 0, m_patchCount = 0; // on the disk
    std::int64_t m_waiting = 0, m_waitingPatches = 0;
    Stopwatch m_sinceCommit;
    double m_commitMilliseconds = 0;
};

} // namespace mama
