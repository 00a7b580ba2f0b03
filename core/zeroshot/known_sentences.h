#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mama {

// Vectors of one length, each L2-normalised.
struct SentenceVectors
{
    std::vector<std::string> texts;
    std::vector<int> groups;    // of each: sentences of one kind
    std::vector<float> vectors; // [N, width]
};

// Whether a sentence is like any that a model knows.
struct Familiarity
{
    double value = 0;    // see KnownSentences
    bool unlike = false; // value below the threshold
    std::string nearest; // of the known sentences
    double similarity = 0;
};

// The sentences that a model knows, in its language model's own space, and such as speak of something else. How
// familiar a sentence is: the mean cosine with its three nearest known ones, less 0.7 times that with its three nearest
// of elsewhere. No word decides, only where the sentence lies among both. The threshold is the value below which one in
// ten of the known sentences falls when the others of its group are left out: a sentence of a kind that is not listed.
class KnownSentences
{
public:
    // The threshold follows from them.
    KnownSentences(SentenceVectors known, SentenceVectors elsewhere, std::int64_t width);
    KnownSentences(SentenceVectors known, SentenceVectors elsewhere, std::int64_t width, double threshold);

    Familiarity of(std::span<const float> vector) const; // [width]
    double threshold() const { return m_threshold; }
    std::int64_t width() const { return m_width; }
    const SentenceVectors& known() const { return m_known; }
    const SentenceVectors& elsewhere() const { return m_elsewhere; }

private:
    double value(std::span<const float> vector, int leftOut) const;
    double heldOutQuantile() const;

    SentenceVectors m_known, m_elsewhere;
    std::int64_t m_width;
    double m_threshold;
};

} // namespace mama
