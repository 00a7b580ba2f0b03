#pragma once

namespace mama {

// MaMA's published input: what a model or a command has that does not say. Pixels.
inline constexpr int defaultInputSize = 518, defaultPatch = 14;

} // namespace mama
