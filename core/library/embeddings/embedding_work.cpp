#include "core/library/embeddings/embedding_work.h"

#include "core/base/path_text.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

namespace fs = std::filesystem;

namespace mama {

EmbeddingWork embeddingWork(Library& library, std::span<const std::int64_t> studies,
                            const std::function<bool(std::string_view hash, int frame)>& known, bool refusedToo)
{
    EmbeddingWork work;
    std::vector<std::pair<std::int64_t, std::int64_t>> left; // study, image
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database,
                               "SELECT study, image.id, ifnull(frame, 0), ifnull(sha256, ''), state FROM image"
                               " JOIN file ON file.id = file WHERE state <> 'none'");
        while (each.executeStep()) {
            const std::int64_t study = each.getColumn(0).getInt64();
            if (!std::binary_search(studies.begin(), studies.end(), study))
                continue;
            const std::string_view hash = each.getColumn(3).getText(), state = each.getColumn(4).getText();
            ++work.images;
            if (state == "refused" && !refusedToo)
                ++work.refused;
            else if (!hash.empty() && known(hash, each.getColumn(2).getInt()))
                ++work.done;
            else
                left.emplace_back(study, each.getColumn(1).getInt64());
        }
    });
    std::sort(left.begin(), left.end());
    for (const auto& [study, image] : left)
        work.left.push_back(image);
    return work;
}

std::vector<ImageToEmbed> imagesToEmbed(Library& library, std::span<const std::int64_t> images)
{
    std::unordered_map<std::int64_t, ImageToEmbed> found;
    std::vector<std::int64_t> unread; // files
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT image.id, file.id, root.path, folder.path, name, frame, state, passed,"
                                         " ifnull(sha256, ''), ifnull(size, 0), ifnull(mtime, 0) FROM image"
                                         " JOIN file ON file.id = file JOIN folder ON folder.id = folder JOIN root ON"
                                         " root.id = root WHERE image.id IN (SELECT value FROM json_each(?))");
        each.bind(1, nlohmann::json(std::vector<std::int64_t>(images.begin(), images.end())).dump());
        while (each.executeStep()) {
            ImageToEmbed image;
            image.image = each.getColumn(0).getInt64();
            image.file = each.getColumn(1).getInt64();
            image.root = each.getColumn(2).getString();
            image.below = fs::path(each.getColumn(3).getString()) / each.getColumn(4).getString();
            if (!each.getColumn(5).isNull())
                image.frame = each.getColumn(5).getInt();
            image.headerRead = each.getColumn(6).getString() == "read";
            if (each.getColumn(7).isNull()) {
                unread.push_back(image.file);
            } else {
                image.sha256 = each.getColumn(8).getString();
                image.known = {each.getColumn(9).getInt64(), each.getColumn(10).getInt64()};
            }
            found.emplace(image.image, std::move(image));
        }
    });
    std::sort(unread.begin(), unread.end());
    unread.erase(std::unique(unread.begin(), unread.end()), unread.end());
    auto inFiles = imagesInFiles(library, unread);
    std::vector<ImageToEmbed> out;
    for (const std::int64_t image : images)
        if (const auto each = found.find(image); each != found.end()) { // else an undo took it away meanwhile
            const auto file = std::lower_bound(unread.begin(), unread.end(), each->second.file);
            if (file != unread.end() && *file == each->second.file) // the first of several in it reads it for all
                each->second.inFile = std::exchange(inFiles[static_cast<std::size_t>(file - unread.begin())], {});
            out.push_back(std::move(each->second));
        }
    return out;
}

std::int64_t noteEmbedded(Library& library, std::span<const EmbeddedImage> images)
{
    std::int64_t strange = 0;
    library.note([&](SQLite::Database& database) {
        using State = EmbeddedImage::State;
        // What was missing or refused and is read now waits for the pass over headers.
        SQLite::Statement found(database,
                                "UPDATE file SET sha256 = ?, fault = NULL, state = CASE WHEN state IN ('missing',"
                                " 'refused') THEN 'listed' ELSE state END WHERE id = ? AND name = ?");
        SQLite::Statement lost(database, "UPDATE file SET state = ?, fault = ? WHERE id = ? AND name = ?");
        strange = 0;
        for (const EmbeddedImage& image : images) {
            if (const FileLook* look = image.look.get()) // first: what the model says of the file goes on top
                keepLooks(database, std::span(&look, 1));
            const bool read = image.state == State::Embedded || image.state == State::PassedOver;
            SQLite::Statement& file = read ? found : lost;
            int place = 1;
            if (read) {
                file.bind(place++, image.hash);
            } else {
                file.bind(place++, image.state == State::Missing ? "missing" : "refused");
                file.bind(place++, image.reason);
            }
            file.bind(place++, image.file);
            file.bind(place++, image.name);
            const bool ours = file.exec() == 1;
            file.reset();
            strange += ours ? 0 : 1;
            if (ours && read && image.facts)
                keepFacts(database, std::span(&image.file, 1), std::span(image.facts.get(), 1));
        }
    });
    return strange;
}

void noteSet(Library& library, const EmbeddingSetInfo& info)
{
    library.note([&](SQLite::Database& database) {
        SQLite::Statement add(database, "INSERT INTO embedding_set(model_hash, profile, version, compute, dim, folder)"
                                        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(folder) DO NOTHING");
        add.bind(1, info.identity.modelHash);
        add.bind(2, info.profileName);
        add.bind(3, std::to_string(info.identity.profileVersion));
        add.bind(4, info.identity.compute);
        add.bind(5, info.dim);
        add.bind(6, pathText(info.folder.filename()));
        add.exec();
    });
}

} // namespace mama
