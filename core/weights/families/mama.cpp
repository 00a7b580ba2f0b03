#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"

#include <algorithm>

// Names: mama.md, section 11.
namespace mama::weights {
namespace {

// MaMA's checkpoints, whose names are the canonical ones, and model folders of ours.
class Mama final : public Composition
{
public:
    std::string title() const override { return "MaMA"; }
    bool recognise(const std::vector<std::string>& all) const override
    {
        return std::any_of(all.begin(), all.end(), [](const std::string& name) {
            return contains(name, names::imageEncoder) || contains(name, names::textEncoder);
        });
    }
    Place place(const std::string& name) const override;
};

Composition::Place Mama::place(const std::string& name) const
{
    if (name.starts_with(names::imageTower))
        return {Place::Part::Image, name.substr(names::imageTower.size()), {}};
    if (name.starts_with(names::textTower))
        return {Place::Part::Text, name.substr(names::textTower.size()), {}};
    for (const std::string& known :
         {names::imageGlobal + ".", names::imageEncoder + "local_embed.", names::textGlobal + ".",
          names::textEncoder + "local_embed.", std::string("simclr_proj.")})
        if (name.starts_with(known))
            return {Place::Part::Other, {}, used(name)};
    return {Place::Part::Other,
            {},
            name == names::logitScale || name == names::localScale ? used(name) : unused("unknown name")};
}

} // namespace

const Composition& mamaComposition()
{
    static const Mama composition;
    return composition;
}

} // namespace mama::weights
