#pragma once
#include "core/library/embeddings/embedding_key.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mama {

struct CacheStatistics
{
    std::filesystem::path folder;
    std::uint64_t entries = 0, bytes = 0, limit = 0;                                            // of the folder
    std::uint64_t hits = 0, misses = 0, writes = 0, evicted = 0, corrupt = 0, failedWrites = 0; // of this object
};

// Embeddings on disk. One file an entry, with its key and a checksum inside; it appears by rename, so that a process
// that is killed while writing leaves nothing half done; a damaged entry is discarded and computed anew. Several
// processes may share a folder. Beyond the limit the entries not used for longest go. Thread-safe.
class EmbeddingCache
{
public:
    // The folder is made when the first entry is written. limit 0: nothing is kept.
    EmbeddingCache(std::filesystem::path folder, std::uint64_t limit = defaultLimit);

    // The payload, or nothing if there is none or it is damaged. Marks the entry as just used.
    std::optional<std::vector<std::byte>> get(const std::string& digest);
    // A failure (disk full, no permission) is logged and counted, not thrown: the cache is an aid.
    void put(const std::string& digest, std::span<const std::byte> payload);
    // Drops an entry whose payload made no sense to the caller.
    void discard(const std::string& digest);
    void clear();
    CacheStatistics statistics() const;

    static constexpr std::uint64_t defaultLimit = std::uint64_t{4} << 30;

private:
    std::filesystem::path entryPath(const std::string& digest) const;
    void evict();

    std::filesystem::path m_folder;
    std::uint64_t m_limit;
    mutable std::mutex m_mutex; // counts below
    CacheStatistics m_counts;
    std::uint64_t m_writtenSinceScan = 0;
    bool m_scanned = false;
};

} // namespace mama
