#pragma once
#include <string>
#include <string_view>

namespace mama::text {

// The SentencePiece library follows the offsets of a model's character map (a double array of Darts) without looking
// at its end. Error(Format) if one leads outside, or if the bytes are not a protobuf message. `where` names the file.
void checkSentencePieceModel(std::string_view model, const std::string& where);

} // namespace mama::text
