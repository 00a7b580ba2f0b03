#pragma once
#include "core/base/stopwatch.h"
#include "core/library/embeddings/embedding_work.h"
#include "core/zeroshot/embedding_sink.h"
#include "core/zeroshot/model_catalogue.h"

#include <functional>
#include <optional>

namespace mama {

struct EmbedOptions
{
    bool processing = false; // raw images too
    bool refused = false;    // try again what could not be read before
    int readers = 0;         // images that are read at once; 0: by the number of processors
};

// What is known of a set before anything is embedded. Error(Model): this model gives no embeddings.
EmbeddingSetInfo setInfoOf(const LoadedModel& model, const std::filesystem::path& folder);

// Embeds one image after another. Each file is read once: its hash, its header and its pixels come from one reading, in
// threads of their own, ahead of the model. Images that `mama query` does not score unasked are passed over.
class ImageEmbedder
{
public:
    // All must outlive it.
    ImageEmbedder(const LoadedModel& model, EmbeddingSink& sink, EmbedOptions options)
        : m_model(model), m_sink(sink), m_options(options)
    {}

    using Next = std::function<std::optional<ImageToEmbed>()>; // empty: that was the last
    // Takes what was found out about images whose rows are on the disk, each image once; twice a second at most, and at
    // the end.
    using Keep = std::function<void(std::span<const EmbeddedImage> images)>;
    // False: cancelled. What was found out until then is kept, also where an Error ends the work.
    bool run(const Next& next, const Keep& keep, const Job& job);
    std::int64_t computed() const { return m_computed; } // embeddings that the model was asked for

private:
    struct Reading
    {
        EmbeddedImage found;
        int frame = 0;
        std::vector<float> input; // of the model; empty: there is a row already
        SeenImage seen;
    };
    Reading read(const ImageToEmbed& image) const;
    void read(const ImageToEmbed& image, const std::filesystem::path& path, Reading& out) const;
    void readForAll(const ImageToEmbed& image, Reading& out) const;
    UserText whyPassedOver(const ImageToEmbed& image, const StudyImage& said) const;
    void prepareInput(ImageFile& file, const StoredImage& stored, Reading& out) const;
    bool embed(Reading reading, const Job& job);
    void keepCommitted(const Keep& keep, bool atOnce);

    const LoadedModel& m_model;
    EmbeddingSink& m_sink;
    EmbedOptions m_options;
    mutable MemoryShare m_memory;
    std::vector<EmbeddedImage> m_waiting, m_committed;
    Stopwatch m_sinceKept;
    std::int64_t m_computed = 0;
};

} // namespace mama
