#pragma once
#include "core/text/captions/caption_tokens.h"
#include "core/training/data/augmentation.h"
#include "core/training/data/batch_source.h"
#include "core/training/data/caption_sampler.h"
#include "core/training/data/prepared_images.h"
#include "core/training/data/sampler.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace mama {

// What batches are made of beside the images.
struct ImageBatchOptions
{
    Split split = Split::Train; // whose images
    std::uint64_t seed = 42;
    int batch = 36, accumulation = 2;
    int rank = 0, processes = 1; // of a run of several, each of which takes its `batch` of a micro-batch of all
    Extent inputSize = defaultInputSize;
    int patch = defaultPatch;
    bool lesions = true;                 // where the data set has masks
    float mean = 0.5F, deviation = 0.5F; // of the profile
    double secondView = 0.5;
    bool interView = false, pairs = true; // pairs: make second views at all
    Augmentation augmentation;
    CaptionSampler::Options captions;
    std::string label = "none";              // a name of ClassLabels, or none
    bool balanced = false, byLesion = false; // evens out the label's classes; or masses, calcifications, neither

    static ImageBatchOptions from(const Settings& settings);
};

// Micro-batches of the images of a data set's split: two augmented views, a caption, class, and lesions on the patch
// grid.
class ImageBatches final : public BatchSource
{
public:
    // captions: without value, no text is made. Index and images must outlive this object. Error(Data) if no image
    // is left.
    ImageBatches(const TrainingIndex& index, const PreparedImages& images, std::optional<CaptionTokenizer> captions,
                 const ImageBatchOptions& options);

    SampleBatch batch(std::int64_t step, int micro) const override;
    std::int64_t epochSize() const override { return m_sampler->epochSize(); }

    // One image as evaluation sees it, without augmentation: [rows, columns of inputSize] normalised.
    std::vector<float> plain(std::size_t image) const;
    int labelOf(const TrainingImage& image) const; // -1: none
    const ImageBatchOptions& options() const { return m_options; }

private:
    AugmentedView view(std::size_t image, bool lesions, CounterRandom& random) const;
    std::size_t partner(std::size_t image, CounterRandom& random) const;
    void addCaption(SampleBatch& batch, const TrainingImage& image, std::int64_t step, CounterRandom& random) const;
    void addLesions(SampleBatch& batch, const AugmentedView& view) const;
    void normalise(const Raster<float>& grey, std::vector<float>& out) const;

    const TrainingIndex& m_index;
    const PreparedImages& m_images;
    std::optional<CaptionTokenizer> m_captions;
    ImageBatchOptions m_options;
    CaptionSampler m_text;
    std::unique_ptr<Sampler> m_sampler;
    std::unordered_map<std::string, std::vector<std::size_t>> m_exams; // readable images of the split
};

} // namespace mama
