#pragma once
#include "core/library/embeddings/embedding_plan.h"
#include "core/zeroshot/image_embedder.h"

namespace mama {

struct EmbedReport
{
    EmbeddingSetInfo set;
    // Of the studies asked for: images that have a file; those that needed nothing; those embedded or found by their
    // bytes now; those not scored unasked; those not there; those that cannot be read; those not reached.
    std::int64_t images = 0, before = 0, embedded = 0, passedOver = 0, missing = 0, refused = 0, left = 0;
    std::int64_t refusedBefore = 0;      // and left alone: EmbedOptions::refused
    std::int64_t computed = 0;           // embeddings that the model was asked for
    std::vector<EmbeddedImage> problems; // those refused, and the first hundred of the others
    bool cancelled = false;
};

// Embeds the images of these studies (rising ids) that have no row yet. What is finished is on the disk and is never
// computed again, whatever ends the work. Error(Io) names the file, as on a full disk.
EmbedReport embedLibrary(Library& library, const LoadedModel& model, std::span<const std::int64_t> studies,
                         const EmbedOptions& options, const Job& job = {});
// The same into anything that takes what the model makes; set: what the report names, its folder among it.
EmbedReport embedInto(EmbeddingSink& sink, const EmbeddingSetInfo& set, Library& library, const LoadedModel& model,
                      std::span<const std::int64_t> studies, const EmbedOptions& options, const Job& job = {});
// The part of a plan, into a folder of its own. Error(Usage) if the plan was made for another model.
EmbedReport embedShard(const EmbeddingPlan& plan, const LoadedModel& model, const std::filesystem::path& folder,
                       const EmbedOptions& options, const Job& job = {});

inline constexpr const char* embedPhase = "embed images"; // of its progress: images

} // namespace mama
