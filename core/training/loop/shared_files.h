#pragma once
#include <filesystem>
#include <functional>
#include <string>

namespace mama {

// Files that are the same in every checkpoint of a run (frozen weights, the tokenizer), written once into a folder of
// their own. A checkpoint has them as hard links: its folder is complete, also when it is copied elsewhere, and
// removing one takes nothing from another. Where the file system has no hard links it has copies. The folder itself
// only saves room: what is missing or foreign in it is written anew, and no checkpoint is read through it.
class SharedFiles
{
public:
    // Removes what a kill left half written; makes nothing yet.
    explicit SharedFiles(std::filesystem::path folder);

    std::filesystem::path file(const std::string& name) const { return m_folder / name; }

    // Makes the file with `write`, which appears by rename and on disk (writeAtomically), unless it is there and `same`
    // says that it holds what is wanted. One that holds something else is replaced by rename: the checkpoints that have
    // it keep it. Error(Io) names the file.
    void provide(const std::string& name, const std::function<bool(const std::filesystem::path&)>& same,
                 const std::function<void(const std::filesystem::path&)>& write) const;

    // Into a folder that has no such file yet; what links cannot do is copied, not yet flushed to disk. Error(Io) names
    // the file.
    void place(const std::string& name, const std::filesystem::path& folder) const;

private:
    std::filesystem::path m_folder;
};

} // namespace mama
