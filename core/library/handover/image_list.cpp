#include "core/library/handover/image_list.h"

#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/collection/file_place.h"
#include "core/library/handover/csv_row.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <sstream>
#include <vector>

namespace mama {

std::size_t writeImageList(Library& library, std::span<const std::int64_t> images,
                           std::span<const std::int64_t> studies, const std::filesystem::path& file)
{
    std::vector<std::int64_t> inside(studies.begin(), studies.end());
    std::sort(inside.begin(), inside.end());
    std::ostringstream table;
    writeCsvRow(table, {"dataset", "study", "image", "side", "view", "frame", "sop", "path"});
    std::size_t written = 0;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(
            database, "SELECT dataset.name, study.key, image.id, side, view, ifnull(frame, ''), ifnull(sop, ''),"
                      " root.path, folder.path, file.name, study.id FROM image JOIN study ON study.id = study"
                      " JOIN dataset ON dataset.id = study.dataset JOIN file ON file.id = image.file JOIN folder"
                      " ON folder.id = file.folder JOIN root ON root.id = folder.root WHERE image.id = ?");
        for (const std::int64_t image : images) {
            each.reset();
            each.bind(1, image);
            if (!each.executeStep() || !std::binary_search(inside.begin(), inside.end(), each.getColumn(10).getInt64()))
                continue;
            const auto text = [&](int column) { return each.getColumn(column).getString(); };
            const auto root = pathFromText(text(7)), below = pathFromText(text(8)) / pathFromText(text(9)),
                       place = placeOfFile(root, below);
            writeCsvRow(table, {text(0), text(1), text(2), text(3), text(4), text(5), text(6),
                                pathText(place.empty() ? root / below : place)});
            ++written;
        }
    });
    writeAtomically(file, table.view());
    return written;
}

} // namespace mama
