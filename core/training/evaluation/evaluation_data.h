#pragma once
#include "core/training/data/image_batches.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mama {

// What an evaluation during training may look at. All of it outlives the run.
struct EvaluationData
{
    const TrainingIndex& index;
    const PreparedImages& images;
    const ImageBatches& batches;
    std::size_t most = 400;          // images
    Extent input = defaultInputSize; // of the model

    // At most `most` places in the index: readable validation images of which `wanted` holds, taken evenly.
    template <class Wanted>
    std::vector<std::size_t> validation(Wanted wanted) const
    {
        std::vector<std::size_t> usable, chosen;
        for (const std::size_t image : index.of(Split::Validation))
            if (images.readable(image) && wanted(index.images[image]))
                usable.push_back(image);
        const std::size_t count = std::min(most, usable.size());
        for (std::size_t i = 0; i < count; ++i)
            chosen.push_back(usable[i * usable.size() / count]);
        return chosen;
    }
};

} // namespace mama
