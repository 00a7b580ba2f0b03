#include "core/weights/key_names.h"

#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/model_kind.h"

// Names: mama.md, section 11.
namespace mama::weights {
namespace {

using Part = Composition::Place::Part;

constexpr std::size_t fewest = 8; // tensors of a tower: a head's few names say nothing by what they share

// Up to where a name only says what holds the model, wrappers taken off; npos: it is none of the model's.
std::size_t prefixLength(const std::string& name, const Naming& naming)
{
    if (naming.whole)
        return naming.whole->start(name);
    const std::size_t held = name.starts_with(naming.holder) ? naming.holder.size() : 0;
    return held + holderLength(std::string_view(name).substr(held));
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
        return unused(unknownName);
    MappedName mapped = spelling->rename(name);
    if (!mapped.canonical.empty())
        mapped.canonical.insert(0, prefix);
    return mapped;
}

// Of the families that a composition takes, or that stand alone.
template <class F>
void find(const std::vector<const F*>& families, const std::vector<std::string>& names, const Composition* whole,
          std::pair<const F*&, const Spelling*&> found)
{
    for (const F* candidate : families)
        if (!found.first && (whole ? whole->takes(*candidate) : candidate->standsAlone()) &&
            (found.second = candidate->recognise(names)))
            found.first = candidate;
}

} // namespace

std::string withoutPeft(std::string name)
{
    dropPrefix(name, "base_model.model.");
    replaceOnce(name, ".base_layer.", ".");
    replaceOnce(name, ".modules_to_save.default.", ".");
    for (const std::string_view half : {".lora_A.", ".lora_B."}) {
        const std::size_t at = name.find(half);
        if (at != name.npos && name.ends_with(".weight"))
            name = name.substr(0, at) + std::string(half) + "weight";
    }
    return name;
}

Naming recognise(const std::vector<std::string>& names, const std::string& wanted)
{
    Naming naming;
    for (const Composition* composition : compositions())
        if (!naming.whole && composition->recognise(names))
            naming.whole = composition;
    if (naming.whole)
        naming.refusal = naming.whole->refusal(names);
    naming.dotted = namesWithDots(names);
    if (!naming.whole && names.size() > fewest) {
        std::vector<std::string> all;
        for (const std::string& name : names)
            all.push_back(withoutPeft(naming.clean(name)) == naming.clean(name) ? naming.clean(name) : "");
        naming.holder = sharedHolder(all);
    }
    std::map<std::string, std::set<std::string>> groups;
    for (const std::string& name : names) {
        const std::string clean = naming.clean(name);
        if (const std::size_t length = prefixLength(clean, naming); length != clean.npos)
            groups[clean.substr(0, length)].insert(clean.substr(length));
    }
    naming.prefixes = choosePrefixes(groups, wanted);
    std::vector<std::string> image, text;
    for (const auto& [prefix, own] : groups)
        for (const std::string& name : own) {
            if (!naming.prefixes.takes(prefix, name))
                continue;
            const Composition::Place place = naming.whole ? naming.whole->place(name) : Composition::Place();
            if (!naming.whole || place.part == Part::Image)
                image.push_back(naming.whole ? place.name : name);
            if (!naming.whole || place.part == Part::Text)
                text.push_back(naming.whole ? place.name : name);
        }
    find(imageFamilies(), image, naming.whole, {naming.image, naming.imageSpelling});
    find(textFamilies(), text, naming.whole, {naming.text, naming.textSpelling});
    return naming;
}

void takeCanonicalNames(Naming& naming, const nlohmann::json& description)
{
    static const Spelling canonical{{}, used};
    naming.whole = &mamaComposition();
    naming.refusal = {};
    const auto section = [&](const char* name) {
        return description.contains(name) && description[name].is_object() ? description[name] : nlohmann::json();
    };
    const nlohmann::json image = section("image"), text = section("text");
    const ImageFamily* ofImages = image.is_object() ? &imageFamily(image) : nullptr;
    const TextFamily* ofTexts = text.is_object() ? &textFamily(text) : nullptr;
    const bool mamas = modelKind(description) != ModelKind::Clip && (!ofImages || mamaComposition().takes(*ofImages)) &&
                       (!ofTexts || mamaComposition().takes(*ofTexts));
    if (mamas)
        return;
    naming.image = ofImages;
    naming.text = ofTexts;
    naming.imageSpelling = naming.textSpelling = &canonical;
}

bool isOfTower(const std::string& original, const Naming& naming)
{
    const std::string name = naming.clean(original);
    if (naming.whole)
        if (const std::size_t length = naming.whole->start(name);
            length != name.npos && naming.whole->place(name.substr(length)).part != Part::Other)
            return true;
    // "layers.0.attention.weight", but not a head's "0.weight"
    for (std::size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
        const std::size_t end = name.find_first_not_of("0123456789", dot + 1);
        if (end != name.npos && end > dot + 1 && name[end] == '.' && name.find('.', end + 1) != name.npos)
            return true;
    }
    return false;
}

TowerTried towerTried(const std::string& original, const Naming& naming)
{
    const std::string name = naming.clean(original);
    const std::size_t length = naming.whole ? naming.whole->start(name) : name.npos;
    const Part part = length == name.npos ? Part::Other : naming.whole->place(name.substr(length)).part;
    TowerTried tried{part == Part::Image  ? imageTowerWords()
                     : part == Part::Text ? textTowerWords()
                                          : UserText{TextId("weights.some_tower", "tower")},
                     {}};
    const auto add = [&](const auto& families) {
        for (const auto* family : families)
            tried.families += (tried.families.empty() ? "" : ", ") + family->title();
    };
    if (part != Part::Text)
        add(imageFamilies());
    if (part != Part::Image)
        add(textFamilies());
    return tried;
}

MappedName mapName(const std::string& original, const Naming& naming)
{
    if (const auto rows = mapAddedRows(original, naming))
        return *rows;
    std::string name = naming.clean(original);
    if (const std::size_t length = prefixLength(name, naming); length != name.npos) {
        const std::string prefix = name.substr(0, length);
        name.erase(0, length);
        if (!naming.prefixes.used.empty() && !naming.prefixes.takes(prefix, name))
            return unused(otherSet);
    }
    if (!naming.whole) {
        name = withoutHolders(withoutPeft(name));
        if (contains(name, ".original_module."))
            return unused("kept by PEFT beside the trained copy");
        return naming.image ? mapTower(name, naming.imageSpelling, names::imageTower)
                            : mapTower(name, naming.textSpelling, names::textTower);
    }
    const Composition::Place place = naming.whole->place(name);
    switch (place.part) {
    case Part::Image: // a few tensors of a tower do not show its family: then it is the first
        return mapTower(withoutHolders(withoutPeft(place.name)),
                        naming.image ? naming.imageSpelling : &imageFamilies().front()->spellings().front(),
                        names::imageTower);
    case Part::Text: return mapTower(withoutHolders(withoutPeft(place.name)), naming.textSpelling, names::textTower);
    case Part::Other: break;
    }
    return place.mapped;
}

} // namespace mama::weights
