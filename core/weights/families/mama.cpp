#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"

#include <algorithm>
#include <array>

// Names: mama.md, section 11.
namespace mama::weights {
namespace {

// Numbers of its own in a file; the bias only in a folder of a public model.
const std::array scales{names::logitScale, names::localScale, names::logitBias};

// MaMA's checkpoints, whose names are the canonical ones, and model folders of ours.
class Mama final : public Composition
{
public:
    std::string title() const override { return "MaMA"; }
    bool takes(const Family& family) const override
    {
        return &family == &dinov2() || &family == &gpt2() || &family == &bert() || &family == &llama();
    }
    bool recognise(const std::vector<std::string>& all) const override
    {
        return std::any_of(all.begin(), all.end(), [](const std::string& name) {
            return contains(name, names::imageEncoder) || contains(name, names::textEncoder);
        });
    }
    std::size_t start(const std::string& name) const override;
    Place place(const std::string& name) const override;
    void complete(nlohmann::json&, TowerReader&) const override {}
};

// The name behind the words that only say what holds a tower: "model.", in the file of a wrapped one others too.
std::string behindHolders(const std::string& name)
{
    std::size_t at = 0;
    for (bool found = true; found;) {
        found = false;
        for (const std::string_view holder : {"model.", "net.", "network."})
            if (name.compare(at, holder.size(), holder) == 0) {
                at += holder.size();
                found = true;
            }
    }
    return name.substr(at);
}

std::size_t Mama::start(const std::string& name) const
{
    std::size_t first = name.npos;
    for (const std::string& root : {names::imageEncoder, names::textEncoder, std::string("simclr_proj.")})
        for (std::size_t at = name.find(root); at != name.npos; at = name.find(root, at + 1))
            if (at == 0 || name[at - 1] == '.')
                first = std::min(first, at);
    for (const std::string& scale : scales)
        if (name == scale || name.ends_with("." + scale))
            first = std::min(first, name.size() - scale.size());
    return first;
}

Composition::Place Mama::place(const std::string& name) const
{
    for (const auto& [encoder, part] :
         {std::pair{names::imageEncoder, Place::Part::Image}, {names::textEncoder, Place::Part::Text}}) {
        if (!name.starts_with(encoder))
            continue;
        const std::string own = name.substr(encoder.size()), rest = behindHolders(own);
        if (rest.starts_with("global_embed.") || rest.starts_with("local_embed."))
            return {Place::Part::Other, {}, used(encoder + rest)};
        if (rest.size() < own.size())
            return {part, rest, {}};
    }
    if (name.starts_with("simclr_proj."))
        return {Place::Part::Other, {}, used(name)};
    const bool scale = std::find(scales.begin(), scales.end(), name) != scales.end();
    return {Place::Part::Other, {}, scale ? used(name) : unused("unknown name")};
}

} // namespace

const Composition& mamaComposition()
{
    static const Mama composition;
    return composition;
}

} // namespace mama::weights
