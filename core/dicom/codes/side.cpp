#include "core/dicom/codes/side.h"

namespace mama {

const char* name(Side side)
{
    switch (side) {
    case Side::Right: return "R";
    case Side::Left: return "L";
    case Side::Both: return "B";
    case Side::Unknown: break;
    }
    return "";
}

} // namespace mama
