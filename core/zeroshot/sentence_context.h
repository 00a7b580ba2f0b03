#pragma once
#include "core/model/model.h"
#include "core/zeroshot/sentence_file.h"

#include <map>
#include <mutex>

namespace mama {

// The sentences that those asked of a model are compared with: such as it knows (core/text's lexicon, and what
// texts.txt in its folder holds, one a line: the captions it was trained on), such as speak of something else, and
// neutral ones. Their vectors come from sentences.safetensors in the model's folder or from the cache, else they are
// computed when first asked for, and kept in the cache: the known ones by the language model's hash where a model
// only names it, so that models trained from one start do not read them anew. Of a large language model a part of the
// lists must do. Thread-safe.
class SentenceContext
{
public:
    // folder: the model's. A model without texts has no context; do not ask then.
    SentenceContext(std::shared_ptr<const Model> model, std::filesystem::path folder);

    // Empty: cancelled.
    Cancellable<std::shared_ptr<const KnownSentences>> known(const Job& job = {});
    Cancellable<std::vector<Familiarity>> familiarity(const std::vector<std::string>& texts, const Job& job = {});
    // [K, D] in the space of images, read as a query with these options.
    Cancellable<std::shared_ptr<const std::vector<float>>> neutral(const TextOptions& options, const Job& job = {});

    // [D]: the mean of the vectors that their maps are drawn with; empty: they have none.
    Cancellable<std::shared_ptr<const std::vector<float>>> neutralMean(const TextOptions& options, const Job& job = {});

    std::size_t neutralCount() const { return m_neutralTexts.size(); }
    const std::string& listsHash() const { return m_lists; } // of all the sentences
    // Computes all anew and writes it into the model's folder; false: cancelled. Error(Io) names the file.
    bool writeFile(const Job& job = {});

private:
    bool provide(const Job& job); // m_file; false: cancelled
    Cancellable<SentenceFile> computed(const std::string& words, const Job& job) const;
    bool takeNeutral(SentenceFile& file, const Job& job) const; // computed; false: cancelled
    std::string words() const;
    std::filesystem::path kept(const std::string& key) const;
    Cancellable<TextEmbedding> encodedNeutral(const TextOptions& options, const Job& job) const;

    std::shared_ptr<const Model> m_model;
    std::filesystem::path m_folder;
    SentenceVectors m_known, m_elsewhere; // texts and groups
    std::vector<std::string> m_neutralTexts;
    std::string m_lists;
    std::mutex m_mutex; // all below
    std::optional<SentenceFile> m_file;
    std::map<std::string, std::shared_ptr<const std::vector<float>>> m_neutral, m_neutralMean; // by options
};

} // namespace mama
