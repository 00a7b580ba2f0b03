#pragma once
#include "core/base/user_text.h"
#include "core/text/tokenizer/tokenizer.h"

namespace mama {

// Whether a tokenizer's vocabulary makes anything of a text: a word spelt out letter by letter, or byte by byte, is as
// unknown as one that has no token at all. A sentence for the user where nothing or not all is known, else empty.
UserText unknownWords(const Tokenizer& tokenizer, const std::string& text);

} // namespace mama
