#include "core/study/study.h"

#include <algorithm>

namespace mama {

bool StudyImage::hasModifier(std::string_view wanted) const
{
    return std::find(modifiers.begin(), modifiers.end(), wanted) != modifiers.end();
}

const char* name(Slot slot)
{
    switch (slot) {
    case Slot::RCC: return "RCC";
    case Slot::LCC: return "LCC";
    case Slot::RMLO: return "RMLO";
    case Slot::LMLO: return "LMLO";
    case Slot::Extra: break;
    }
    return "extra";
}

const StudyImage* Study::inSlot(Slot slot) const
{
    const auto found = std::ranges::find(images, slot, &StudyImage::slot);
    return slot == Slot::Extra || found == images.end() ? nullptr : &*found;
}

} // namespace mama
