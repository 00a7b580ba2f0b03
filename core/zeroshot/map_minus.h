#pragma once
#include "core/zeroshot/reference_set.h"
#include "core/zeroshot/study_encoder.h"

namespace mama {

// What is taken off each map, so that it shows what is particular to a sentence and a picture: what the sentence gives
// at that place in any breast, what any sentence gives on that picture, another sentence, or its own map drawn in
// another way.
struct MapMinus
{
    enum class What { Nothing, Reference, Neutral, Sentence, Way };
    What what = What::Nothing;
    std::string text = {};                          // the other sentence
    std::shared_ptr<const EncodedStudy> other = {}; // of Way: the same images, encoded in the other way
    std::string way() const;                        // its name
};
const char* name(MapMinus::What what); // "none", "reference", "neutral", "sentence", "way"
// Of the first four. Error(Usage) for another word, or a sentence that is missing.
MapMinus mapMinusByName(const std::string& name, std::string text = {});

// What is taken off the cosines of one sentence [D] with patches.
class MapOffset
{
public:
    MapOffset() = default; // nothing
    // The cosine with another vector [D]: a sentence, or the mean of several.
    explicit MapOffset(std::vector<float> direction) : m_direction(std::move(direction)) {}
    // The map of the same sentence on the same images, encoded in another way.
    explicit MapOffset(std::shared_ptr<const EncodedStudy> other) : m_other(std::move(other)) {}
    // The mean map of a reference, which must have means.
    explicit MapOffset(std::shared_ptr<const ReferenceSet> reference) : m_reference(std::move(reference)) {}

    // From the map of a sentence on an image. False: the reference has no map of its view, or the other study not this
    // image, and the map stays as it is.
    bool takeOff(Raster<float>& map, std::span<const float> sentence, const ScoredImage& image) const;
    // The default range of such maps: of the sampled patches of `set`, less the same. Empty: not known.
    std::optional<std::pair<double, double>> range(const ReferenceSet& set, std::span<const float> sentence) const;

private:
    std::vector<float> m_direction;
    std::shared_ptr<const ReferenceSet> m_reference;
    std::shared_ptr<const EncodedStudy> m_other;
};

} // namespace mama
