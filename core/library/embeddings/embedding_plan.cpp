#include "core/library/embeddings/embedding_plan.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/embedding_writer.h"
#include "core/library/embeddings/set_files.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

constexpr auto planning = TextId("action.plan_embeddings", "plan embeddings");
constexpr auto collecting = TextId("action.collect_embeddings", "collect embeddings");
constexpr const char* format = "mama embedding plan";
constexpr int version = 1;
constexpr std::size_t atOnce = 500; // notes; twice a second at most
constexpr const char* const states[] = {"embedded", "passed over", "missing", "refused"};

json toJson(const ImageToEmbed& image)
{
    json out{
        {"image", image.image}, {"file", image.file}, {"root", pathText(image.root)}, {"path", pathText(image.below)}};
    if (image.frame)
        out["frame"] = *image.frame;
    if (!image.sha256.empty())
        out.update({{"sha256", image.sha256}, {"size", image.known.size}, {"modified", image.known.mtime}});
    return out;
}

ImageToEmbed plannedFrom(const json& line)
{
    ImageToEmbed image;
    image.image = line.at("image");
    image.file = line.at("file");
    image.root = pathFromText(line.at("root").get<std::string>());
    image.below = pathFromText(line.at("path").get<std::string>());
    if (line.contains("frame"))
        image.frame = line.at("frame").get<int>();
    if (line.contains("sha256")) {
        image.sha256 = line.at("sha256");
        image.known = {line.at("size"), line.at("modified")};
    }
    return image;
}

EmbeddedImage imageFrom(const json& line)
{
    EmbeddedImage image;
    image.image = line.at("image");
    image.file = line.at("file");
    image.name = line.at("name");
    image.hash = line.value("sha256", "");
    const std::string state = line.at("state");
    for (int i = 0; i < 4; ++i)
        if (state == states[i])
            image.state = static_cast<EmbeddedImage::State>(i);
    image.reason = line.value("reason", "");
    return image;
}

// The sets below a folder: itself, or those in it.
std::vector<EmbeddingSetInfo> shardsIn(const fs::path& folder)
{
    if (fs::exists(folder / set_files::meta))
        return {readSetInfo(folder)};
    std::vector<EmbeddingSetInfo> all = embeddingSets(folder);
    if (all.empty())
        throw Error(ErrorCode::Usage, {collecting}, pathText(folder),
                    {TextId("embeddings.no_shards", "there is no folder with embeddings in it")});
    return all;
}

} // namespace

Shard shardFromText(const std::string& text)
{
    Shard shard;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, shard.number);
    if (first.ec == std::errc() && first.ptr != end && *first.ptr == '/')
        if (const auto second = std::from_chars(first.ptr + 1, end, shard.count);
            second.ec == std::errc() && second.ptr == end && shard.number >= 1 && shard.number <= shard.count)
            return shard;
    throw Error(ErrorCode::Usage, {planning}, text,
                {TextId("embeddings.bad_shard", "expected a part and how many there are, from 1/16 to 16/16")});
}

Cancellable<std::int64_t> writePlan(Library& library, const EmbeddingSetInfo& of, std::span<const std::int64_t> studies,
                                    const fs::path& file, const Job& job)
{
    std::vector<EmbeddingSet> sets; // of this model and profile, however computed
    for (const EmbeddingSetInfo& info : embeddingSets(library.folder()))
        if (info.identity.modelHash == of.identity.modelHash && info.identity.profile == of.identity.profile)
            sets.emplace_back(info.folder);
    const EmbeddingWork work = embeddingWork(library, studies, [&](std::string_view hash, int frame) {
        return std::any_of(sets.begin(), sets.end(),
                           [&](const EmbeddingSet& set) { return set.find(hash, frame).has_value(); });
    });
    std::int64_t count = 0;
    struct Stopped
    {
    };
    try {
        writeAtomically(file, [&](std::ostream& out) {
            const json model{
                {"hash", of.identity.modelHash}, {"name", of.modelName}, {"folder", pathText(of.modelFolder)}};
            out << json{{"format", format}, {"version", version}, {"model", model}, {"images", work.left.size()}}.dump()
                << "\n";
            for (std::size_t first = 0; first < work.left.size(); first += atOnce) {
                if (job.cancelled())
                    throw Stopped();
                const auto part = std::span(work.left).subspan(first, std::min(atOnce, work.left.size() - first));
                for (const ImageToEmbed& image : imagesToEmbed(library, part)) {
                    out << toJson(image).dump() << "\n";
                    ++count;
                }
                job.report(static_cast<std::uint64_t>(count), work.left.size(), "plan");
            }
        });
    } catch (const Stopped&) {
        return {};
    }
    return count;
}

EmbeddingPlan readPlan(const fs::path& file, Shard shard)
{
    std::ifstream in(file);
    if (!in)
        throw Error(ErrorCode::Io, {planning}, pathText(file), {TextId("embeddings.no_plan", "it cannot be read")});
    EmbeddingPlan plan;
    int number = 0;
    try {
        for (std::string line; std::getline(in, line); ++number) {
            if (number > 0 && (number - 1) % shard.count != shard.number - 1)
                continue;
            const json each = json::parse(line);
            if (number > 0) {
                plan.images.push_back(plannedFrom(each));
                continue;
            }
            if (each.at("format") != format || each.at("version") != version)
                throw Error(ErrorCode::Format, {planning}, pathText(file),
                            {TextId("embeddings.other_plan", "it is no plan of version %1"), version});
            plan.modelHash = each.at("model").at("hash");
            plan.modelName = each.at("model").at("name");
            plan.modelFolder = pathFromText(each.at("model").at("folder").get<std::string>());
        }
    } catch (const json::exception&) {
        throw Error(ErrorCode::Format, {planning}, pathText(file),
                    {TextId("embeddings.bad_line", "line %1 is not an image of a plan"), number + 1});
    }
    if (number == 0)
        throw Error(ErrorCode::Format, {planning}, pathText(file), {TextId("embeddings.empty_plan", "it is empty")});
    return plan;
}

std::string jsonLine(const EmbeddedImage& image)
{
    json line{{"image", image.image},
              {"file", image.file},
              {"name", image.name},
              {"state", states[static_cast<int>(image.state)]}};
    if (!image.hash.empty())
        line["sha256"] = image.hash;
    if (!image.reason.empty())
        line["reason"] = image.reason;
    return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<EmbeddedImage> readImageLines(const fs::path& folder)
{
    std::vector<EmbeddedImage> out;
    std::ifstream in(folder / set_files::images);
    for (std::string line; std::getline(in, line);)
        if (const json each = json::parse(line, nullptr, false); each.is_object())
            try {
                out.push_back(imageFrom(each));
            } catch (const json::exception&) { // half a line, and the next begun behind it
            }
    return out;
}

Cancellable<CollectCounts> collectShards(Library& library, const fs::path& folder, const std::string& modelHash,
                                         const Job& job)
{
    const std::vector<EmbeddingSetInfo> shards = shardsIn(folder);
    EmbeddingSetInfo own = shards.front();
    own.folder = setFolder(library.folder(), own.identity);
    for (const EmbeddingSetInfo& shard : shards)
        if (shard.identity != own.identity || shard.identity.modelHash != modelHash)
            throw Error(ErrorCode::Data, {collecting}, pathText(shard.folder),
                        {TextId("embeddings.other_shard", "it was made with another model, profile or device: %1 (%2)"),
                         shard.modelName, shard.identity.compute});
    EmbeddingWriter writer(own);
    noteSet(library, own);
    CollectCounts counts;
    for (const EmbeddingSetInfo& shard : shards) {
        if (job.cancelled())
            return {};
        counts.rows += writer.join(EmbeddingSet(shard.folder));
        const std::vector<EmbeddedImage> images = readImageLines(shard.folder);
        for (std::size_t first = 0; first < images.size(); first += atOnce) {
            const auto part = std::span(images).subspan(first, std::min(atOnce, images.size() - first));
            counts.strange += noteEmbedded(library, part);
            if (part.size() == atOnce)
                std::this_thread::sleep_for(std::chrono::milliseconds(500));
        }
        counts.images += static_cast<std::int64_t>(images.size());
        job.report(static_cast<std::uint64_t>(++counts.shards), shards.size(), "collect");
    }
    return counts;
}

} // namespace mama
