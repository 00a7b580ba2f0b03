#include "core/media/zip_unpacking.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/media/zip_entry.h"
#include "core/media/zip_limits.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <numeric>
#include <optional>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <zip.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr TextId cannot("unpack.no_place", "it cannot be unpacked: %1");

struct Closing
{
    void operator()(zip_t* archive) const { zip_discard(archive); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Closing>;
using EntryFile = std::unique_ptr<zip_file_t, Closing>;

[[noreturn]] void refuse(const fs::path& archive, const UserText& why, ErrorCode code = ErrorCode::Format)
{
    throw Error(code, {action::unpack}, archive.string(), why);
}

std::string systemText(int number) { return std::error_code(number, std::generic_category()).message(); }

template <class T>
T numberAt(const std::string& bytes, std::size_t at)
{
    T value{};
    if (at + sizeof value <= bytes.size())
        std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::string tail(const fs::path& file, std::uint64_t size, std::uint64_t at, std::size_t most)
{
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(most, size - std::min(size, at))), '\0');
    std::ifstream in(file, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(at));
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
    return bytes;
}

// The end record (APPNOTE 4.3.14 to 4.3.16) says how many entries there are and how long their list is: libzip takes
// memory for as many as it says.
void checkList(const fs::path& archive, std::uint64_t size)
{
    constexpr std::size_t record = 22, locator = 20, longestComment = 65535;
    const std::uint64_t from = size - std::min<std::uint64_t>(size, record + locator + longestComment);
    const std::string end = tail(archive, size, from, record + locator + longestComment);
    const std::size_t at = end.rfind("PK\x05\x06");
    if (at == std::string::npos)
        refuse(archive, {TextId("unpack.cut", "a ZIP archive that is cut: its list of files, which is its end, is "
                                              "missing; copy it again")});
    std::uint64_t entries = numberAt<std::uint16_t>(end, at + 10), bytes = numberAt<std::uint32_t>(end, at + 12);
    if (at >= locator && end.compare(at - locator, 4, "PK\x06\x07") == 0) {
        const std::string large = tail(archive, size, numberAt<std::uint64_t>(end, at - locator + 8), 56);
        if (large.starts_with("PK\x06\x06")) {
            entries = std::max(entries == 0xFFFF ? 0 : entries, numberAt<std::uint64_t>(large, 32));
            bytes = std::max(bytes == 0xFFFFFFFF ? 0 : bytes, numberAt<std::uint64_t>(large, 40));
        }
    }
    if (entries > zipLimits::entries)
        refuse(archive, {TextId("unpack.many_entries", "a ZIP archive of %1 files: at most %2 are unpacked; unpack it "
                                                       "yourself and open the folder"),
                         entries, zipLimits::entries});
    if (bytes > zipLimits::listBytes)
        refuse(archive, {TextId("unpack.long_list", "a ZIP archive whose list of files takes %1 MiB: not unpacked"),
                         bytes >> 20U});
}

Archive openArchive(const fs::path& path)
{
    int failed = 0;
    Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &failed));
    if (archive)
        return archive;
    zip_error_t error;
    zip_error_init_with_code(&error, failed);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    refuse(path, {TextId("unpack.damaged", "a ZIP archive that is damaged or cut (%1); copy it again"), why});
}

struct Listed
{
    zip_uint64_t index;
    ZipEntry entry;
    bool sizesKnown;
};

std::vector<Listed> entriesOf(zip_t* archive)
{
    std::vector<Listed> all;
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(std::max<zip_int64_t>(0, count)); ++i) {
        zip_stat_t info;
        zip_stat_init(&info);
        if (zip_stat_index(archive, i, ZIP_FL_ENC_RAW, &info) != 0)
            continue;
        Listed one{i, {}, (info.valid & ZIP_STAT_SIZE) && (info.valid & ZIP_STAT_COMP_SIZE)};
        one.entry.name = info.name ? info.name : "";
        one.entry.size = info.size;
        one.entry.packed = info.comp_size;
        one.entry.encrypted = (info.valid & ZIP_STAT_ENCRYPTION_METHOD) && info.encryption_method != ZIP_EM_NONE;
        zip_uint8_t system = 0;
        zip_uint32_t attributes = 0;
        if (zip_file_get_external_attributes(archive, i, 0, &system, &attributes) == 0) {
            one.entry.system = system;
            one.entry.attributes = attributes;
        }
        all.push_back(std::move(one));
    }
    return all;
}

// Sizes that do not go together, or with the disk.
void checkSizes(const fs::path& archive, std::uint64_t fileBytes, const std::vector<Listed>& entries,
                const fs::path& target)
{
    std::uint64_t size = 0, packed = 0;
    for (const Listed& one : entries) {
        if (one.entry.size > UINT64_MAX - size || one.entry.packed > UINT64_MAX - packed)
            refuse(archive, {TextId("unpack.impossible_sizes", "a ZIP archive with sizes that no disk holds")});
        size += whyRefused(one.entry).empty() ? one.entry.size : 0;
        packed += one.entry.packed;
    }
    if (packed > fileBytes)
        refuse(archive, {TextId("unpack.overlapping", "a ZIP archive whose files overlap, as only those do that are "
                                                      "made to fill disks: not unpacked")});
    if (size > zipLimits::growsFrom && size / zipLimits::growth > fileBytes)
        refuse(archive,
               {TextId("unpack.whole_bomb", "a ZIP archive that would grow to %1 MiB out of %2 KiB: no pictures "
                                            "pack so well; not unpacked"),
                size >> 20U, fileBytes >> 10U});
    struct statvfs disk
    {
    };
    if (::statvfs(target.c_str(), &disk) != 0)
        return;
    const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    if (size + std::min(zipLimits::leftOnDisk, size) > free)
        refuse(archive,
               {TextId("unpack.no_room", "unpacked it takes %1 MiB, and %2 MiB are free at %3: make room, or name "
                                         "another folder with MAMA_CACHE"),
                size >> 20U, free >> 20U, target.parent_path().string()},
               ErrorCode::Io);
}

class Unpacking
{
public:
    Unpacking(zip_t* archive, const fs::path& path, UnpackedZip& out, const Job& job)
        : m_archive(archive), m_path(path), m_out(out), m_job(job)
    {}

    void refuseEntry(const ZipEntry& entry, const UserText& why) { m_out.refused.emplace_back(entry.name, why); }

    void unpack(const Listed& listed)
    {
        const fs::path place = m_out.root / placeOf(listed.entry);
        std::error_code failed;
        fs::create_directories(listed.entry.isFolder() ? place : place.parent_path(), failed);
        if (failed && failed.value() == ENOSPC)
            diskFull();
        if (failed)
            return refuseEntry(listed.entry, {cannot, failed.message()});
        if (listed.entry.isFolder())
            return;
        const FileDescriptor file(
            ::open(place.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
        if (!file.isOpen() && errno == EEXIST)
            return refuseEntry(listed.entry, {TextId("unpack.twice", "its name stands twice in the archive: the first "
                                                                     "one was taken")});
        if (!file.isOpen() && errno == ENOSPC)
            diskFull();
        if (!file.isOpen())
            return refuseEntry(listed.entry, {cannot, systemText(errno)});
        if (const UserText why = copy(listed, file.number()); !why.empty()) {
            fs::remove(place, failed);
            refuseEntry(listed.entry, why);
        }
    }

private:
    [[noreturn]] void diskFull()
    {
        refuse(m_path,
               {TextId("unpack.disk_full", "the disk is full at %1: make room, or name another folder with "
                                           "MAMA_CACHE; nothing of the archive was opened"),
                m_out.folder->path().parent_path().string()},
               ErrorCode::Io);
    }

    static UserText whyNot(int code, const std::string& words)
    {
        if (code == ZIP_ER_COMPNOTSUPP)
            return {TextId("unpack.method", "packed in a way that is not read: pack it anew with \"deflate\"")};
        if (code == ZIP_ER_CRC || code == ZIP_ER_ZLIB || code == ZIP_ER_EOF || code == ZIP_ER_INCONS)
            return {TextId("unpack.damaged_entry", "damaged in the archive (%1): copy the archive again"), words};
        return {cannot, words};
    }

    // Empty: all of it is on the disk, with the checksum that the archive says.
    UserText copy(const Listed& listed, int to)
    {
        const EntryFile from(zip_fopen_index(m_archive, listed.index, 0));
        if (!from) {
            zip_error_t* error = zip_get_error(m_archive);
            return whyNot(zip_error_code_zip(error), zip_error_strerror(error));
        }
        std::uint64_t done = 0;
        for (;;) {
            if (m_job.cancelled())
                return {TextId("unpack.cancelled", "cancelled")};
            const zip_int64_t got = zip_fread(from.get(), m_buffer.data(), m_buffer.size());
            if (got < 0) {
                zip_error_t* error = zip_file_get_error(from.get());
                return whyNot(zip_error_code_zip(error), zip_error_strerror(error));
            }
            if (got == 0)
                break;
            done += static_cast<std::uint64_t>(got);
            if (done > listed.entry.size)
                return {TextId("unpack.larger", "it is larger than the archive says: not unpacked")};
            write(to, static_cast<std::size_t>(got));
        }
        return done == listed.entry.size
                   ? UserText()
                   : UserText{TextId("unpack.shorter", "it ends after %1 of %2 bytes: copy the archive again"), done,
                              listed.entry.size};
    }

    void write(int to, std::size_t count)
    {
        for (std::size_t at = 0; at < count;) {
            const ssize_t written = ::write(to, m_buffer.data() + at, count - at);
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0 && (errno == ENOSPC || errno == EDQUOT))
                diskFull();
            if (written < 0)
                refuse(m_path, systemText(errno), ErrorCode::Io);
            at += static_cast<std::size_t>(written);
        }
    }

    zip_t* m_archive;
    const fs::path& m_path;
    UnpackedZip& m_out;
    const Job& m_job;
    std::array<char, 1U << 16U> m_buffer{};
};

} // namespace

bool isZip(const fs::path& file)
{
    char head[4] = {};
    std::ifstream in(file, std::ios::binary);
    in.read(head, sizeof head);
    return in.gcount() == sizeof head &&
           (std::memcmp(head, "PK\x03\x04", 4) == 0 || std::memcmp(head, "PK\x05\x06", 4) == 0);
}

Cancellable<UnpackedZip> unpackZip(const fs::path& archive, const Job& job)
{
    std::error_code failed;
    const std::uint64_t bytes = fs::file_size(archive, failed);
    if (failed)
        refuse(archive, failed.message(), ErrorCode::Io);
    checkList(archive, bytes);
    const Archive opened = openArchive(archive);
    const std::vector<Listed> entries = entriesOf(opened.get());
    if (entries.empty())
        refuse(archive, {TextId("unpack.empty", "a ZIP archive without any file")}, ErrorCode::Data);
    UnpackedZip out;
    out.folder = std::make_shared<const PrivateFolder>();
    out.root = out.folder->path() / archive.filename();
    checkSizes(archive, bytes, entries, out.folder->path());
    fs::create_directories(out.root, failed);
    if (failed)
        refuse(out.root, failed.message(), ErrorCode::Io);
    const auto work = std::make_unique<Unpacking>(opened.get(), archive, out, job);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (job.cancelled())
            return {};
        job.report(i, entries.size(), "unpacking");
        if (const UserText why = whyRefused(entries[i].entry); !why.empty())
            work->refuseEntry(entries[i].entry, why);
        else if (!entries[i].sizesKnown)
            work->refuseEntry(entries[i].entry, {TextId("unpack.no_size", "the archive does not say how large it is")});
        else
            work->unpack(entries[i]);
    }
    return job.cancelled() ? Cancellable<UnpackedZip>() : Cancellable<UnpackedZip>(std::move(out));
}

} // namespace mama
