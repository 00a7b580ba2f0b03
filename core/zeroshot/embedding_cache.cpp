#include "core/zeroshot/embedding_cache.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <ostream>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

// An entry: magic, key, payload's length (8 bytes, little endian), payload, SHA-256 of all before it (64 digits).
constexpr std::string_view magic = "MAMAEMB1";
constexpr std::size_t digits = 64, head = 8 + digits + 8;
constexpr std::string_view suffix = ".emb";
constexpr auto abandonedAfter = std::chrono::minutes(10); // a temporary file this old belongs to a dead process

std::string header(const std::string& digest, std::uint64_t length)
{
    std::string out(magic);
    out += digest;
    std::array<char, 8> bytes{};
    std::memcpy(bytes.data(), &length, 8);
    out.append(bytes.data(), 8);
    return out;
}

std::string checksum(const std::string& start, std::span<const std::byte> payload)
{
    Sha256 hash;
    hash.add(start);
    hash.add(payload);
    return hash.finish();
}

bool validDigest(const std::string& digest)
{
    return digest.size() == digits && digest.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Held while one process evicts; others go on without. Released by the system if the process is killed.
class EvictionLock
{
public:
    explicit EvictionLock(const fs::path& folder)
        : m_file(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644))
    {
        m_held = m_file >= 0 && ::flock(m_file, LOCK_EX | LOCK_NB) == 0;
    }
    ~EvictionLock()
    {
        if (m_file >= 0)
            ::close(m_file);
    }
    EvictionLock(const EvictionLock&) = delete;
    EvictionLock& operator=(const EvictionLock&) = delete;
    bool held() const { return m_held; }

private:
    int m_file;
    bool m_held = false;
};

struct Found
{
    fs::path path;
    std::uint64_t bytes;
    fs::file_time_type used;
    bool temporary;
};

// Files of the cache; whatever vanishes meanwhile is left out. Only the cache's own names are looked at.
std::vector<Found> filesIn(const fs::path& folder)
{
    std::vector<Found> out;
    std::error_code failed;
    for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, failed), end;
         !failed && entry != end; entry.increment(failed)) {
        const fs::path path = entry->path();
        const std::string file = path.filename().string();
        const bool temporary = file.rfind('.', 0) == 0 && file.find(".emb.part-") != std::string::npos;
        if (!temporary && path.extension() != suffix)
            continue;
        std::error_code gone;
        const auto bytes = entry->file_size(gone);
        const auto used = gone ? fs::file_time_type{} : entry->last_write_time(gone);
        if (!gone)
            out.push_back({path, bytes, used, temporary});
    }
    return out;
}

} // namespace

EmbeddingCache::EmbeddingCache(fs::path folder, std::uint64_t limit) : m_folder(std::move(folder)), m_limit(limit) {}

fs::path EmbeddingCache::entryPath(const std::string& digest) const
{
    if (!validDigest(digest))
        throw Error(ErrorCode::Internal, "look up embedding", digest, "not a digest");
    return m_folder / digest.substr(0, 2) / (digest + std::string(suffix));
}

std::optional<std::vector<std::byte>> EmbeddingCache::get(const std::string& digest)
{
    const fs::path path = entryPath(digest);
    std::optional<std::vector<std::byte>> payload;
    bool present = true;
    try {
        // Read, not mapped: a file cut short by another program would end the process.
        const std::string bytes = [&] {
            const FileDescriptor file = tryOpenRegular(path, O_RDONLY);
            struct stat info
            {
            };
            std::string out;
            present = file.isOpen() && ::fstat(file.number(), &info) == 0;
            if (present) {
                out.resize(static_cast<std::size_t>(info.st_size));
                std::size_t done = 0;
                for (ssize_t n = 1; done < out.size() && n > 0; done += n > 0 ? static_cast<std::size_t>(n) : 0)
                    n = ::read(file.number(), out.data() + done, out.size() - done);
                out.resize(done);
                ::futimens(file.number(), nullptr); // just used
            }
            return out;
        }();
        if (present && bytes.size() >= head + digits) {
            const std::size_t length = bytes.size() - head - digits;
            const auto body = std::as_bytes(std::span(bytes)).subspan(head, length);
            const std::string start = bytes.substr(0, head);
            if (start == header(digest, length) && checksum(start, body) == bytes.substr(head + length))
                payload.emplace(body.begin(), body.end());
        }
    } catch (const std::exception& error) {
        log::warning(std::string("embedding cache: ") + error.what());
    }
    if (present && !payload) {
        log::warning("embedding cache: damaged entry discarded: " + path.string());
        std::error_code ignored;
        fs::remove(path, ignored);
    }
    const std::lock_guard lock(m_mutex);
    ++(payload ? m_counts.hits : m_counts.misses);
    m_counts.corrupt += present && !payload;
    return payload;
}

void EmbeddingCache::put(const std::string& digest, std::span<const std::byte> payload)
{
    const std::uint64_t size = head + payload.size() + digits;
    if (size > m_limit)
        return;
    const std::string start = header(digest, payload.size());
    bool written = true;
    try {
        const std::string check = checksum(start, payload);
        writeAtomically(entryPath(digest), [&](std::ostream& out) {
            out << start;
            out.write(reinterpret_cast<const char*>(payload.data()), static_cast<std::streamsize>(payload.size()));
            out << check;
        });
    } catch (const Error& error) {
        written = false;
        log::warning(std::string("embedding cache: ") + error.what());
    }
    bool scan = false;
    {
        const std::lock_guard lock(m_mutex);
        ++(written ? m_counts.writes : m_counts.failedWrites);
        m_writtenSinceScan += written ? size : 0;
        // Other processes write too: look at the folder now and then, not at every entry.
        scan = written && (!m_scanned || m_writtenSinceScan > m_limit / 32);
        if (scan) {
            m_scanned = true;
            m_writtenSinceScan = 0;
        }
    }
    if (scan)
        evict();
}

void EmbeddingCache::evict()
{
    const EvictionLock lock(m_folder);
    if (!lock.held())
        return;
    std::vector<Found> files = filesIn(m_folder);
    const auto now = fs::file_time_type::clock::now();
    std::uint64_t total = 0, removed = 0;
    std::error_code ignored;
    for (const Found& file : files) {
        if (file.temporary && now - file.used > abandonedAfter)
            fs::remove(file.path, ignored);
        else
            total += file.bytes;
    }
    // Room for what may be written before the next look.
    const std::uint64_t wanted = m_limit - m_limit / 16;
    std::sort(files.begin(), files.end(), [](const Found& a, const Found& b) { return a.used < b.used; });
    for (const Found& file : files) {
        if (total <= wanted)
            break;
        if (file.temporary || !fs::remove(file.path, ignored))
            continue;
        total -= file.bytes;
        ++removed;
    }
    const std::lock_guard counts(m_mutex);
    m_counts.evicted += removed;
}

void EmbeddingCache::discard(const std::string& digest)
{
    std::error_code ignored;
    fs::remove(entryPath(digest), ignored);
    const std::lock_guard lock(m_mutex);
    ++m_counts.corrupt;
}

void EmbeddingCache::clear()
{
    std::error_code ignored;
    for (const Found& file : filesIn(m_folder))
        fs::remove(file.path, ignored);
}

CacheStatistics EmbeddingCache::statistics() const
{
    CacheStatistics out;
    {
        const std::lock_guard lock(m_mutex);
        out = m_counts;
    }
    out.folder = m_folder;
    out.limit = m_limit;
    for (const Found& file : filesIn(m_folder)) {
        if (file.temporary)
            continue;
        ++out.entries;
        out.bytes += file.bytes;
    }
    return out;
}

} // namespace mama
