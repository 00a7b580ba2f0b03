#include "core/protocol/run_folder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/text_escape.h"
#include "core/protocol/run_liveness.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

std::string text(const json& value, int indent = -1)
{
    return value.dump(indent, ' ', false, json::error_handler_t::replace) + "\n";
}

// One write at the end of the file; a write that came short is taken back, so that no half line stays.
void appendText(const fs::path& path, std::string_view line)
{
    const FileDescriptor file = openRegular(path, O_WRONLY | O_APPEND | O_CREAT);
    struct stat before
    {
    };
    const bool known = ::fstat(file.number(), &before) == 0;
    const ssize_t written = ::write(file.number(), line.data(), line.size());
    const bool whole = written == static_cast<ssize_t>(line.size());
    const std::string reason = written < 0 ? std::strerror(errno) : "the disk is full";
    if (!whole && known && ::ftruncate(file.number(), before.st_size) != 0)
        errno = 0; // the reader passes over half a line
    if (!whole)
        throw Error(ErrorCode::Io, {action::write}, path.string(), reason);
}

std::string timeStamp()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::localtime_r(&now, &parts);
    char buffer[32];
    const std::size_t size = std::strftime(buffer, sizeof buffer, "%Y-%m-%d %H:%M:%S", &parts);
    return {buffer, size};
}

} // namespace

fs::path RunFolder::checkpointFolder(std::int64_t step) const
{
    return checkpointFolder() / ("step-" + std::to_string(step));
}

bool RunFolder::exists() const { return fs::exists(configFile()) && fs::exists(stateFile()); }

bool RunFolder::taken() const
{
    if (!exists())
        return false;
    try {
        const RunState now = state();
        return mayBeAlive(now) || now.step > 0 || now.status == RunStatus::Finished || !checkpoints().empty();
    } catch (const Error&) { // nobody knows what a damaged state stands for
        return true;
    }
}

void RunFolder::clear() const
{
    for (const fs::path& file : {metricsFile(), controlFile(), m_folder / "split.json"})
        if (std::error_code failed; !fs::remove(file, failed) && fs::exists(file, failed))
            throw Error(ErrorCode::Io, {action::write}, file.string(),
                        {TextId("run.cannot_clear", "what an earlier run left cannot be removed")});
}

void RunFolder::writeConfig(const json& config) const { writeAtomically(configFile(), text(config, 2)); }

void RunFolder::writeState(const RunState& state) const
{
    if (!fs::exists(m_folder)) // deleted under the run: it is not made again without its configuration
        throw Error(ErrorCode::Io, {action::write}, stateFile().string(),
                    {TextId("run.folder_gone", "the run's folder is gone")});
    writeAtomically(stateFile(), text(state.toJson(), 2));
}

void RunFolder::append(const RunRecord& record) const { appendText(metricsFile(), text(toJson(record))); }

void RunFolder::log(std::string_view line) const { appendText(logFile(), timeStamp() + " " + oneLine(line) + "\n"); }

void RunFolder::flushMetrics() const
{
    const FileDescriptor file = tryOpenRegular(metricsFile(), O_RDONLY);
    if (file.isOpen() && ::fsync(file.number()) != 0) // else nothing was appended yet
        throw Error(ErrorCode::Io, {action::write}, metricsFile().string(), std::strerror(errno));
}

void RunFolder::truncateMetrics(std::int64_t step, const std::function<void(const RunRecord&)>& kept) const
{
    if (!fs::exists(metricsFile()))
        return;
    const std::string all = readText(metricsFile());
    std::string rest;
    for (std::size_t begin = 0, end; (end = all.find('\n', begin)) != std::string::npos; begin = end + 1) {
        const std::string_view line(all.data() + begin, end + 1 - begin);
        const auto record = recordOf(json::parse(line, nullptr, false));
        if (!record || stepOf(*record) > step)
            continue;
        rest += line;
        if (kept)
            kept(*record);
    }
    if (rest != all)
        writeAtomically(metricsFile(), rest);
}

std::optional<ControlRequest> RunFolder::takeControl() const
{
    // Taken by rename, so that a request written meanwhile is neither lost nor read half.
    const fs::path taken = m_folder / ".control.taken";
    std::error_code failed;
    fs::rename(controlFile(), taken, failed);
    if (failed)
        return {};
    const json request = json::parse(readText(taken), nullptr, false);
    fs::remove(taken, failed);
    return ControlRequest::fromJson(request);
}

std::optional<ControlRequest> RunFolder::asked() const
{
    std::error_code failed;
    if (!fs::exists(controlFile(), failed) || failed)
        return {};
    try {
        return ControlRequest::fromJson(json::parse(readText(controlFile()), nullptr, false));
    } catch (const Error&) { // taken meanwhile
        return {};
    }
}

json RunFolder::config() const { return readJson(configFile()); }

RunState RunFolder::state() const { return RunState::fromJson(readJson(stateFile())); }

void RunFolder::ask(ControlRequest::Ask ask) const
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const ControlRequest request{ask, std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
    writeAtomically(controlFile(), text(request.toJson()));
}

std::vector<RunFolder::Checkpoint> RunFolder::checkpoints() const
{
    std::vector<Checkpoint> found;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(checkpointFolder(), failed)) {
        const std::string file = entry.path().filename().string();
        const bool number = file.starts_with("step-") && file.size() > 5 && file.size() < 20 &&
                            std::all_of(file.begin() + 5, file.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (number && entry.is_directory(failed))
            found.push_back({std::stoll(file.substr(5)), entry.path()});
    }
    std::sort(found.begin(), found.end(), [](const Checkpoint& a, const Checkpoint& b) { return a.step < b.step; });
    return found;
}

MetricsReader::News MetricsReader::poll(std::size_t limit)
{
    News news;
    const FileDescriptor file = tryOpenRegular(m_file, O_RDONLY);
    struct stat info
    {
    };
    if (!file.isOpen() || ::fstat(file.number(), &info) != 0)
        return news;
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if ((m_offset > 0 && m_identity != info.st_ino) || size < m_offset) {
        news.restarted = true;
        m_offset = 0;
    }
    m_identity = info.st_ino;
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size - m_offset, limit)), '\0');
    const ssize_t got = ::pread(file.number(), bytes.data(), bytes.size(), static_cast<off_t>(m_offset));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    news.more = m_offset + bytes.size() < size && bytes.find('\n') != std::string::npos;
    std::size_t begin = 0;
    for (std::size_t end; (end = bytes.find('\n', begin)) != std::string::npos; begin = end + 1) {
        if (auto record = recordOf(json::parse(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                               bytes.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false)))
            news.records.push_back(std::move(*record));
        else
            ++news.refused;
    }
    m_offset += begin;
    return news;
}

} // namespace mama
