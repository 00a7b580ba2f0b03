#pragma once

namespace mama {

// The breast of an image or a finding.
enum class Side { Unknown, Right, Left, Both };
const char* name(Side side); // "R", "L", "B", "" as in (0020,0062)

} // namespace mama
