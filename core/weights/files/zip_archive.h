#pragma once
#include "core/base/mapped_file.h"
#include "core/weights/files/weight_file.h"

#include <cstdint>
#include <map>
#include <string>

namespace mama::weights {

// A mapped zip file whose stored entries are handed out in place. Written here instead of taken from libzip,
// because that library does not tell where a stored entry's bytes lie. Refused: entries that overlap or lie
// outside the file, the same name twice, names that point out of the archive, encryption, several disks.
class ZipArchive
{
public:
    struct Entry
    {
        std::span<const std::byte> packed;
        std::uint64_t size = 0; // unpacked
        std::uint32_t crc = 0;
        bool deflated = false;
    };

    explicit ZipArchive(MappedFile file);

    const std::filesystem::path& path() const { return m_file.path(); }
    const MappedFile& file() const { return m_file; }
    const std::map<std::string, Entry>& entries() const { return m_entries; }
    const Entry* find(const std::string& name) const;
    // The entry's bytes with its CRC-32 checked; a view where stored. Never allocates more than `most`, nor more
    // than deflate can make of the packed bytes.
    TensorBytes read(const std::string& name, std::uint64_t most) const;

private:
    struct Directory
    {
        std::uint64_t offset = 0, size = 0, count = 0;
    };

    Directory findDirectory() const;
    void readDirectory(const Directory& directory);
    void addEntry(std::span<const std::byte> record, std::uint64_t directoryOffset);
    void checkOverlaps() const;

    MappedFile m_file;
    std::map<std::string, Entry> m_entries;
};

} // namespace mama::weights
