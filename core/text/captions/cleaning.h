#pragma once
#include <string>
#include <string_view>

namespace mama {

// A text as a model's reference cleans it before its tokenizer: "" as it is; "clip": repaired as ftfy does it, HTML
// entities resolved twice, white space collapsed, lower case (open_clip's "lower"); "whitespace": the same without
// lower case; "lower": lower case alone. Error(Unsupported) names another word.
std::string cleaned(std::string_view text, const std::string& kind);

} // namespace mama
