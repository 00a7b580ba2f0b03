#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/families/model_notes.h"

#include <algorithm>

// Names and rules: models.md, sections 5 and 6.
namespace mama::weights {
namespace {

using nlohmann::json;
using Part = Composition::Place::Part;

constexpr std::int64_t gemmaTokens = 256'000; // of SigLIP 2's vocabulary
constexpr std::int64_t medSiglipSide = 448;

// CLIPModel and SiglipModel of the transformers library.
class HuggingFaceClip final : public Composition
{
public:
    std::string title() const override { return "CLIP or SigLIP (Hugging Face)"; }
    bool takes(const Family& family) const override { return &family == &vit() || &family == &clipText(); }
    bool recognise(const std::vector<std::string>& all) const override
    {
        return std::any_of(all.begin(), all.end(), [](const std::string& name) {
            return contains(name, "vision_model.embeddings.patch_embedding.") ||
                   contains(name, "text_model.embeddings.token_embedding.") ||
                   contains(name, "vision_model.encoder.layers.") || contains(name, "text_model.encoder.layers.");
        });
    }
    std::size_t start(const std::string& name) const override
    {
        return firstOf(name, {"vision_model.", "text_model.", "visual_projection.", "text_projection.", "logit_scale",
                              "logit_bias"});
    }
    Place place(const std::string& name) const override;
    void complete(json& description, TowerReader& model) const override;
};

Composition::Place HuggingFaceClip::place(const std::string& name) const
{
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"visual_projection.", names::imageGlobal + "."},
                                   {"text_projection.", names::textGlobal + "."},
                                   {"text_model.head.", names::textGlobal + "."}})
        if (name.starts_with(from))
            return {Part::Other, {}, used(to + name.substr(from.size()))};
    for (const auto& [from, part] :
         {std::pair<std::string, Part>{"vision_model.", Part::Image}, {"text_model.", Part::Text}})
        if (name.starts_with(from))
            return {part, name.substr(from.size()), {}};
    const bool scale = name == names::logitScale || name == names::logitBias;
    return {Part::Other, {}, scale ? used(name) : unused("unknown name")};
}

std::int64_t whole(const json* value, std::int64_t otherwise)
{
    return value && value->is_number_integer() ? value->get<std::int64_t>() : otherwise;
}

json inputOf(const json& image, TowerReader& model, bool siglip)
{
    const std::int64_t side = image["native_grid"][0].get<std::int64_t>() * image["patch"].get<std::int64_t>();
    json input{{"profile_version", 1}, {"size", side}, {"channels", 3}};
    takeChannels(input, "mean", model.setting("image_mean"), model);
    takeChannels(input, "deviation", model.setting("image_std"), model);
    // Google evaluated MedSigLIP with TensorFlow's resize, whatever its file says.
    const bool tensorFlow = siglip && side == medSiglipSide;
    input["profile"] = tensorFlow ? "siglip-tensorflow" : siglip ? "siglip" : "clip";
    if (!siglip)
        input["crop_half_even"] = false;
    if (const json* told = model.setting("resample"); told && !told->is_null() && !told->is_number_integer())
        model.problem(
            {TextId("weights.resample_no_number", "the resampling filter is %1, which is no number"), told->dump()});
    const std::int64_t filter = whole(model.setting("resample"), 3);
    if (filter != 2 && filter != 3)
        model.problem({TextId("weights.resample_not_supported", "the resampling filter %1 is not supported"), filter});
    if (!tensorFlow)
        input["resizer"] = filter == 2 ? "pillow-bilinear" : "pillow-bicubic";
    return input;
}

void readSiglip(json& description, TowerReader& model)
{
    json& text = description["text"];
    if (text.value("vocabulary", std::int64_t{0}) == gemmaTokens || model.hasModelType("siglip2"))
        model.problem({TextId("weights.siglip2_not_supported", "SigLIP 2 is not supported: it has another tokenizer")});
    text["pooling"] = "last-token";
    text["causal"] = false;
    description["captions"] = plainTexts(std::max<std::int64_t>(text.value("positions", std::int64_t{2}), 2), "</s>");
    description["captions"]["padded"] = true;
    description["zero_shot"] = {{"sigmoid", true}, {"tasks", json::object()}};
    description["maps"] = {{"ways", {"head-value", "head-value+value"}}, {"default", "head-value"}};
    const bool medical = description["input"]["profile"] == "siglip-tensorflow";
    description["published"] =
        medical ? clipNotes("medical images and texts (MedSigLIP, as published)",
                            "MedSigLIP's weights, as published: terms of Health AI Developer Foundations")
                : clipNotes("pictures and texts of the web (SigLIP)", "as stated by whoever gave you the file");
}

void readClip(json& description, TowerReader& model)
{
    json& text = description["text"];
    const json* end = model.config("eos_token_id", {"eos_token_id"});
    // Configurations of OpenAI's models say 2, and their library then reads the highest id.
    text["pooling"] = whole(end, 2) == 2 ? "highest-id" : "first-end";
    description["captions"] =
        plainTexts(std::max<std::int64_t>(text.value("positions", std::int64_t{3}), 3), "<|endoftext|>");
    description["captions"]["end"] = "<|endoftext|>";
    description["zero_shot"] = {{"tasks", json::object()}};
    description["maps"] = {{"ways", {"value", "final"}}, {"default", "value"}};
    description["published"] =
        clipNotes("pictures and texts of the web (CLIP)", "as stated by whoever gave you the file");
}

void HuggingFaceClip::complete(json& description, TowerReader& model) const
{
    description["kind"] = "clip";
    needBothTowers(description, model);
    if (!description["image"].is_object() || !description["text"].is_object())
        return;
    const bool siglip = description["image"]["pooling"] == "attention";
    description["input"] = inputOf(description["image"], model, siglip);
    if (siglip)
        readSiglip(description, model);
    else
        readClip(description, model);
}

} // namespace

const Composition& huggingFaceClipComposition()
{
    static const HuggingFaceClip composition;
    return composition;
}

} // namespace mama::weights
