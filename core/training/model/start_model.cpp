#include "core/training/model/start_model.h"

#include "core/base/error.h"
#include "core/training/model/joined_start.h"
#include "core/training/model/text_projection.h"
#include "core/training/settings/training_actions.h"
#include "core/weights/base_text.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/model_folder.h"

#include <cmath>
#include <cstring>
#include <torch/torch.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;
using torch::Tensor;

ImportedModel languageModel(const StartModel& start)
{
    ImportOptions options;
    options.checkpoint = start.textModel.empty() ? baseTextWeights(start.description).parent_path() : start.textModel;
    if (options.checkpoint.empty())
        throw Error(ErrorCode::Model, {action::makeStartModel}, "text",
                    {TextId("start.no_text_model", "neither a folder nor a base of the language model is given")});
    auto imported = importWeights(options);
    if (!imported->description["text"].is_object())
        throw Error(ErrorCode::Model, {action::makeStartModel}, options.checkpoint.string(),
                    {TextId("start.not_a_text_model", "holds no language model")});
    return std::move(*imported);
}

// With an "image" section; nothing where none is asked for.
std::optional<ImportedModel> imageModel(const StartModel& start)
{
    if (start.imageModel.empty())
        return {};
    ImportOptions options;
    options.checkpoint = start.imageModel;
    auto imported = importWeights(options);
    if (!imported->description["image"].is_object())
        throw Error(ErrorCode::Model, {action::makeStartModel}, start.imageModel.string(),
                    {TextId("start.not_an_image_model", "holds no image tower")});
    return std::move(*imported);
}

// The tower is what it is; of its input and its origin the caller may say otherwise.
void takeImage(const ImportedModel& image, json& description)
{
    description["image"] = image.description["image"];
    for (const char* section : {"input", "provenance"})
        if (!description.contains(section) && image.description.contains(section))
            description[section] = image.description[section];
}

// What the caller wrote, on top of what the towers' models say of themselves.
json completed(const StartModel& start, const ImportedModel& language, const std::optional<ImportedModel>& image)
{
    json description = start.description;
    if (image)
        takeImage(*image, description);
    json text = language.description["text"];
    text.update(description.value("text", json::object()));
    description["text"] = text;
    if (!description.contains("captions"))
        description["captions"] = language.description["captions"];
    for (const char* section : {"image", "heads"})
        if (!description.contains(section) || !description[section].is_object())
            throw Error(ErrorCode::Model, {action::makeStartModel}, section,
                        {TextId("start.section_missing", "is not in the description")});
    return description;
}

// A LocalHead that computes the projection: relu(x) - relu(-x) = x. Rows beyond these begin with random weights and
// unheard.
void setLocalHead(Parameters& parameters, const Projection& projection)
{
    const std::string& head = names::textLocal;
    const std::int64_t dims = projection.weight.size(0);
    Tensor first = parameters.get(head + "0.weight"), firstBias = parameters.get(head + "0.bias"),
           second = parameters.get(head + "3.weight");
    if (first.size(0) < 2 * dims)
        throw Error(ErrorCode::Model, {action::makeStartModel}, "heads.text_local_hidden",
                    {TextId("start.hidden_too_narrow", "must be at least twice the embedding's width")});
    for (const std::int64_t half : {0, 1}) {
        first.narrow(0, half * dims, dims).copy_((half == 0 ? projection.weight : -projection.weight).unsqueeze(2));
        firstBias.narrow(0, half * dims, dims).copy_(half == 0 ? projection.bias : -projection.bias);
    }
    second.zero_();
    for (std::int64_t i = 0; i < dims; ++i)
        for (const std::int64_t half : {0, 1})
            second[i][half * dims + i].fill_(half == 0 ? 1 : -1);
}

CaptionTokenizer tokenizerOf(const ImportedModel& language, const json& description)
{
    CaptionTokenizer made;
    if (language.tokenizerFiles.empty())
        throw Error(ErrorCode::Model, {action::makeStartModel}, "tokenizer",
                    {TextId("start.no_tokenizer", "the language model's folder has none")});
    made.tokenizer = made.plain = Tokenizer::load(language.tokenizerFiles.front().parent_path());
    const json& captions = description.at("captions");
    made.rules = captionRules(captions, "captions");
    return made;
}

void projectTexts(const StartModel& start, const ImportedModel& language, const json& description,
                  Parameters& parameters)
{
    const auto tower = TextTower::make(parameters, description["text"]);
    const TextFeatures features = textFeatures(*tower, tokenizerOf(language, description),
                                               description["text"].value("pooling", "cls"), start.texts);
    const auto dims = description["heads"].at("embedding").get<std::int64_t>();
    const Projection whole = whitening(features.whole, dims);
    Tensor(parameters.get(names::textGlobal + ".weight")).copy_(whole.weight);
    Tensor(parameters.get(names::textGlobal + ".bias")).copy_(whole.bias);
    if (parameters.has(names::textLocal + "0.weight"))
        setLocalHead(parameters, whitening(features.sentences, dims));
}

void takeTower(const ImportedModel& from, const std::string& prefix, Parameters& parameters)
{
    const Parameters all = parametersOf(from);
    for (const auto& [name, tensor] : all.all())
        if (name.starts_with(prefix))
            parameters.set(name, tensor);
}

CanonicalTensor canonical(const std::string& name, const Tensor& tensor)
{
    const Tensor plain = tensor.contiguous();
    const auto bytes = std::make_shared<std::vector<std::byte>>(plain.nbytes());
    if (!bytes->empty())
        std::memcpy(bytes->data(), plain.const_data_ptr(), bytes->size());
    return {{name, plain.scalar_type() == torch::kLong ? TensorType::I64 : TensorType::F32, plain.sizes().vec()},
            {{*bytes, bytes}},
            nullptr};
}

} // namespace

void writeStartModel(const StartModel& start, const fs::path& folder)
{
    const torch::NoGradGuard noGradients;
    ImportedModel model = languageModel(start);
    const std::optional<ImportedModel> image = imageModel(start);
    const json description = completed(start, model, image);
    Parameters parameters; // towers alone: the heads are this model's own
    takeTower(model, names::textTower, parameters);
    if (image)
        takeTower(*image, names::imageTower, parameters);
    torch::Generator generator = torch::make_generator<torch::CPUGeneratorImpl>(start.seed);
    try {
        for (const ExpectedTensor& tensor : expectedTensors(description)) {
            if (!parameters.has(tensor.name) &&
                (!tensor.optional || tensor.name.ends_with("num_batches_tracked") || tensor.name.ends_with("_scale")))
                parameters.set(tensor.name, startValue(tensor, generator));
        }
        if (!start.texts.empty())
            projectTexts(start, model, description, parameters);
    } catch (const json::exception& error) {
        throw Error(ErrorCode::Model, {action::makeStartModel}, "description", textOf(error));
    }
    model.description = description;
    model.tensors.clear();
    for (const auto& [name, tensor] : parameters.all())
        model.tensors.push_back(canonical(name, tensor));
    writeModelFolder(model, folder);
}

} // namespace mama
