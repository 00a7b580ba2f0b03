#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/families/model_notes.h"

#include <algorithm>

// Names and rules: models.md, sections 2 and 3.
namespace mama::weights {
namespace {

using nlohmann::json;
using Part = Composition::Place::Part;

const std::string classifier = "classifier.classification_head.";

// batmanlab's Mammo-CLIP and Mammo-FM, whole, and Mammo-CLIP's classifiers.
class MammoClip final : public Composition
{
public:
    std::string title() const override { return "Mammo-CLIP"; }
    bool takes(const Family& family) const override
    {
        return &family == &efficientNet() || &family == &bert() || &family == &modernBert();
    }
    bool recognise(const std::vector<std::string>& all) const override
    {
        return std::any_of(all.begin(), all.end(), [](const std::string& name) {
            return contains(name, "image_encoder._") || contains(name, "text_encoder.text_encoder.") ||
                   contains(name, "text_encoder.embeddings.tok_embeddings");
        });
    }
    std::size_t start(const std::string& name) const override
    {
        return firstOf(name, {"image_encoder.", "text_encoder.", "image_projection.", "text_projection.", "classifier.",
                              "logit_scale"});
    }
    Place place(const std::string& name) const override;
    void complete(json& description, TowerReader& model) const override;
};

Composition::Place MammoClip::place(const std::string& name) const
{
    if (name.starts_with("image_encoder."))
        return {Part::Image, name.substr(std::string_view("image_encoder.").size()), {}};
    if (name.starts_with("text_encoder.")) {
        std::string rest = name.substr(std::string_view("text_encoder.").size());
        dropPrefix(rest, "text_encoder.");
        return {Part::Text, rest, {}};
    }
    for (const auto& [from, to] :
         {std::pair<std::string, std::string>{"image_projection.projection.", names::imageGlobal},
          {"text_projection.projection.", names::textGlobal},
          {classifier, names::imageGlobal}})
        if (name.starts_with(from))
            return {Part::Other, {}, used(to + "." + name.substr(from.size()))};
    return {Part::Other, {}, name == names::logitScale ? used(name) : unused("unknown name")};
}

// The value at a path of the trainer's configuration, or null.
const json* setting(const TowerReader& model, const char* top, const std::vector<std::string>& path)
{
    const json* value = model.setting(top);
    for (const std::string& key : path)
        value = value && value->is_object() && value->contains(key) ? &(*value)[key] : nullptr;
    return value;
}

std::string wordAt(const TowerReader& model, const char* top, const std::vector<std::string>& path)
{
    const json* value = setting(model, top, path);
    return value && value->is_string() ? value->get<std::string>() : std::string();
}

std::string poolingOf(TowerReader& model)
{
    const std::string told = wordAt(model, "model", {"text_encoder", "pooling"});
    if (!told.empty() && told != "eos")
        model.problem({TextId("weights.text_pooling_not_supported",
                              "the text tower is read by \"%1\", which is not supported: only by eos"),
                       told});
    return "last-token";
}

void checkHead(TowerReader& model)
{
    const std::string told = wordAt(model, "model", {"projection_head", "name"});
    const bool layers = model.has(names::imageGlobal + ".weight") && model.size(names::imageGlobal + ".weight", 1) > 0;
    if ((!told.empty() && told != "linear") || !layers)
        model.problem({TextId("weights.projection_head_not_supported",
                              "the projection head \"%1\" is not supported: only linear is"),
                       told.empty() ? "mlp" : told});
}

json tasks()
{
    const auto pair = [](const char* positive) {
        return json::array({{{"class", std::string("no ") + positive}, {"prompts", {std::string("no ") + positive}}},
                            {{"class", positive}, {"prompts", {positive}}}});
    };
    return {
        {"mass", pair("mass")}, {"calcification", pair("suspicious calcification")}, {"cancer", pair("malignancy")}};
}

void MammoClip::complete(json& description, TowerReader& model) const
{
    description["input"] = {
        {"profile", "mammo-clip"}, {"profile_version", 1}, {"rows", 1520}, {"columns", 912}, {"channels", 3}};
    const bool half = model.has(names::logitScale) || model.has(names::textGlobal + ".weight"); // of a whole model
    if (model.has(names::imageGlobal + ".weight") && !description["text"].is_object() && !half) {
        description["kind"] = "linear-probe";
        description["published"] = mammoClipNotes(false);
        return;
    }
    needBothTowers(description, model);
    description["kind"] = "clip";
    if (!description["text"].is_object())
        return;
    checkHead(model);
    const bool modern = description["text"]["family"] == modernBert().name();
    description["text"]["pooling"] = poolingOf(model);
    const json* length = setting(model, "base", {"text_max_length"});
    const json* positions = description["text"].contains("positions") ? &description["text"]["positions"] : nullptr;
    std::int64_t longest = length && length->is_number_integer() ? length->get<std::int64_t>() : 256;
    if (positions && positions->is_number_integer())
        longest = std::min(longest, positions->get<std::int64_t>());
    description["captions"] = plainTexts(std::max<std::int64_t>(longest, 3), "[PAD]");
    description["maps"] = {{"ways", {"cell", "additive"}}, {"default", "cell"}};
    description["zero_shot"] = {{"factor", 1.0}, {"tasks", tasks()}};
    description["published"] = mammoClipNotes(modern);
}

} // namespace

const Composition& mammoClipComposition()
{
    static const MammoClip composition;
    return composition;
}

} // namespace mama::weights
