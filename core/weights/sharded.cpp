#include "core/weights/checked.h"
#include "core/weights/safetensors.h"

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
            fail(m_path, "there is no tensor " + inQuotes(tensor.name));
        return found->second->bytes(tensor);
    }

private:
    const WeightFile& shard(const std::string& file)
    {
        const auto found = m_shards.find(file);
        if (found != m_shards.end())
            return *found->second;
        if (file.empty() || fs::path(file).filename() != file || file == "." || file == ".." || fs::path(file).extension() == ".json")
            fail(m_path, "the shard " + inQuotes(file) + " is not a file name in the index's own folder");
        if (m_shards.size() >= mostShards)
            fail(m_path, "more than " + std::to_string(mostShards) + " shards");
        return *m_shards.emplace(file, open(m_path.parent_path() / file)).first->second;
    }

    void read();

    fs::path m_path;
    std::map<std::string, std::shared_ptr<const WeightFile>> m_shards;
    std::unordered_map<std::string, std::shared_ptr<const WeightFile>> m_shardOf;
    std::vector<TensorInfo> m_tensors;
    nlohmann::json m_metadata = nlohmann::json::object();
};

void Sharded::read()
{
    if (fs::is_regular_file(m_path) && fs::file_size(m_path) > longestIndex)
        fail(m_path, "too large for an index of shards");
    const nlohmann::json index = readJson(m_path);
    if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object())
        fail(m_path, "no \"weight_map\": this is not an index of shards");
    std::unordered_map<std::string, std::string> fileOf;
    for (const auto& [tensor, file] : index["weight_map"].items()) {
        if (!file.is_string())
            fail(m_path, "the shard of " + inQuotes(tensor) + " is not a file name");
        fileOf[tensor] = file.get<std::string>();
        shard(fileOf[tensor]);
    }
    for (const auto& [file, weights] : m_shards)
        for (const TensorInfo& info : weights->tensors()) {
            const auto home = fileOf.find(info.name);
            if (home == fileOf.end() || home->second != file)
                fail(m_path, "the shard " + file + " holds " + inQuotes(info.name) + ", which the index " + (home == fileOf.end() ? "does not name" : "puts elsewhere"));
            m_shardOf.emplace(info.name, weights);
            m_tensors.push_back(info);
        }
    for (const auto& [tensor, file] : fileOf)
        if (!m_shardOf.contains(tensor))
            fail(m_path, "the shard " + file + " lacks the tensor " + inQuotes(tensor));
    m_metadata["shards"] = m_shards.size();
}

} // namespace

std::shared_ptr<const WeightFile> openSharded(const fs::path& index) { return std::make_shared<Sharded>(index); }

} // namespace mama::weights
