#pragma once
#include "core/text/tokenizer/tokenizer.h"

// The file layouts in which Hugging Face tokenizers come. Errors as Tokenizer::load.
namespace mama::text {

std::shared_ptr<const Tokenizer> loadTokenizerJson(const std::filesystem::path& folder);  // tokenizer.json
std::shared_ptr<const Tokenizer> loadByteLevelFiles(const std::filesystem::path& folder); // vocab.json, merges.txt
std::shared_ptr<const Tokenizer> loadVocabularyText(const std::filesystem::path& folder); // vocab.txt

} // namespace mama::text
