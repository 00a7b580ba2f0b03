#pragma once
#include "core/model/model.h"

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mama {

// One text as the model has read it.
struct EncodedText
{
    std::vector<float> global;    // [D], L2-normalised
    std::vector<float> sentences; // [S, D], L2-normalised
    std::int64_t dim = 0;
    std::int64_t last =
        -1;           // the sentence a text's one map is drawn for: the last, which has seen all before it; -1: none
    bool cut = false; // did not fit into the model's length

    std::size_t sentenceCount() const { return dim > 0 ? sentences.size() / static_cast<std::size_t>(dim) : 0; }
};

// Encodes texts with one model and remembers the last ones by text, prefix, pooling and rawness (a model has its own
// memory, so results of different models never mix). Thread-safe.
class TextEncoder
{
public:
    explicit TextEncoder(const Model& model, std::size_t remembered = 512) : m_model(model), m_limit(remembered) {}

    // In the order of `texts`. Error(Model) if the model has no text tower. Empty: cancelled.
    Cancellable<std::vector<std::shared_ptr<const EncodedText>>>
    encode(const std::vector<std::string>& texts, const TextOptions& options, const Job& job = {});

    const Model& model() const { return m_model; }

private:
    using Entry = std::pair<std::string, std::shared_ptr<const EncodedText>>;
    std::shared_ptr<const EncodedText> remembered(const std::string& key);
    void remember(const std::string& key, std::shared_ptr<const EncodedText> text);

    const Model& m_model;
    std::size_t m_limit;
    std::mutex m_mutex;
    std::list<Entry> m_order; // last used first
    std::unordered_map<std::string, std::list<Entry>::iterator> m_byKey;
};

// "default", "zero-shot", "training"; Error(Usage) for another word.
Pooling poolingByName(const std::string& text);
// What `pooling` means for this model, as provenance says it.
std::string poolingUsed(const ModelInfo& info, Pooling pooling);

} // namespace mama
