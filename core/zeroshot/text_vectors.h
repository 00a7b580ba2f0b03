#pragma once
#include "core/zeroshot/query.h"

namespace mama {

// A sentence as a model reads it, for embeddings of images that were made elsewhere.
struct TextVector
{
    QueriedText text;
    std::vector<float> vector; // [D], L2-normalised
    std::vector<float> map;    // [D], what its one map is drawn with; empty: it has none
};

// Of the options texts, pooling, prefix, raw and sentences: read, cleaned and warned of as query() does. Error(Usage)
// for no or an empty text, Error(Model) if the model has no text tower. Empty: cancelled.
Cancellable<std::vector<TextVector>> textVectors(TextEncoder& encoder, const QueryOptions& options,
                                                 const Job& job = {});

} // namespace mama
