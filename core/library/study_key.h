#pragma once
#include <string>
#include <string_view>

namespace mama {

// What a study or an image is called in the reader's file: a UID (PS3.5 section 9) or a hash of 32 to 64 hexadecimal
// digits as it stands; anything else may be a name of a patient or a folder and becomes "sha256:" and its hash. The key
// of a key is itself.
std::string studyKey(std::string_view uid);

} // namespace mama
