#pragma once
#include "core/base/progress.h"
#include "core/zeroshot/embedding_cache.h"
#include "core/zeroshot/model_catalogue.h"
#include "core/zeroshot/study_encoder.h"
#include "core/zeroshot/text_encoder.h"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mama::engine {

// A model that is in use: requests that run keep it alive while another one is being loaded.
struct ModelInUse
{
    explicit ModelInUse(LoadedModel loaded) : files(std::move(loaded)), texts(*files.model) {}
    LoadedModel files;
    TextEncoder texts;

    Model& model() const { return *files.model; }
};

using ModelLoader =
    std::function<LoadedModel(const std::string& folderOrName, const ComputeOptions& options, const Job& job)>;

struct SessionOptions
{
    std::filesystem::path cacheFolder;
    std::uint64_t cacheLimit = EmbeddingCache::defaultLimit;
    ComputeOptions compute; // for `load` without its own
    ModelLoader loader = loadModel;
    std::size_t studies = 16; // kept in memory
};

// What the engine's methods do: parameters in, result out (core/protocol/README.md). Knows nothing of lines and
// lanes. Every method may be called from any thread; Error says what is wrong, an empty result: cancelled.
class Session
{
public:
    using Result = Cancellable<nlohmann::json>;

    explicit Session(SessionOptions options);

    Result models(const nlohmann::json& params, const Job& job);
    Result load(const nlohmann::json& params, const Job& job);
    Result encode(const nlohmann::json& params, const Job& job);
    Result query(const nlohmann::json& params, const Job& job);
    Result classify(const nlohmann::json& params, const Job& job);
    Result prepare(const nlohmann::json& params, const Job& job);
    Result release(const nlohmann::json& params, const Job& job);
    Result cacheStatistics(const nlohmann::json& params, const Job& job);
    Result cacheClear(const nlohmann::json& params, const Job& job);

    nlohmann::json modelJson() const; // null: none loaded

private:
    struct Kept
    {
        std::string id;
        std::shared_ptr<ModelInUse> model; // that it was encoded with
        std::shared_ptr<const EncodedStudy> study;
    };

    std::shared_ptr<ModelInUse> model() const; // Error(Usage) if none is loaded
    Kept study(const std::string& id);         // Error(Usage), where "study", if it is not there
    nlohmann::json statistics() const;

    SessionOptions m_options;
    EmbeddingCache m_cache;
    mutable std::mutex m_mutex; // all below
    std::shared_ptr<ModelInUse> m_model;
    std::list<Kept> m_studies; // last used first
    std::uint64_t m_lastStudy = 0;
};

} // namespace mama::engine
