#pragma once
#include "core/model/model.h"
#include "core/model/network.h"
#include "core/model/recent_texts.h"

#include <memory>

namespace mama {

// Texts to embeddings at the least cost: padding is cut to what the pooling needs, texts are batched by length,
// a prefix that consecutive texts share is computed once (causal models), and recent texts are remembered.
class TextEmbedder
{
public:
    // tokenizer may not be null. network outlives this.
    TextEmbedder(const Network& network, const Tokenizer& tokenizer, CaptionRules rules,
                 const nlohmann::json& description);

    Cancellable<TextEmbedding> encode(const std::vector<std::string>& texts, const TextOptions& options,
                                      const Job& job) const;
    // The texts that it remembers: the weights were others for a while.
    void forget() { m_recent = std::make_unique<RecentTexts>(); }

private:
    struct Input
    {
        std::int64_t limit = 0;               // tokens that the text was cut to; 0: the model's length
        std::vector<std::int64_t> ids, types; // without padding
        std::vector<std::int64_t> separators;
        std::int64_t last = -1; // of them, that of the last sentence
        bool cut = false;
    };
    enum class Pool { FirstPad, MeanAll, MeanAllButFirst, MeanMasked, First, Last, HighestId, FirstEnd };
    Pool pool(Pooling pooling) const;
    Pool plainPool() const; // of a model that has the one pooling of its description
    Input tokens(const std::string& text, const TextOptions& options) const;
    std::int64_t needed(const Input& input, Pool pool) const;
    at::Tensor poolHidden(const at::Tensor& hidden, const Input& input, Pool pool) const;
    std::int64_t limitOf(const Input& input) const;
    at::Tensor hidden(const std::vector<Input>& inputs, const std::vector<std::size_t>& group, std::int64_t prefix,
                      std::int64_t length, const Job& job) const;
    std::vector<std::vector<std::size_t>> groups(const std::vector<Input>& inputs, Pool pool) const;
    EncodedText encoded(const at::Tensor& hidden, const Input& input, Pool pool, bool sentences) const;
    Cancellable<std::vector<EncodedText>> encodeTokens(const std::vector<Input>& inputs, const TextOptions& options,
                                                       const Job& job) const;

    const Network& m_network;
    const Tokenizer& m_tokenizer;
    CaptionRules m_rules;
    bool m_raw = false; // a sentence encoder: it has no captions
    bool m_startAtFullLength =
        false; // a caption that fills the length pools the start token (reference), else the last real one
    bool m_globalMaps = false; // maps compare cells with the text's own vector: it has no sentences
    std::int64_t m_end = -1;   // the token that ends a text, where it is read there
    bool m_classToken = false; // in front of every text
    std::string m_pooling, m_inferencePooling;
    std::int64_t m_pad = 0;
    std::unique_ptr<RecentTexts> m_recent = std::make_unique<RecentTexts>();
};

} // namespace mama
