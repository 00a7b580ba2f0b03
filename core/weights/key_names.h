#pragma once
#include "core/base/user_text.h"
#include "core/weights/families/family.h"
#include "core/weights/wrappers.h"

namespace mama::weights {

// By which names a file calls its tensors.
struct Naming
{
    const Composition* whole = nullptr; // how towers and heads are joined; null: one tower alone
    const ImageFamily* image = nullptr;
    const TextFamily* text = nullptr;
    std::string holder;                                               // of one tower alone: in front of every name
    std::map<std::string, std::string> dotted;                        // names of the file with their dots again
    NamePrefixes prefixes;                                            // in front of the names, wrappers taken off
    UserText refusal;                                                 // why the composition refuses the file, or empty
    const Spelling *imageSpelling = nullptr, *textSpelling = nullptr; // where there is a family

    bool joined() const { return whole != nullptr; }
    // A name of the file without wrappers.
    std::string clean(const std::string& original) const
    {
        const auto found = dotted.find(original);
        return withoutWrappers(found == dotted.end() ? original : found->second);
    }
};

// Reasons of tensors that nobody asked for by name; others are known to be of no use.
inline const std::string unknownName = "unknown name", notInArchitecture = "not part of the architecture",
                         otherSet = "of other weights in the same file";

// wanted: the prefix of one of several sets of weights; empty: as choosePrefixes() does.
Naming recognise(const std::vector<std::string>& names, const std::string& wanted = {});

// The names of a model folder of ours: MaMA's own, also when it holds one tower only, and the canonical ones of other
// groups' families. Error(Unsupported) names a family that is not known.
void takeCanonicalNames(Naming& naming, const nlohmann::json& description);

// Whether a tensor of that source name must belong to a tower: it stands where towers stand, or in a numbered layer.
bool isOfTower(const std::string& name, const Naming& naming);

// What a tensor of that source name is a part of, for a sentence, and the families that were tried for it.
struct TowerTried
{
    UserText tower;
    std::string families; // "GPT-2, BERT, Llama"
};
inline UserText imageTowerWords() { return {TextId("weights.image_tower", "image tower")}; }
inline UserText textTowerWords() { return {TextId("weights.text_tower", "text tower")}; }
TowerTried towerTried(const std::string& name, const Naming& naming);

MappedName mapName(const std::string& name, const Naming& naming);

// "base_model.model.", ".base_layer", and the adapter's name of "lora_A.default" taken off.
std::string withoutPeft(std::string name);

} // namespace mama::weights
