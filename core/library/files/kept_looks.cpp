// What was seen in files, into the library.
#include "core/library/files/image_doubts.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace mama {
namespace {

void bindText(SQLite::Statement& statement, int place, const std::string& text)
{
    text.empty() ? statement.bind(place) : statement.bind(place, text);
}

void bindHash(SQLite::Statement& statement, int place, const std::optional<DctHash>& hash, std::uint64_t DctHash::*part)
{
    hash ? statement.bind(place, static_cast<std::int64_t>((*hash).*part)) : statement.bind(place);
}

} // namespace

void keepLooks(SQLite::Database& database, std::span<const FileLook* const> looks)
{
    SQLite::Statement file(database,
                           "UPDATE file SET sha256 = ?, pixels = ?, look = ?, dct = ?, dct_mirrored = ?, passed ="
                           " ? WHERE id = ?");
    SQLite::Statement image(database, "UPDATE image SET doubts = ? WHERE id = ?");
    for (const FileLook* look : looks) {
        keepFacts(database, std::span(&look->file, 1), std::span(&look->facts, 1));
        if (look->facts.state == "missing")
            continue;
        bindText(file, 1, look->sha256);
        bindText(file, 2, look->pixels);
        bindText(file, 3, look->look);
        bindHash(file, 4, look->dct, &DctHash::plain);
        bindHash(file, 5, look->dct, &DctHash::mirrored);
        look->passed ? file.bind(6, 1) : file.bind(6);
        file.bind(7, look->file);
        file.exec();
        file.reset();
        for (const ImageLook& each : look->images) {
            image.bind(1, doubtsText(each.doubts));
            image.bind(2, each.image.id);
            image.exec();
            image.reset();
        }
    }
}

} // namespace mama
