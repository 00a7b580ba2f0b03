#pragma once
#include "core/text/tokenizer/tokenizer.h"

namespace mama::text {

// tokenizer.model, through SentencePiece's own library. Errors as Tokenizer::load.
std::shared_ptr<const Tokenizer> loadSentencePiece(const std::filesystem::path& folder);

} // namespace mama::text
