#pragma once
#include "core/base/files.h"
#include "core/base/stopwatch.h"
#include "core/library/embeddings/embedding_set.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

namespace mama {

// Appends to a set: rows, synced to the disk, then their keys, synced too. What is left of one that was interrupted is
// cut off: nothing that was committed is ever lost or asked for again. One process a set at a time.
class EmbeddingWriter
{
public:
    // Makes the set where there is none (info: folder, identity, names, dim). Error(Io) if another process writes to
    // it; Error(Data) if what is there is of another identity.
    explicit EmbeddingWriter(const EmbeddingSetInfo& info);
    ~EmbeddingWriter();
    EmbeddingWriter(const EmbeddingWriter&) = delete;
    EmbeddingWriter& operator=(const EmbeddingWriter&) = delete;

    bool has(std::string_view hash, int frame) const; // also what waits to be committed; from any thread
    // vector [dim]. Kept until commit(), which add() calls itself as often as the disk allows without holding up the
    // work (a tenth of the time, 256 rows at most). Error(Data) for a vector of another length or with a value that is
    // not finite.
    void add(std::string_view hash, int frame, std::span<const float> vector);
    // That an image is not to be embedded unasked, a raw one or a stack: it is not looked at again.
    void passOver(std::string_view hash, int frame);
    bool isPassedOver(std::string_view hash, int frame) const;
    // What was added is on the disk on return. Error(Io), as when the disk is full: nothing of it is, it waits, and
    // what was committed before stays.
    void commit();
    std::int64_t waiting() const { return m_waiting; }
    // Takes every row of another set that this one lacks. Error(Data) if it is of another identity.
    std::int64_t join(const EmbeddingSet& other);

private:
    void append(std::string_view name, std::span<const std::uint16_t> row);
    void cutBack() const;

    EmbeddingSetInfo m_info;
    FileDescriptor m_lock, m_rows, m_keys, m_passed;
    std::unique_ptr<EmbeddingSet> m_before; // what was there
    mutable std::mutex m_mutex;
    std::unordered_set<std::string> m_added, m_passedOver;
    std::string m_newRows, m_newKeys; // waiting
    std::int64_t m_rowCount = 0, m_waiting = 0;
    Stopwatch m_sinceCommit;
    double m_commitMilliseconds = 0;
};

} // namespace mama
