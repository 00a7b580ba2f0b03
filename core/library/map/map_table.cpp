#include "core/library/map/map_table.h"

#include "core/base/files.h"
#include "core/library/handover/csv_row.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <array>
#include <charconv>

namespace mama {
namespace {

std::string textOf(float value) // the shortest that reads as the same
{
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

} // namespace

std::int64_t writeMapTable(Library& library, const EmbeddingMap& map, const std::filesystem::path& file)
{
    std::int64_t strange = 0;
    const bool images = map.header.settings.level == MapLevel::Image;
    const std::string query = std::string("SELECT dataset.name, study.key FROM ") +
                              (images ? "image JOIN study ON study.id = image.study" : "study") +
                              " JOIN dataset ON dataset.id = study.dataset WHERE " + (images ? "image" : "study") +
                              ".id = ?";
    writeAtomically(file, [&](std::ostream& out) {
        writeCsvRow(out, {"dataset", "study", "image", "id", "x", "y"});
        library.read([&](SQLite::Database& database) {
            SQLite::Statement find(database, query);
            for (std::size_t point = 0; point < map.ids.size(); ++point) {
                find.reset();
                find.bind(1, map.ids[point]);
                if (!find.executeStep()) {
                    ++strange;
                    continue;
                }
                const std::string id = std::to_string(map.ids[point]);
                writeCsvRow(out,
                            {find.getColumn(0).getString(), find.getColumn(1).getString(), images ? id : std::string(),
                             id, textOf(map.places[2 * point]), textOf(map.places[2 * point + 1])});
            }
        });
    });
    return strange;
}

} // namespace mama
