#include "core/protocol/log_search.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/folded_text.h"
#include "core/base/path_text.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mama {
namespace {

constexpr std::size_t block = 4 << 20, lineBytes = 2000, contextBytes = 256 * 1024;

// A file that is open for reading.
class Reader
{
public:
    explicit Reader(const std::filesystem::path& path)
        : m_path(path), m_file(::open(path.c_str(), O_RDONLY | O_CLOEXEC))
    {
        if (m_file < 0)
            throw Error(ErrorCode::Io, {action::open}, pathText(path), std::strerror(errno));
    }
    ~Reader() { ::close(m_file); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    std::uint64_t size() const
    {
        struct stat info
        {
        };
        if (::fstat(m_file, &info) != 0)
            throw Error(ErrorCode::Io, {action::open}, pathText(m_path), std::strerror(errno));
        return static_cast<std::uint64_t>(info.st_size);
    }
    std::size_t read(char* into, std::size_t wanted, std::uint64_t offset) const
    {
        const ssize_t got = ::pread(m_file, into, wanted, static_cast<off_t>(offset));
        if (got < 0)
            throw Error(ErrorCode::Io, {action::open}, pathText(m_path), std::strerror(errno));
        return static_cast<std::size_t>(got);
    }

private:
    std::filesystem::path m_path;
    int m_file;
};

std::string cut(std::string_view line)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line.size() > lineBytes ? std::string(line.substr(0, lineBytes)) + "…" : std::string(line);
}

} // namespace

LogSearch::LogSearch(std::filesystem::path file, std::string_view words)
    : m_file(std::move(file)), m_words(folded(words))
{
    m_words.erase(std::remove(m_words.begin(), m_words.end(), '\n'), m_words.end());
}

// Line ends between two places of the block that begins at `base` of the file.
void LogSearch::countTo(const char* from, const char* to, std::uint64_t base)
{
    const char* const begin = from;
    while (const void* end = std::memchr(from, '\n', static_cast<std::size_t>(to - from))) {
        from = static_cast<const char*>(end) + 1;
        ++m_line;
        m_lineStart = base + static_cast<std::uint64_t>(from - begin);
        m_lineHit = false;
    }
}

// Takes places of the block from which on the words would fit into it; the rest comes again with the next block.
void LogSearch::take(char* text, std::size_t size)
{
    fold(text, size);
    const std::size_t taken = size - (m_words.size() - 1);
    std::size_t counted = 0;
    for (std::size_t from = 0; from < taken;) {
        const void* hit = ::memmem(text + from, size - from, m_words.data(), m_words.size());
        if (!hit)
            break;
        const auto at = static_cast<std::size_t>(static_cast<const char*>(hit) - text);
        countTo(text + counted, text + at, m_offset + counted);
        counted = at;
        if (!m_lineHit) {
            ++m_found;
            if (m_hits.size() < mostHits)
                m_hits.push_back({m_lineStart, m_line + 1});
            m_lineHit = true;
        }
        const void* end = std::memchr(text + at, '\n', size - at);
        if (!end)
            break;
        from = static_cast<std::size_t>(static_cast<const char*>(end) - text) + 1;
    }
    countTo(text + counted, text + taken, m_offset + counted);
    m_offset += taken;
}

bool LogSearch::search(const Job& job)
{
    const Reader file(m_file);
    m_size = file.size();
    if (m_size < m_offset) // another file by now
        *this = LogSearch(m_file, m_words), m_size = file.size();
    if (m_words.empty())
        return true;
    std::string text(block, '\0');
    for (;;) {
        if (job.cancelled())
            return false;
        const std::size_t got = file.read(text.data(), block, m_offset);
        if (got < m_words.size()) {
            m_rest = got;
            m_ahead = static_cast<std::uint64_t>(std::count(text.data(), text.data() + got, '\n'));
            return true;
        }
        take(text.data(), got);
        m_rest = m_words.size() - 1;
        m_ahead = static_cast<std::uint64_t>(std::count(text.data() + got - m_rest, text.data() + got, '\n'));
        m_size = std::max(m_size, m_offset + m_rest);
        job.report(m_offset + m_rest, m_size, "search");
        if (got < block)
            return true;
    }
}

std::vector<LogLine> linesAround(const std::filesystem::path& path, const LogSearch::Hit& hit, int before, int after)
{
    const Reader file(path);
    const std::uint64_t begin = hit.offset > contextBytes ? hit.offset - contextBytes : 0;
    std::string text(static_cast<std::size_t>(hit.offset - begin) + contextBytes, '\0');
    text.resize(file.read(text.data(), text.size(), begin));
    const std::size_t at = std::min(static_cast<std::size_t>(hit.offset - begin), text.size());
    std::vector<LogLine> lines;
    std::size_t start = at;
    std::uint64_t number = hit.line;
    for (int i = 0; i < before && start > 0; ++i) {
        const std::size_t previous = start < 2 ? std::string::npos : text.rfind('\n', start - 2);
        if (previous == std::string::npos && begin > 0)
            break; // it began further ahead than was read
        start = previous == std::string::npos ? 0 : previous + 1;
        --number;
    }
    for (int wanted = static_cast<int>(hit.line - number) + after; wanted >= 0 && start < text.size(); --wanted) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        lines.push_back({number++, cut(std::string_view(text).substr(start, end - start))});
        start = end + 1;
    }
    return lines;
}

} // namespace mama
