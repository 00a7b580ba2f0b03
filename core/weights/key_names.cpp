#include "core/weights/key_names.h"

#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"

// Names: mama.md, section 11.
namespace mama::weights {
namespace {

using Part = Composition::Place::Part;

// Of a model that ran on several GPUs or was compiled.
std::string withoutWrappers(std::string name)
{
    dropPrefix(name, "module.");
    dropPrefix(name, "_orig_mod.");
    return name;
}

// Rows of added tokens, as our adapter export stores them beside the adapter.
std::optional<MappedName> mapAddedRows(const std::string& name, const Naming& naming)
{
    constexpr std::string_view ending = ".added_rows";
    if (!name.ends_with(ending))
        return {};
    MappedName mapped = mapName(name.substr(0, name.size() - ending.size()) + ".weight", naming);
    mapped.part = 1;
    mapped.parts = 0;
    return mapped;
}

MappedName mapTower(const std::string& name, const Spelling* spelling, const std::string& prefix)
{
    if (!spelling)
        return unused("unknown name");
    MappedName mapped = spelling->rename(name);
    if (!mapped.canonical.empty())
        mapped.canonical.insert(0, prefix);
    return mapped;
}

template <class F>
void find(const std::vector<const F*>& families, const std::vector<std::string>& names, const F*& family,
          const Spelling*& spelling)
{
    for (const F* candidate : families)
        if (!family && (spelling = candidate->recognise(names)))
            family = candidate;
}

} // namespace

std::string withoutPeft(std::string name)
{
    for (const char* prefix : {"module.", "_orig_mod.", "base_model.model."})
        dropPrefix(name, prefix);
    replaceOnce(name, ".base_layer.", ".");
    replaceOnce(name, ".modules_to_save.default.", ".");
    for (const std::string_view half : {".lora_A.", ".lora_B."}) {
        const std::size_t at = name.find(half);
        if (at != name.npos && name.ends_with(".weight"))
            name = name.substr(0, at) + std::string(half) + "weight";
    }
    return name;
}

Naming recognise(const std::vector<std::string>& names)
{
    Naming naming;
    for (const Composition* composition : compositions())
        if (!naming.whole && composition->recognise(names))
            naming.whole = composition;
    std::vector<std::string> image, text;
    if (naming.whole)
        for (const std::string& name : names) {
            const Composition::Place place = naming.whole->place(withoutWrappers(name));
            if (place.part != Part::Other)
                (place.part == Part::Image ? image : text).push_back(place.name);
        }
    find(imageFamilies(), naming.whole ? image : names, naming.image, naming.imageSpelling);
    find(textFamilies(), naming.whole ? text : names, naming.text, naming.textSpelling);
    return naming;
}

MappedName mapName(const std::string& original, const Naming& naming)
{
    std::string name = withoutWrappers(original);
    if (const auto rows = mapAddedRows(name, naming))
        return *rows;
    if (!naming.whole) {
        name = withoutPeft(name);
        if (contains(name, ".original_module."))
            return unused("kept by PEFT beside the trained copy");
        return naming.image ? mapTower(name, naming.imageSpelling, names::imageTower)
                            : mapTower(name, naming.textSpelling, names::textTower);
    }
    const Composition::Place place = naming.whole->place(name);
    switch (place.part) {
    case Part::Image: // a few tensors of a tower do not show its family: then it is the first
        return mapTower(withoutPeft(place.name),
                        naming.image ? naming.imageSpelling : &imageFamilies().front()->spellings().front(),
                        names::imageTower);
    case Part::Text: return mapTower(withoutPeft(place.name), naming.textSpelling, names::textTower);
    case Part::Other: break;
    }
    return place.mapped;
}

} // namespace mama::weights
