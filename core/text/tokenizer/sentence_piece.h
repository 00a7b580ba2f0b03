#pragma once
#include "core/text/tokenizer/tokenizer.h"

namespace mama::text {

// Whether tokenizer_config.json names the class SiglipTokenizer.
bool namesSiglip(const std::filesystem::path& folder);

// tokenizer.model or spiece.model, through SentencePiece's own library; for SigLIP texts are in lower case and without
// punctuation first, and the end token follows. Errors as Tokenizer::load.
std::shared_ptr<const Tokenizer> loadSentencePiece(const std::filesystem::path& folder);

} // namespace mama::text
