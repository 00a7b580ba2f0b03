#pragma once
#include "core/base/progress.h"
#include "core/protocol/classify_reply.h"
#include "core/protocol/engine_requests.h"
#include "core/protocol/query_reply.h"
#include "core/protocol/text_vectors.h"
#include "core/zeroshot/embedding_cache.h"
#include "core/zeroshot/model_catalogue.h"
#include "core/zeroshot/sentence_context.h"
#include "core/zeroshot/study_encoder.h"
#include "core/zeroshot/text_encoder.h"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace mama::engine {

// A model that is in use: requests that run keep it alive while another one is being loaded.
struct ModelInUse
{
    explicit ModelInUse(LoadedModel loaded)
        : files(std::move(loaded)), texts(*files.model), sentences(files.model, files.folder)
    {}
    LoadedModel files;
    TextEncoder texts;
    SentenceContext sentences;

    const Model& model() const { return *files.model; }
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
    // Of their embeddings and of what is kept to draw maps in another way, bytes; the latter goes first.
    std::uint64_t memoryLimit = defaultMemoryLimit;
    static constexpr std::uint64_t defaultMemoryLimit = std::uint64_t{1} << 30;
};

// What the engine's methods do: request in, reply out (core/protocol/README.md). Knows nothing of lines, lanes and
// JSON. Every method may be called from any thread; Error says what is wrong, an empty result: cancelled.
class Session
{
public:
    explicit Session(SessionOptions options);

    Cancellable<protocol::ModelsReply> models(const protocol::ModelsRequest& request, const Job& job);
    Cancellable<protocol::LoadReply> load(const protocol::LoadRequest& request, const Job& job);
    Cancellable<protocol::EncodeReply> encode(const protocol::EncodeRequest& request, const Job& job);
    Cancellable<protocol::QueryReply> query(const protocol::QueryRequest& request, const Job& job);
    Cancellable<protocol::TextVectorsReply> textVectors(const protocol::TextVectorsRequest& request, const Job& job);
    Cancellable<protocol::ClassifyReply> classify(const protocol::ClassifyRequest& request, const Job& job);
    Cancellable<protocol::PrepareReply> prepare(const protocol::PrepareRequest& request, const Job& job);
    Cancellable<protocol::EmptyReply> release(const protocol::ReleaseRequest& request, const Job& job);
    Cancellable<protocol::CacheReply> cacheStatistics(const protocol::CacheStatisticsRequest& request, const Job& job);
    Cancellable<protocol::CacheReply> cacheClear(const protocol::CacheClearRequest& request, const Job& job);

    std::optional<protocol::ModelReply> loadedModel() const;

private:
    struct Kept
    {
        std::string id;
        std::shared_ptr<ModelInUse> model; // that it was encoded with
        std::shared_ptr<const EncodedStudy> study;
    };

    std::shared_ptr<ModelInUse> model() const; // Error(Usage) if none is loaded
    // Error(Usage), where `field`, if it is not there
    Kept study(const std::string& id, const char* field = protocol::studyField);
    std::uint64_t embeddingBytes() const;   // of m_studies, with m_mutex locked
    void forget(const EncodedStudy& study); // what only this one keeps, with m_mutex locked
    protocol::CacheReply statistics() const;

    SessionOptions m_options;
    EmbeddingCache m_cache;
    KeptInputs m_inputs;
    mutable std::mutex m_mutex; // all below
    std::shared_ptr<ModelInUse> m_model;
    std::list<Kept> m_studies; // last used first
    std::uint64_t m_lastStudy = 0;
};

} // namespace mama::engine
