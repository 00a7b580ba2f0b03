#pragma once
#include "core/zeroshot/familiarity.h"
#include "core/zeroshot/fisher_direction.h"

#include <cstdint>
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

// The sentences that a model knows, in its language model's own space, and such as speak of something else. How
// familiar a sentence is: the mean cosine with its three nearest known ones, less 0.7 times that with its three nearest
// of elsewhere, plus 0.1 times its value along the direction that parts both lists. No word decides, only where the
// sentence lies among them. The threshold is the value below which one in ten of the known sentences falls when the
// others of its group are no neighbours: a sentence of a kind that is not listed. One of the known sentences itself is
// never unlike, whatever its value.
class KnownSentences
{
public:
    // Direction and threshold follow from them.
    KnownSentences(SentenceVectors known, SentenceVectors elsewhere, std::int64_t width);
    KnownSentences(SentenceVectors known, SentenceVectors elsewhere, FisherDirection direction, double threshold);

    Familiarity of(std::span<const float> vector) const; // [width]
    double threshold() const { return m_threshold; }
    const FisherDirection& direction() const { return m_direction; }
    std::int64_t width() const { return m_width; }
    const SentenceVectors& known() const { return m_known; }
    const SentenceVectors& elsewhere() const { return m_elsewhere; }

private:
    double value(std::span<const float> vector, int leftOut) const;
    double heldOutQuantile() const;

    SentenceVectors m_known, m_elsewhere;
    FisherDirection m_direction;
    std::int64_t m_width;
    double m_threshold = 0;
};

} // namespace mama
