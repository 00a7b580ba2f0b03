#include "core/training/loop/checkpoints.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

void flush(const fs::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool flushed = file >= 0 && ::fsync(file) == 0;
    const std::string reason = flushed ? "" : std::strerror(errno);
    if (file >= 0)
        ::close(file);
    if (!flushed)
        throw Error(ErrorCode::Io, "write checkpoint", path.string(), reason);
}

void flushAll(const fs::path& folder)
{
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        flush(entry.path());
    flush(folder);
}

} // namespace

Checkpoints::Checkpoints(const RunFolder& folder) : m_folder(folder), m_shared(folder.checkpointFolder() / "shared")
{
    std::error_code failed;
    fs::create_directories(folder.checkpointFolder(), failed);
    if (failed)
        throw Error(ErrorCode::Io, "make folder", folder.checkpointFolder().string(), failed.message());
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(folder.checkpointFolder()))
        if (entry.path().filename().string().starts_with(".step-"))
            left.push_back(entry.path());
    for (const fs::path& path : left)
        fs::remove_all(path, failed);
}

void Checkpoints::write(const TrainingTask& task, std::int64_t step, const nlohmann::json& state) const
{
    const fs::path final = m_folder.checkpointFolder(step);
    const fs::path temporary = m_folder.checkpointFolder() / ("." + final.filename().string() + ".tmp");
    std::error_code failed;
    try {
        m_folder.flushMetrics();
        fs::remove_all(temporary);
        fs::create_directories(temporary);
        task.save(temporary, m_shared);
        writeAtomically(temporary / "trainer.json", state.dump(2) + "\n");
        flushAll(temporary);
        fs::rename(temporary, final);
        flush(m_folder.checkpointFolder());
    } catch (const fs::filesystem_error& error) {
        fs::remove_all(temporary, failed);
        throw Error(ErrorCode::Io, "write checkpoint", final.string(), error.code().message());
    } catch (...) {
        fs::remove_all(temporary, failed);
        throw;
    }
}

std::optional<nlohmann::json> Checkpoints::restore(TrainingTask& task) const
{
    const auto all = m_folder.checkpoints();
    if (all.empty())
        return {};
    auto state = readJson(all.back().folder / "trainer.json");
    task.load(all.back().folder);
    return state;
}

void Checkpoints::prune(const std::set<std::int64_t>& keep, std::int64_t every) const
{
    const auto all = m_folder.checkpoints();
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
        const std::int64_t step = all[i].step;
        if (keep.count(step) || (every > 0 && step % every == 0))
            continue;
        // Out of sight first, so that a kill leaves no checkpoint with files missing.
        const fs::path gone = m_folder.checkpointFolder() / (".step-" + std::to_string(step) + ".old");
        std::error_code failed;
        fs::rename(all[i].folder, gone, failed);
        fs::remove_all(gone, failed);
    }
}

} // namespace mama
