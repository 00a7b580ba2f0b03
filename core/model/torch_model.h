#pragma once
#include "core/model/model.h"
#include "core/model/model_files.h"
#include "core/model/network.h"
#include "core/model/own_text.h"
#include "core/model/text_embedder.h"

#include <mutex>
#include <nlohmann/json.hpp>

namespace mama {

// The Model that Model::load gives; also made from tensors in memory (benchmarks, a trainer's evaluation).
class TorchModel final : public Model
{
public:
    // parameters under canonical names; description: model.json; tokenizer: null without a text tower.
    // Error(Model) names what is missing; Error(Unsupported) a device or precision that is not there.
    TorchModel(const Parameters& parameters, nlohmann::json description, std::shared_ptr<const Tokenizer> tokenizer,
               const ComputeOptions& options, const Job& job = {});

    const ModelInfo& info() const override { return m_info; }
    const nlohmann::json& description() const override { return m_description; }
    std::string device() const override;
    Precision precision() const override { return m_precision; }
    int threads() const override { return m_threads; }
    const Tokenizer* tokenizer() const override { return m_tokenizer.get(); }
    const CaptionRules& captionRules() const override { return m_rules; }
    using Model::encodeImages;
    Cancellable<ImageEmbedding> encodeImages(std::span<const float> input, const ImageShape& shape, const Job& job = {},
                                             const ImageOptions& options = {}) const override;
    Cancellable<std::vector<float>> readOut(const KeptTokens& kept, const std::string& mapWay,
                                            const Job& job = {}) const override;
    Cancellable<TextEmbedding> encodeTexts(const std::vector<std::string>& texts, const TextOptions& options = {},
                                           const Job& job = {}) const override;
    Cancellable<std::vector<float>> encodeOwnTexts(const std::vector<std::string>& texts,
                                                   const Job& job = {}) const override;

    // That it was made from: they give the hash, and are looked at around each computation.
    void setFiles(std::unique_ptr<ModelFiles> files);

private:
    void needTexts() const;
    struct Batch; // what came of the images of one pass
    class Kept;
    // Adds a batch to `made`; its patches are not among them yet. False: cancelled.
    bool encodeBatch(const at::Tensor& images, bool late, ImageEmbedding& made, Batch& batch, const Job& job) const;
    // Of one batch, one after the other; none where no maps are possible.
    void addPatches(const Batch& batch, const std::string& way, std::vector<float>& patches) const;
    template <class Work>
    auto fromSameFiles(const Work& work) const;

    nlohmann::json m_description;
    ModelInfo m_info;
    CaptionRules m_rules;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    int m_threads = 1, m_gpu = -1;
    Precision m_precision = Precision::Fp32;
    std::unique_ptr<Network> m_network;
    std::unique_ptr<TextEmbedder> m_texts;
    std::unique_ptr<OwnText> m_ownText;  // with m_texts
    std::unique_ptr<ModelFiles> m_files; // null: made from tensors in memory
    mutable std::mutex m_turn;           // calls run one at a time, each on all threads
};

} // namespace mama
