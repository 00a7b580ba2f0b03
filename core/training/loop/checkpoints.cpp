#include "core/training/loop/checkpoints.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/training/settings/training_actions.h"

#include <cerrno>
#include <cstring>
#include <exception>
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
        throw Error(ErrorCode::Io, {action::writeCheckpoint}, path.string(), reason);
}

void flushAll(const fs::path& folder)
{
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        flush(entry.path());
    flush(folder);
}

// SHA-256 of each file but weights that are links to what the run leaves as it is: these are checked by their model.
nlohmann::json hashesOf(const fs::path& folder)
{
    nlohmann::json hashes = nlohmann::json::object();
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && (entry.hard_link_count() == 1 || entry.path().extension() != ".safetensors"))
            hashes[entry.path().filename().string()] = sha256OfFile(entry.path());
    return hashes;
}

[[noreturn]] void notAsWritten(const fs::path& file)
{
    throw Error(ErrorCode::Format, {action::readCheckpoint}, file.string(),
                {TextId("checkpoint.other_hash", "its SHA-256 is not the recorded one")});
}

// trainer.json of a checkpoint whose files are as they were written. Checkpoints of older programs record no hashes.
nlohmann::json checkedState(const fs::path& folder)
{
    nlohmann::json state = readJson(folder / "trainer.json");
    if (!state.is_object() || !state.contains("step"))
        throw Error(ErrorCode::Format, {action::readCheckpoint}, (folder / "trainer.json").string(),
                    {TextId("checkpoint.no_step", "it names no step")});
    const auto own = state.find("sha256");
    if (own == state.end() && !state.contains("files"))
        return state;
    const nlohmann::json recorded = own == state.end() ? nlohmann::json() : *own;
    state.erase("sha256");
    if (recorded != sha256(state.dump()))
        notAsWritten(folder / "trainer.json");
    for (const auto& [file, hash] : state.at("files").items())
        if (sha256OfFile(folder / file) != hash)
            notAsWritten(folder / file);
    return state;
}

} // namespace

Checkpoints::Checkpoints(const RunFolder& folder) : m_folder(folder), m_shared(folder.checkpointFolder() / "shared")
{
    std::error_code failed;
    fs::create_directories(folder.checkpointFolder(), failed);
    if (failed)
        throw Error(ErrorCode::Io, {action::write}, folder.checkpointFolder().string(),
                    {TextId("checkpoint.no_folder", "the folder cannot be made: %1"), failed.message()});
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
        nlohmann::json whole = state;
        whole["files"] = hashesOf(temporary);
        whole["sha256"] = sha256(whole.dump());
        writeAtomically(temporary / "trainer.json", whole.dump(2) + "\n");
        flushAll(temporary);
        fs::rename(temporary, final);
        flush(m_folder.checkpointFolder());
    } catch (const fs::filesystem_error& error) {
        fs::remove_all(temporary, failed);
        throw Error(ErrorCode::Io, {action::writeCheckpoint}, final.string(), error.code().message());
    } catch (...) {
        fs::remove_all(temporary, failed);
        throw;
    }
}

std::optional<nlohmann::json> Checkpoints::restore(TrainingTask& task) const
{
    auto all = m_folder.checkpoints();
    std::vector<RunFolder::Checkpoint> broken;
    std::exception_ptr first;
    for (; !all.empty(); all.pop_back())
        try {
            auto state = checkedState(all.back().folder);
            task.load(all.back().folder);
            for (const RunFolder::Checkpoint& one : broken)
                putAside(one.folder, all.back().step);
            return state;
        } catch (const Error& error) {
            m_folder.log(std::string("cannot go on from this checkpoint: ") + error.what());
            log::warning(error.what());
            broken.push_back(all.back());
            if (!first)
                first = std::current_exception();
        }
    if (first)
        std::rethrow_exception(first);
    return {};
}

// A damaged checkpoint makes room for the one that the run writes again; nothing of it is lost.
void Checkpoints::putAside(const fs::path& checkpoint, std::int64_t from) const
{
    fs::path aside = checkpoint.parent_path() / ("damaged-" + checkpoint.filename().string());
    for (int number = 2; fs::exists(aside); ++number)
        aside = checkpoint.parent_path() / ("damaged-" + checkpoint.filename().string() + "-" + std::to_string(number));
    fs::rename(checkpoint, aside);
    const std::string text = checkpoint.filename().string() + " is damaged and lies in " + aside.filename().string() +
                             " now; the run goes on from step-" + std::to_string(from);
    m_folder.log(text);
    log::warning(text);
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
