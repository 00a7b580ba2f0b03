#include "core/zeroshot/known_sentences.h"

#include "core/zeroshot/similarity.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace mama {
namespace {

constexpr std::size_t neighbours = 3;
constexpr double elsewhereWeight = 0.7, directionWeight = 0.1;
constexpr double heldOutShare = 0.10;
constexpr int none = -2; // no group

// The mean cosine with the nearest, groups other than `leftOut` alone; 0 without any.
double nearness(const SentenceVectors& list, std::int64_t width, std::span<const float> vector, int leftOut)
{
    std::array<float, neighbours> best;
    best.fill(-1);
    const auto w = static_cast<std::size_t>(width);
    std::size_t seen = 0;
    for (std::size_t i = 0; i < list.texts.size(); ++i) {
        if (list.groups[i] == leftOut)
            continue;
        ++seen;
        const float cosine = dot(std::span(list.vectors).subspan(i * w, w), vector);
        if (cosine <= best.back())
            continue;
        best.back() = cosine;
        for (std::size_t k = neighbours - 1; k > 0 && best[k] > best[k - 1]; --k)
            std::swap(best[k], best[k - 1]);
    }
    const std::size_t count = std::min(seen, neighbours);
    return count == 0 ? 0
                      : static_cast<double>(
                            std::accumulate(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count), 0.0F)) /
                            static_cast<double>(count);
}

} // namespace

KnownSentences::KnownSentences(SentenceVectors known, SentenceVectors elsewhere, std::int64_t width)
    : m_known(std::move(known)), m_elsewhere(std::move(elsewhere)),
      m_direction(FisherDirection::between(m_known.vectors, m_elsewhere.vectors, width)), m_width(width)
{
    m_threshold = heldOutQuantile();
}

KnownSentences::KnownSentences(SentenceVectors known, SentenceVectors elsewhere, FisherDirection direction,
                               double threshold)
    : m_known(std::move(known)), m_elsewhere(std::move(elsewhere)), m_direction(std::move(direction)),
      m_width(static_cast<std::int64_t>(m_direction.weights.size())), m_threshold(threshold)
{}

double KnownSentences::value(std::span<const float> vector, int leftOut) const
{
    return nearness(m_known, m_width, vector, leftOut) -
           elsewhereWeight * nearness(m_elsewhere, m_width, vector, none) + directionWeight * m_direction.value(vector);
}

double KnownSentences::heldOutQuantile() const
{
    const auto w = static_cast<std::size_t>(m_width);
    std::vector<double> values;
    for (std::size_t i = 0; i < m_known.texts.size(); ++i)
        values.push_back(value(std::span(m_known.vectors).subspan(i * w, w), m_known.groups[i]));
    if (values.empty())
        return 0;
    const auto place = static_cast<std::ptrdiff_t>(heldOutShare * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

Familiarity KnownSentences::of(std::span<const float> vector) const
{
    Familiarity out;
    out.value = value(vector, none);
    const auto w = static_cast<std::size_t>(m_width);
    float best = -2;
    for (std::size_t i = 0; i < m_known.texts.size(); ++i)
        if (const float cosine = dot(std::span(m_known.vectors).subspan(i * w, w), vector); cosine > best) {
            best = cosine;
            out.nearest = m_known.texts[i];
        }
    out.similarity = static_cast<double>(best);
    constexpr double same = 0.9999; // one of the known sentences itself, to float32's rounding
    out.unlike = !(out.value >= m_threshold) && out.similarity < same;
    return out;
}

} // namespace mama
