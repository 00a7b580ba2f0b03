#include "core/weights/files/zip_archive.h"

#include "core/base/text_escape.h"
#include "core/weights/files/checked.h"
#include "core/weights/files/pages.h"

#include <algorithm>
#include <cstring>
#include <zlib.h>

// Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14-16 (end records), 4.5.3
// (zip64).
namespace mama::weights {
namespace {

constexpr std::uint32_t endSignature = 0x06054b50, end64Signature = 0x06064b50, locatorSignature = 0x07064b50;
constexpr std::uint32_t entrySignature = 0x02014b50, localSignature = 0x04034b50;
constexpr std::size_t endSize = 22, locatorSize = 20, end64Size = 56, entrySize = 46, localSize = 30;
constexpr std::uint64_t mostEntries = 1U << 20U;
constexpr std::uint64_t deflateLimit = 1032; // deflate's largest ratio
constexpr std::uint16_t saturated16 = 0xFFFF;
constexpr std::uint32_t saturated32 = 0xFFFFFFFF;

// The caller has checked that the number lies within the span.
template <class T>
T numberAt(std::span<const std::byte> bytes, std::size_t at)
{
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::string_view textAt(std::span<const std::byte> bytes, std::size_t at, std::size_t size)
{
    return {reinterpret_cast<const char*>(bytes.data()) + at, size};
}

// Whether the name stays inside the archive when taken as a path.
bool isSafe(std::string_view name)
{
    if (name.empty() || name.front() == '/' || name.find('\\') != name.npos || name.find(':') != name.npos ||
        !isUtf8(name))
        return false;
    if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
        return false;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t slash = std::min(name.find('/', at), name.size());
        const std::string_view part = name.substr(at, slash - at);
        if (part == ".." || part == ".")
            return false;
        at = slash + 1;
    }
    return true;
}

// Values that did not fit into the entry's 32 bits, in the order of the standard.
void applyZip64(std::span<const std::byte> extra, std::uint64_t& size, std::uint64_t& packed, std::uint64_t& offset)
{
    while (extra.size() >= 4) {
        const auto kind = numberAt<std::uint16_t>(extra, 0);
        const auto length = numberAt<std::uint16_t>(extra, 2);
        if (length > extra.size() - 4)
            return;
        auto body = extra.subspan(4, length);
        if (kind == 1)
            for (std::uint64_t* value : {&size, &packed, &offset})
                if (*value == saturated32 && body.size() >= 8) {
                    *value = numberAt<std::uint64_t>(body, 0);
                    body = body.subspan(8);
                }
        extra = extra.subspan(std::size_t{4} + length);
    }
}

std::shared_ptr<const std::vector<std::byte>> inflated(const ZipArchive::Entry& entry,
                                                       const std::filesystem::path& file, const std::string& name)
{
    if (entry.packed.size() > UINT32_MAX || entry.size > UINT32_MAX)
        fail(file, {TextId("weight_file.compressed_entry_larger_than_gib",
                           "the compressed entry %1 is larger than 4 GiB: store it uncompressed"),
                    inQuotes(name)});
    auto out = std::make_shared<std::vector<std::byte>>(entry.size);
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        fail(file, {TextId("weight_file.zlib_did_not_start", "zlib did not start")}, ErrorCode::Memory);
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(entry.packed.data()));
    stream.avail_in = static_cast<uInt>(entry.packed.size());
    Bytef none = 0;
    stream.next_out = out->empty() ? &none : reinterpret_cast<Bytef*>(out->data());
    stream.avail_out = static_cast<uInt>(out->size());
    const int status = inflate(&stream, Z_FINISH);
    const bool whole = status == Z_STREAM_END && stream.avail_out == 0;
    inflateEnd(&stream);
    if (!whole)
        fail(file, {TextId("weight_file.entry_does_not_unpack_bytes", "the entry %1 does not unpack to its %2 bytes"),
                    inQuotes(name), entry.size});
    return out;
}

} // namespace

ZipArchive::ZipArchive(MappedFile file) : m_file(std::move(file))
{
    readDirectory(findDirectory());
    checkOverlaps();
}

ZipArchive::Directory ZipArchive::findDirectory() const
{
    const auto bytes = m_file.bytes();
    const std::size_t longest = endSize + saturated16;
    const std::size_t lowest = bytes.size() > longest ? bytes.size() - longest : 0;
    for (std::size_t at = bytes.size() < endSize ? 0 : bytes.size() - endSize + 1; at-- > lowest;) {
        if (numberAt<std::uint32_t>(bytes, at) != endSignature ||
            at + endSize + numberAt<std::uint16_t>(bytes, at + 20) != bytes.size())
            continue;
        if (numberAt<std::uint16_t>(bytes, at + 4) != numberAt<std::uint16_t>(bytes, at + 6))
            fail(path(), {TextId("weight_file.zip_file_on_several_disks", "a zip file on several disks")});
        Directory found{numberAt<std::uint32_t>(bytes, at + 16), numberAt<std::uint32_t>(bytes, at + 12),
                        numberAt<std::uint16_t>(bytes, at + 10)};
        if (at >= locatorSize && numberAt<std::uint32_t>(bytes, at - locatorSize) == locatorSignature) {
            const auto end64 = numberAt<std::uint64_t>(bytes, at - locatorSize + 8);
            if (end64 > at || at - end64 < end64Size || numberAt<std::uint32_t>(bytes, end64) != end64Signature)
                fail(path(), {TextId("weight_file.zip64_end_record_broken", "the zip64 end record is broken")});
            found = {numberAt<std::uint64_t>(bytes, end64 + 48), numberAt<std::uint64_t>(bytes, end64 + 40),
                     numberAt<std::uint64_t>(bytes, end64 + 32)};
        }
        if (found.offset > at || found.size > at - found.offset)
            fail(path(),
                 {TextId("weight_file.zip_directory_lies_outside_file", "the zip directory lies outside the file")});
        if (found.count > mostEntries || found.count * entrySize > found.size)
            fail(path(), {TextId("weight_file.zip_directory_names_more_entries",
                                 "the zip directory names more entries than it can hold")});
        return found;
    }
    fail(path(),
         {TextId("weight_file.zip_file_has_no_directory", "the zip file has no directory at its end: it is cut off")});
}

void ZipArchive::readDirectory(const Directory& directory)
{
    auto rest = m_file.bytes().subspan(directory.offset, directory.size);
    for (std::uint64_t i = 0; i < directory.count; ++i) {
        if (rest.size() < entrySize || numberAt<std::uint32_t>(rest, 0) != entrySignature)
            fail(path(),
                 {TextId("weight_file.entry_zip_directory_broken", "entry %1 of the zip directory is broken"), i});
        const std::size_t length = entrySize + numberAt<std::uint16_t>(rest, 28) + numberAt<std::uint16_t>(rest, 30) +
                                   numberAt<std::uint16_t>(rest, 32);
        if (length > rest.size())
            fail(path(),
                 {TextId("weight_file.entry_zip_directory_cut_off", "entry %1 of the zip directory is cut off"), i});
        addEntry(rest.first(length), directory.offset);
        rest = rest.subspan(length);
    }
}

void ZipArchive::addEntry(std::span<const std::byte> record, std::uint64_t directoryOffset)
{
    const auto nameSize = numberAt<std::uint16_t>(record, 28), extraSize = numberAt<std::uint16_t>(record, 30);
    const std::string name(textAt(record, entrySize, nameSize));
    if (!isSafe(name))
        fail(path(), {TextId("weight_file.zip_entry_points_out_archive", "the zip entry %1 points out of the archive"),
                      inQuotes(name)});
    const auto flags = numberAt<std::uint16_t>(record, 8), method = numberAt<std::uint16_t>(record, 10);
    if ((flags & 1U) != 0)
        fail(path(), {TextId("weight_file.zip_entry_encrypted", "the zip entry %1 is encrypted"), inQuotes(name)});
    if (method != 0 && method != 8)
        fail(path(), {TextId("weight_file.zip_entry_uses_compression_method",
                             "the zip entry %1 uses compression method %2, not stored or deflated"),
                      inQuotes(name), method});
    std::uint64_t size = numberAt<std::uint32_t>(record, 24), packed = numberAt<std::uint32_t>(record, 20),
                  offset = numberAt<std::uint32_t>(record, 42);
    applyZip64(record.subspan(std::size_t{entrySize} + nameSize, extraSize), size, packed, offset);
    const auto bytes = m_file.bytes();
    if (offset > directoryOffset || directoryOffset - offset < localSize ||
        numberAt<std::uint32_t>(bytes, offset) != localSignature)
        fail(path(), {TextId("weight_file.zip_entry_does_not_start",
                             "the zip entry %1 does not start where the directory says"),
                      inQuotes(name)});
    const std::uint64_t localName = numberAt<std::uint16_t>(bytes, offset + 26);
    const std::uint64_t start = offset + localSize + localName + numberAt<std::uint16_t>(bytes, offset + 28);
    if (start > directoryOffset || packed > directoryOffset - start)
        fail(path(), {TextId("weight_file.zip_entry_reaches_beyond_data", "the zip entry %1 reaches beyond the data"),
                      inQuotes(name)});
    if (textAt(bytes, offset + localSize, localName) != name)
        fail(path(),
             {TextId("weight_file.zip_entry_has_another_name", "the zip entry %1 has another name in its own header"),
              inQuotes(name)});
    if (method == 0 && packed != size)
        fail(path(),
             {TextId("weight_file.stored_zip_entry_has_two", "the stored zip entry %1 has two sizes"), inQuotes(name)});
    if (!m_entries
             .emplace(name, Entry{bytes.subspan(start, packed), size, numberAt<std::uint32_t>(record, 16), method == 8})
             .second)
        fail(path(), {TextId("weight_file.zip_file_holds_twice", "the zip file holds %1 twice"), inQuotes(name)});
}

void ZipArchive::checkOverlaps() const
{
    std::vector<std::span<const std::byte>> parts;
    for (const auto& [name, entry] : m_entries)
        if (!entry.packed.empty())
            parts.push_back(entry.packed);
    std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.data() < b.data(); });
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (parts[i - 1].data() + parts[i - 1].size() > parts[i].data())
            fail(path(), {TextId("weight_file.entries_zip_file_overlap", "entries of the zip file overlap")});
}

const ZipArchive::Entry* ZipArchive::find(const std::string& name) const
{
    const auto found = m_entries.find(name);
    return found == m_entries.end() ? nullptr : &found->second;
}

TensorBytes ZipArchive::read(const std::string& name, std::uint64_t most) const
{
    const Entry* entry = find(name);
    if (!entry)
        fail(path(), {TextId("weight_file.zip_file_lacks_record", "the zip file lacks the record %1"), inQuotes(name)});
    if (entry->size > most)
        fail(path(), {TextId("weight_file.zip_entry_too_large_bytes", "the zip entry %1 is too large: %2 bytes"),
                      inQuotes(name), entry->size});
    if (entry->deflated && entry->size / deflateLimit > entry->packed.size())
        fail(path(), {TextId("weight_file.zip_entry_claims_size_bytes",
                             "the zip entry %1 claims a size that its bytes cannot unpack to"),
                      inQuotes(name)});
    TensorBytes result{entry->packed, nullptr};
    if (entry->deflated) {
        result.copy = inflated(*entry, path(), name);
        result.bytes = *result.copy;
    }
    uLong crc = ::crc32(0, nullptr, 0);
    inPieces(result.bytes, !entry->deflated, [&](std::span<const std::byte> part) {
        crc = ::crc32(crc, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
    });
    if (crc != entry->crc)
        fail(path(), {TextId("weight_file.crc_zip_entry_does_not",
                             "the CRC-32 of the zip entry %1 does not match: the file is damaged"),
                      inQuotes(name)});
    return result;
}

} // namespace mama::weights
