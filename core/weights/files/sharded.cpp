#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/weights/files/checked.h"
#include "core/weights/files/pages.h"
#include "core/weights/files/safetensors.h"

#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace fs = std::filesystem;

namespace mama::weights {
namespace {

constexpr std::uintmax_t longestIndex = 64U << 20U;
constexpr std::size_t mostShards = 4096;

class Sharded : public WeightFile
{
public:
    explicit Sharded(fs::path index) : m_path(std::move(index)) { read(); }

    const std::vector<TensorInfo>& tensors() const override { return m_tensors; }
    const nlohmann::json& metadata() const override { return m_metadata; }
    const fs::path& path() const override { return m_path; }
    TensorBytes bytes(const TensorInfo& tensor) const override
    {
        const auto found = m_shardOf.find(tensor.name);
        if (found == m_shardOf.end())
            fail(m_path, {TextId("weight_file.no_tensor_in_shards", "there is no tensor %1"), inQuotes(tensor.name)});
        return found->second->bytes(tensor);
    }
    std::vector<const MappedFile*> mappings() const override
    {
        std::vector<const MappedFile*> all;
        for (const auto& [file, weights] : m_shards)
            all.push_back(weights->mappings().front()); // a shard is never an index itself
        return all;
    }
    void verify() const override
    {
        for (const auto& [file, sum] : m_sums)
            if (m_shards.at(file)->hash() != sum)
                fail(m_path.parent_path() / file,
                     {TextId("weight_file.sha_not_one_file_changed",
                             "its SHA-256 is not the one in %1: the file was changed, or belongs to another model"),
                      m_path.filename().string()});
    }

private:
    const WeightFile& shard(const std::string& file)
    {
        const auto found = m_shards.find(file);
        if (found != m_shards.end())
            return *found->second;
        if (file.empty() || fs::path(file).filename() != file || file == "." || file == ".." ||
            fs::path(file).extension() == ".json")
            fail(m_path, {TextId("weight_file.shard_not_file_name_index",
                                 "the shard %1 is not a file name in the index's own folder"),
                          inQuotes(file)});
        if (m_shards.size() >= mostShards)
            fail(m_path, {TextId("weight_file.more_than_shards", "more than %1 shards"), mostShards});
        return *m_shards.emplace(file, open(m_path.parent_path() / file)).first->second;
    }

    void read();
    void readSums(const nlohmann::json& index);

    fs::path m_path;
    std::map<std::string, std::shared_ptr<const WeightFile>> m_shards;
    std::map<std::string, std::string> m_sums; // file name -> SHA-256, of indices that tell
    std::unordered_map<std::string, std::shared_ptr<const WeightFile>> m_shardOf;
    std::vector<TensorInfo> m_tensors;
    nlohmann::json m_metadata = nlohmann::json::object();
};

void Sharded::read()
{
    if (fs::is_regular_file(m_path) && fs::file_size(m_path) > longestIndex)
        fail(m_path, {TextId("weight_file.too_large_index_shards", "too large for an index of shards")});
    const nlohmann::json index = readJson(m_path);
    if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object())
        fail(m_path,
             {TextId("weight_file.no_weight_map_not_index", "no \"weight_map\": this is not an index of shards")});
    std::unordered_map<std::string, std::string> fileOf;
    for (const auto& [tensor, file] : index["weight_map"].items()) {
        if (!file.is_string())
            fail(m_path,
                 {TextId("weight_file.shard_not_file_name", "the shard of %1 is not a file name"), inQuotes(tensor)});
        fileOf[tensor] = file.get<std::string>();
        shard(fileOf[tensor]);
    }
    for (const auto& [file, weights] : m_shards)
        for (const TensorInfo& info : weights->tensors()) {
            const auto home = fileOf.find(info.name);
            if (home == fileOf.end() || home->second != file)
                fail(m_path,
                     {TextId("weight_file.shard_holds_which_index", "the shard %1 holds %2, which the index %3"), file,
                      inQuotes(info.name),
                      home == fileOf.end() ? UserText{TextId("weight_file.does_not_name", "does not name")}
                                           : UserText{TextId("weight_file.puts_elsewhere", "puts elsewhere")}});
            m_shardOf.emplace(info.name, weights);
            m_tensors.push_back(info);
        }
    for (const auto& [tensor, file] : fileOf)
        if (!m_shardOf.contains(tensor))
            fail(m_path, {TextId("weight_file.shard_lacks_tensor", "the shard %1 lacks the tensor %2"), file,
                          inQuotes(tensor)});
    m_metadata["shards"] = m_shards.size();
    readSums(index);
}

void Sharded::readSums(const nlohmann::json& index)
{
    const auto metadata = index.find("metadata");
    if (metadata == index.end() || !metadata->is_object() || !metadata->contains("sha256"))
        return;
    const nlohmann::json& sums = (*metadata)["sha256"];
    if (!sums.is_object())
        fail(m_path,
             {TextId("weight_file.sha256_not_object_sums_file", "\"sha256\" is not an object of sums by file name")});
    for (const auto& [file, sum] : sums.items()) {
        if (!m_shards.contains(file) || !sum.is_string())
            fail(m_path, {TextId("weight_file.sha256", "\"sha256\" of %1%2"), inQuotes(file),
                          sum.is_string()
                              ? UserText{TextId("weight_file.index_has_no_such_shard", ": the index has no such shard")}
                              : UserText{TextId("weight_file.not_string", " is not a string")}});
        m_sums[file] = sum.get<std::string>();
    }
}

} // namespace

std::shared_ptr<const WeightFile> openSharded(const fs::path& index) { return std::make_shared<Sharded>(index); }

} // namespace mama::weights

namespace mama {

std::string writeShardIndex(const fs::path& folder, const std::map<std::string, std::string>& sums)
{
    nlohmann::json map = nlohmann::json::object();
    std::uint64_t size = 0; // of the tensors alone, as Hugging Face counts
    for (const auto& [file, sum] : sums) {
        const auto shard = WeightFile::open(folder / file);
        for (const TensorInfo& info : shard->tensors()) {
            if (map.contains(info.name))
                throw Error(ErrorCode::Internal, {action::writeWeights}, folder.string(),
                            {TextId("weight_file.tensor_lies", "the tensor %1 lies in %2 and in %3"), info.name,
                             map[info.name].get<std::string>(), file});
            map[info.name] = file;
            size += static_cast<std::uint64_t>(info.elements()) * bytesPerElement(info.type);
        }
    }
    const nlohmann::json index{{"metadata", {{"total_size", size}, {"sha256", sums}}}, {"weight_map", map}};
    writeAtomically(folder / "model.safetensors.index.json", index.dump(2) + "\n");
    return weights::hashOfSums(sums);
}

} // namespace mama
