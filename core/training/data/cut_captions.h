#pragma once
#include "core/text/captions/caption_tokens.h"
#include "core/training/data/training_index.h"
#include "core/training/settings/settings.h"

#include <string>
#include <vector>

namespace mama {

// What is lost of these captions where the language model takes fewer tokens, a sentence; empty: nothing is.
std::vector<UserText> cutCaptions(const std::vector<std::string>& captions, const CaptionTokenizer& tokenizer);
// Of those that a run trains with, as whole as they ever are; some hundred are read.
std::vector<UserText> cutCaptions(const TrainingIndex& index, const CaptionTokenizer& tokenizer,
                                  const Settings& settings);

} // namespace mama
