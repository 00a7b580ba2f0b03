#pragma once
#include "core/base/bus_guard.h"
#include "core/base/file_state.h"

#include <cstddef>
#include <exception>
#include <filesystem>
#include <memory>
#include <span>

namespace mama {

// A file's bytes, mapped read-only: nothing is copied, pages come as they are read. An empty file gives an
// empty span. Throws Error(Io) naming the file if it cannot be opened or is not a regular file.
// Another process may write to the file or cut it meanwhile: bytes() then hold something of both, or zeros; check()
// tells. Read through `checked`, or call check() before anything that was made of the bytes is believed.
class MappedFile
{
public:
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {m_data, m_size}; }
    const std::filesystem::path& path() const { return m_path; }

    const FileState& state() const { return m_state; } // when it was mapped
    FileState stateNow() const;                        // of this file, wherever its name points by now
    FileState settledState() const;                    // the same, as FileState::settled
    bool isCut() const;                                // for good: map it anew
    void check() const;                                // Error(Io) if the file was cut or changed since it was mapped

private:
    std::filesystem::path m_path;
    int m_file = -1;
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
    FileState m_state;
    std::unique_ptr<BusGuard> m_guard;
};

// What work makes of the file's bytes. If they changed meanwhile, its value or its error gives way to check()'s.
template <class Work>
auto checked(const MappedFile& file, const Work& work)
{
    try {
        auto made = work();
        file.check();
        return made;
    } catch (const std::exception&) {
        file.check();
        throw;
    }
}

} // namespace mama
