#pragma once
#include "core/base/files.h"
#include "core/download/source_answer.h"

#include <filesystem>
#include <map>
#include <string>

namespace mama {

// Where one model's files lie while they come: below `downloads` in the cache folder. A file has its name when it is
// whole; before that `.part` is behind it.
struct DownloadPlace
{
    explicit DownloadPlace(const std::string& model);

    std::filesystem::path folder;
    std::filesystem::path files() const { return folder / "files"; }
    std::filesystem::path file(const std::string& name) const { return files() / name; }
    std::filesystem::path part(const std::string& name) const { return files() / (name + ".part"); }
    std::filesystem::path made() const { return folder / "made"; } // the imported model, until it is whole
};

// What was found out about the files, and of which version the bytes are that are here. Kept in download.json.
class DownloadRecord
{
public:
    // Empty where there is none; one that cannot be read is taken for none.
    explicit DownloadRecord(const DownloadPlace& place);

    const SourceFacts* find(const std::string& name) const;
    void keep(const std::string& name, const SourceFacts& facts); // on disk, too; Error(Io)
    std::uint64_t total() const;                                  // bytes of all files; 0: not known

private:
    std::filesystem::path m_file;
    std::map<std::string, SourceFacts> m_facts;
};

// Bytes of a model's files that are here, whole or not.
std::uint64_t bytesHere(const DownloadPlace& place);

// Held by the one process that gets or removes a model, for as long as it lives: an advisory lock.
class DownloadLock
{
public:
    // Error(Usage) if another one holds it, and still does after the time that one needs to end.
    explicit DownloadLock(const DownloadPlace& place, std::chrono::milliseconds patience = {});
    // Whether a process is at work there.
    static bool isHeld(const DownloadPlace& place);

private:
    FileDescriptor m_file;
};

} // namespace mama
