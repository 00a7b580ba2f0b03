#include "core/library/collection/stored_changes.h"

#include "core/base/error.h"
#include "core/base/hash.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <cstring>
#include <span>
#include <zlib.h>

namespace mama {
namespace {

constexpr std::uint64_t largest = 1'000'000'000; // SQLite's limit of a value

std::uint32_t crcOf(const std::string& bytes) { return crc32(std::as_bytes(std::span(bytes))); }

} // namespace

// Eight bytes of the size, then zlib's form.
void storeChanges(SQLite::Database& database, std::int64_t command, const std::string& changeSet)
{
    const std::uint64_t size = changeSet.size();
    uLongf packed = compressBound(static_cast<uLong>(size));
    std::string bytes(sizeof size + packed, '\0');
    std::memcpy(bytes.data(), &size, sizeof size);
    if (compress2(reinterpret_cast<Bytef*>(bytes.data() + sizeof size), &packed,
                  reinterpret_cast<const Bytef*>(changeSet.data()), static_cast<uLong>(size), 1) != Z_OK ||
        sizeof size + packed > largest)
        throw Error(ErrorCode::Memory, {TextId("library.keep_changes", "keep what would undo it")}, "",
                    {TextId("library.changes_too_large", "it changes too much at once: do it in parts")});
    bytes.resize(sizeof size + packed);
    SQLite::Statement keep(database, "UPDATE command SET changeset = ?, crc = ? WHERE id = ?");
    keep.bindNoCopy(1, bytes.data(), static_cast<int>(bytes.size()));
    keep.bind(2, crcOf(bytes));
    keep.bind(3, command);
    keep.exec();
}

std::string storedChanges(SQLite::Database& database, std::int64_t command)
{
    SQLite::Statement find(database, "SELECT changeset, crc FROM command WHERE id = ?");
    find.bind(1, command);
    std::string bytes, changeSet;
    std::uint64_t size = 0;
    if (find.executeStep() && !find.getColumn(0).isNull())
        bytes = find.getColumn(0).getString();
    bool whole = bytes.size() > sizeof size && crcOf(bytes) == find.getColumn(1).getUInt();
    if (whole) {
        std::memcpy(&size, bytes.data(), sizeof size);
        changeSet.resize(size);
        uLongf given = static_cast<uLongf>(size);
        whole = uncompress(reinterpret_cast<Bytef*>(changeSet.data()), &given,
                           reinterpret_cast<const Bytef*>(bytes.data() + sizeof size),
                           static_cast<uLong>(bytes.size() - sizeof size)) == Z_OK &&
                given == size;
    }
    if (!whole)
        throw Error(
            ErrorCode::Format, {TextId("library.read_changes", "undo or redo")},
            database.getFilename() + ", command " + std::to_string(command),
            {TextId("library.changes_damaged", "what it changed cannot be read: nothing was done; restore a backup")});
    return changeSet;
}

} // namespace mama
