#pragma once
#include "core/library/patches/patch_index.h"
#include "core/zeroshot/library_embedding.h"

namespace mama {

inline constexpr auto makePatchesAction = TextId("action.make_patches", "make patches");

// What a set of patches will take once the images of some studies are in it.
struct PatchPlan
{
    EmbeddingSetInfo set;
    std::int64_t images = 0, left = 0; // of the studies, with a file; those without patches yet
    std::int64_t patches = 0;          // that the whole set will have, about
    PatchBytes bytes;                  // that the whole set will take, about
    bool fromSet = false;              // the share of the breast is that of what the set has, else a usual one
};
// Error(Model): this model draws no maps.
PatchPlan planPatches(Library& library, const LoadedModel& model, std::span<const std::int64_t> studies);

struct PatchReport
{
    EmbedReport embedded; // of images
    std::int64_t patches = 0;
    PatchBytes bytes;
    std::optional<PatchRecall> recall;
};
// Adds the patches of these studies' images (rising ids) to the library's set of the model: those of mama query's maps
// (same projection), in the breast alone. As embedLibrary; then codes are made and their recall is measured.
PatchReport makePatches(Library& library, const LoadedModel& model, std::span<const std::int64_t> studies,
                        const EmbedOptions& options, const Job& job = {});

} // namespace mama
