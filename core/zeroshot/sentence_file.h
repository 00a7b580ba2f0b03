#pragma once
#include "core/zeroshot/known_sentences.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace mama {

// What is kept of the lists' sentences for one model: they are encoded once.
struct SentenceFile
{
    std::string model; // hash
    std::string words; // of the language model without adapters and the sentences' tokens, if it can be told
    std::string lists; // hash of the sentences
    std::shared_ptr<const KnownSentences> known;
    std::vector<float> neutral;     // [K, D] in the space of images, as the model reads a query by default
    std::int64_t neutralLength = 0; // D

    // A safetensors file of 8-bit vectors with a scale each, without the texts; by rename. Error(Io) names the file.
    void write(const std::filesystem::path& path) const;
    // Whose sentences are wanted: of this model, or at least of its language model (empty: cannot be told), which is
    // all that known sentences depend on: then `neutral` is empty.
    struct Wanted
    {
        std::string model, words, lists;
    };
    // The sentences are those that the file's hash is of; `known` has their texts and groups but no vectors. Nothing if
    // the file is not there, of another model or of other sentences; Error(Format) or Error(Io) names what is wrong.
    static std::optional<SentenceFile> read(const std::filesystem::path& path, const Wanted& wanted,
                                            SentenceVectors known, SentenceVectors elsewhere);
};

// Its name in a model's folder. It changes no score, so the model's hash leaves it out.
inline constexpr const char* sentenceFile = "sentences.safetensors";

} // namespace mama
