#include "core/training/settings/start_description.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/text/tokenizer/tokenizer.h"
#include "core/weights/card_words.h"
#include "core/weights/families/families.h"
#include "core/weights/import_weights.h"
#include "core/weights/model_kind.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

constexpr std::int64_t publishedEmbedding = 512, publishedHidden = 2048, captionTokens = 144;

struct Described
{
    json model;
    std::vector<fs::path> tokenizerFiles; // of a checkpoint; a model folder has them itself
};

Described describe(const fs::path& place)
{
    std::error_code failed;
    if (fs::exists(place / "model.json", failed))
        return {readJson(place / "model.json"), {}};
    ImportOptions options;
    options.checkpoint = place;
    options.checkValues = options.hash = false;
    const auto imported = importWeights(options);
    return {imported->description, imported->tokenizerFiles};
}

[[noreturn]] void refuse(const char* key, const fs::path& place, const UserText& why)
{
    throw Error(ErrorCode::Usage, {action::readConfiguration}, key,
                {TextId("train.start_refused", "%1: %2"), place.string(), why});
}

bool isObject(const json& description, const char* section)
{
    return description.contains(section) && description[section].is_object();
}

// The special tokens that a tokenizer has for what a caption needs: a sentence's end that the language model has read
// as such, the text's beginning, and padding.
json captionsFor(const fs::path& tokenizerFolder, const json& own, const json& text)
{
    const auto tokenizer = Tokenizer::load(tokenizerFolder);
    const auto first = [&](std::initializer_list<const char*> names) -> std::string {
        for (const char* name : names)
            if (tokenizer->id(name))
                return name;
        return {};
    };
    const std::string separator = first({"[SEP]", "<|separatetext|>", "<|endoftext|>", "</s>"});
    if (separator.empty())
        refuse("model.text_tower", tokenizerFolder,
               {TextId("train.no_separator", "its tokenizer has no token that ends a sentence ([SEP], <|endoftext|>, "
                                             "</s>)")});
    const bool bert = tokenizer->isBert();
    json captions{{"separator", separator},
                  {"start", bert ? "" : first({"<|startoftext|>", "[CLS]"})},
                  {"end", ""},
                  {"pad", first({"[PAD]", "<pad>", "<|endoftext|>", "</s>"})},
                  {"length", std::min<std::int64_t>(captionTokens, text.value("positions", captionTokens))},
                  {"added_tokens", json::array()}};
    if (own.is_object() && own.contains("pad_id"))
        captions["pad_id"] = own["pad_id"];
    return captions;
}

// How a text is pooled where the language model had a pooling of its own: as there, as far as captions allow it.
std::string poolingFor(const json& text)
{
    const std::string own = text.value("pooling", std::string());
    if (own == "mean-masked")
        return own;
    return own == "cls" && weights::textFamily(text).hasClassToken() ? "first" : "last-real";
}

bool isOwn(const json& model) { return modelKind(model) == ModelKind::Mama && isObject(model, "heads"); }

// Heads that MaMA has and other models have not.
json headsFor(const json& model)
{
    json heads =
        isObject(model, "heads") && modelKind(model) != ModelKind::LinearProbe ? model["heads"] : json::object();
    heads.erase("scale_shape");
    heads.erase("logit_bias");
    const std::int64_t embedding = heads.value("embedding", publishedEmbedding);
    const json standard{{"embedding", embedding},
                        {"local", true},
                        {"local_hidden", publishedHidden},
                        {"text_local_hidden", publishedHidden},
                        {"simclr", true},
                        {"simclr_hidden", model["image"].value("width", embedding)},
                        {"simclr_out", embedding},
                        {"batchnorm_eps", 1e-5}};
    for (const auto& [key, value] : standard.items())
        if (!heads.contains(key) || key == "local" || key == "simclr")
            heads[key] = value;
    heads["classes"] = nullptr;
    return heads;
}

// DINOv2's weights as MaMA reads them (mama.md 2 and 3).
void asMamaReads(json& image)
{
    if (image.value("family", std::string("dinov2")) != "dinov2")
        return;
    image["pooling"] = "mean-prenorm";
    image["interpolation"] = {{"antialias", true}, {"offset", 0.0}, {"mode", "bicubic"}};
}

void takeText(const Settings& settings, json& model, fs::path& tokenizer)
{
    const fs::path place = settings.text("model.text_tower");
    if (place.empty())
        return;
    const Described from = describe(place);
    if (!isObject(from.model, "text"))
        refuse("model.text_tower", place, {TextId("train.no_text_there", "holds no language model")});
    model["text"] = from.model["text"];
    model["captions"] = from.model.value("captions", json());
    model["heads"].erase("text_projection");
    model["provenance"]["language_model"] = from.model.value("provenance", json::object());
    tokenizer = from.tokenizerFiles.empty() ? place : from.tokenizerFiles.front().parent_path();
}

json forPretraining(const Settings& settings, Described start)
{
    json& model = start.model;
    const fs::path place = settings.text("model.start");
    const bool own = isOwn(model), textNamed = !settings.text("model.text_tower").empty();
    if (own && !textNamed)
        return model;
    fs::path tokenizer = start.tokenizerFiles.empty() ? place : start.tokenizerFiles.front().parent_path();
    if (!own) {
        model["heads"] = headsFor(model);
        asMamaReads(model["image"]);
    }
    takeText(settings, model, tokenizer);
    if (!isObject(model, "text"))
        refuse("model.text_tower", place,
               {TextId("train.text_needed", "has no language model for its captions: name one, a model folder or a "
                                            "checkpoint with its tokenizer")});
    const json captions = model.value("captions", json());
    if (!captions.is_object() || captions.value("plain", false) || captions.value("separator", std::string()).empty())
        model["captions"] = captionsFor(tokenizer, captions, model["text"]);
    if (!own || textNamed)
        model["text"]["pooling"] = poolingFor(model["text"]);
    model["kind"] = name(ModelKind::Mama);
    model["compat"] = "default";
    model["inference"] = {
        {"text_pooling", "training"}, {"zero_shot_softmax", "once"}, {"full_length_caption", "last-token"}};
    for (const char* section : {"maps", "zero_shot", "published", "examples"})
        model.erase(section);
    return model;
}

// An image tower that convolves is read, not trained: its padding is made for one size, its norms for its own batches.
bool mayTrain(const json& image) { return image.value("family", std::string("dinov2")) != "efficientnet"; }

json provenanceOf(const fs::path& modelOrCheckpoint)
{
    const json described = describe(modelOrCheckpoint).model, published = described.value("published", json());
    const json own = described.value("provenance", json::object());
    if (!own.is_object() || (published.is_object() && own.value("trained_on", std::string("unknown")) == "unknown"))
        return published.is_object() ? published : json::object();
    return own;
}

// That is not the start's own; empty: there is none.
std::string languageModelOf(const Settings& settings)
{
    return settings.is({"task", "pretrain"}) ? settings.text("model.text_tower") : std::string();
}

} // namespace

json describeModel(const fs::path& modelOrCheckpoint) { return describe(modelOrCheckpoint).model; }

json startDescription(const Settings& settings)
{
    const fs::path place = settings.text("model.start");
    Described start = describe(place);
    if (!isObject(start.model, "image"))
        refuse("model.start", place, {TextId("train.no_image_there", "holds no image tower")});
    if (!settings.is({"task", "probe"}) && !mayTrain(start.model["image"]))
        refuse("model.start", place,
               {TextId("train.convolutions_frozen",
                       "its image tower is an EfficientNet, which stays frozen here: only task probe takes it")});
    if (settings.is({"task", "pretrain"}))
        return forPretraining(settings, std::move(start));
    for (const char* section : {"maps", "zero_shot", "published"})
        start.model.erase(section);
    return start.model;
}

Extent inputSizeOf(const Settings& settings, const json& description)
{
    const json input = description.value("input", json::object()), &image = description.at("image");
    const int asked = static_cast<int>(settings.integer("data.input_size")), patch = image.value("patch", 0),
              side = input.value("size", defaultInputSize);
    const Extent size = asked > 0 ? Extent(asked) : Extent(input.value("columns", side), input.value("rows", side));
    const auto refused = [](const UserText& why) {
        return Error(ErrorCode::Usage, {action::train}, "data.input_size", why);
    };
    if (patch > 0 && (size.columns % patch != 0 || size.rows % patch != 0))
        throw refused({TextId("train.no_multiple", "%1 is not a multiple of the patch, %2"),
                       size.columns % patch != 0 ? size.columns : size.rows, patch});
    if (const auto grid = image.value("native_grid", json());
        image.value("family", std::string("dinov2")) == "vit" && grid.is_array() && grid.size() == 2 &&
        (size.rows != grid[0].get<int>() * patch || size.columns != grid[1].get<int>() * patch))
        throw refused({TextId("train.one_size", "this image tower takes %1 pixels only"), grid[0].get<int>() * patch});
    return size;
}

std::string trainedOnWith(const Settings& settings, const std::string& data)
{
    if (data.empty())
        return {};
    const auto said = [](const fs::path& place) { return provenanceOf(place).value("trained_on", std::string()); };
    const std::string text = languageModelOf(settings);
    return trainedFrom({data, said(settings.text("model.start")), text.empty() ? text : said(text)});
}

std::vector<UserText> startSentences(const Settings& settings)
{
    const json model = startDescription(settings);
    const auto said = [](const json& provenance, const char* key) -> UserText {
        const std::string text = provenance.value(key, std::string());
        return text.empty() || text == "unknown" ? UserText{TextId("train.not_stated", "not stated")} : UserText{text};
    };
    const json image = provenanceOf(settings.text("model.start"));
    std::vector<UserText> out{
        {TextId("train.start_from", "Image tower: %1, trained on: %2. Terms for what is trained from it: %3"),
         weights::imageFamily(model["image"]).title(), said(image, "trained_on"), said(image, "licence")}};
    if (const std::string place = languageModelOf(settings); !place.empty()) {
        const json text = provenanceOf(place);
        out.push_back(
            {TextId("train.text_from", "Language model: %1, trained on: %2. Terms for what is trained from it: %3"),
             weights::textFamily(model["text"]).title(), said(text, "trained_on"), said(text, "licence")});
    }
    if (settings.is({"task", "pretrain"}) && model["captions"].value("length", captionTokens) < captionTokens)
        out.push_back(
            {TextId("train.captions_cut", "Captions are cut at %1 tokens, which this language model has; "
                                          "MaMA's have up to %2: their end, findings and assessment, may be "
                                          "lost (captions.single_sentence_share, captions.findings_only_until)"),
             model["captions"].value("length", captionTokens), captionTokens});
    return out;
}

} // namespace mama
