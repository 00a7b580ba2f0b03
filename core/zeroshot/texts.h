#pragma once
#include "core/base/user_text.h"

// Texts for the user that several sources of this folder say.
namespace mama::zeroshot_texts {

inline constexpr auto noImage = TextId("zeroshot.no_image_to_score", "the study has no image that can be scored");
inline constexpr auto noReference =
    TextId("zeroshot.no_reference",
           "the model has no reference studies: mama model reference makes them of studies of your own");
inline constexpr const char* neutralName = "everyday sentences that say nothing of a breast";
inline constexpr auto lengthsDiffer = TextId("zeroshot.lengths_differ", "image and text embeddings differ in length");

} // namespace mama::zeroshot_texts
