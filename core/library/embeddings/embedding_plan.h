#pragma once
#include "core/base/progress.h"
#include "core/library/embeddings/embedding_work.h"

#include <nlohmann/json_fwd.hpp>

namespace mama {

// A list of work for processes that never open the library: a JSON object a line, first the model, then an image each.
struct EmbeddingPlan
{
    std::string modelHash, modelName;
    std::filesystem::path modelFolder;
    std::vector<ImageToEmbed> images;
};

// One of `count` equal parts, counted from 1.
struct Shard
{
    int number = 1, count = 1;
};
Shard shardFromText(const std::string& text); // "3/16"; Error(Usage)

// Every image of these studies that no set of this model and profile has; how many. Error(Io).
Cancellable<std::int64_t> writePlan(Library& library, const EmbeddingSetInfo& of, std::span<const std::int64_t> studies,
                                    const std::filesystem::path& file, const Job& job = {});
// The images of a shard. Error(Format) names the line.
EmbeddingPlan readPlan(const std::filesystem::path& file, Shard shard);

// What a shard found out, beside its rows: a line each. A line that was not finished is passed over.
std::string jsonLine(const EmbeddedImage& image);
std::vector<EmbeddedImage> readImageLines(const std::filesystem::path& folder);

struct CollectCounts
{
    std::int64_t shards = 0, rows = 0, images = 0, strange = 0; // rows: new ones; strange: no images of the library
};
// Joins the sets that workers wrote below a folder into the library's own: all of one identity, and of this model.
// Error(Data) names a folder of another; Error(Usage): there is none.
Cancellable<CollectCounts> collectShards(Library& library, const std::filesystem::path& folder,
                                         const std::string& modelHash, const Job& job = {});

} // namespace mama
