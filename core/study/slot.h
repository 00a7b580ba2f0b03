#pragma once

namespace mama {

// A place in the standard hanging.
enum class Slot { RCC, LCC, RMLO, LMLO, Extra };
const char* name(Slot slot); // "RCC", ..., "extra"

} // namespace mama
