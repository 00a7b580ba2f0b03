#pragma once
#include "core/weights/families/family.h"

namespace mama::weights {

// By which names a file calls its tensors.
struct Naming
{
    const Composition* whole = nullptr; // how towers and heads are joined; null: one tower alone
    const ImageFamily* image = nullptr;
    const TextFamily* text = nullptr;
    const Spelling *imageSpelling = nullptr, *textSpelling = nullptr; // where there is a family

    bool joined() const { return whole != nullptr; }
};

Naming recognise(const std::vector<std::string>& names);

MappedName mapName(const std::string& name, const Naming& naming);

// "base_model.model.", ".base_layer", and the adapter's name of "lora_A.default" taken off.
std::string withoutPeft(std::string name);

} // namespace mama::weights
