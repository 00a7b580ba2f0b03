#include "core/training/settings/checkpoint_estimate.h"

#include "core/training/settings/trained_tensors.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/import_weights.h"
#include "core/weights/model_kind.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

bool trains(const Settings& settings, const json& description, const std::string& tensor)
{
    TrainedParts parts{textTrainingOf(settings.text("model.text_training")),
                       imageTrainingOf(settings.text("model.image_training")), lastNormTrains(description)};
    if (settings.is({"task", "pretrain"}))
        return pretrainingTrains(tensor, parts);
    if (settings.is({"task", "probe"}))
        parts.image = ImageTraining::Frozen;
    return settings.is({"task", "warm-start"}) ? warmStartTrains(tensor) : classifierTrains(tensor, parts);
}

// The description with the adapters that pre-training will add, as text_adapters.h does.
json withAdapters(const Settings& settings, json description)
{
    json& text = description["text"];
    if (settings.is({"task", "pretrain"}) && settings.is({"model.text_training", "lora"}) && text.is_object() &&
        !text.contains("lora"))
        text["lora"] = {{"r", settings.integer("lora.rank")},
                        {"targets", weights::textFamily(text).adapters().targets}};
    json& image = description["image"];
    if ((settings.is({"task", "pretrain"}) || settings.is({"task", "finetune"})) &&
        settings.is({"model.image_training", "lora"}) && image.is_object() && !image.contains("lora"))
        image["lora"] = {{"r", settings.integer("lora.rank")},
                         {"targets", weights::imageFamily(image).adapters().targets}};
    return description;
}

// What a probe or fine-tuning keeps of its start.
bool belongsToClassifier(const json& description, const std::string& tensor)
{
    return modelKind(description) == ModelKind::Clip ? tensor.starts_with(names::imageTower)
                                                     : !tensor.starts_with(names::textEncoder);
}

// An adapter that the architecture could have and the model does not.
bool isAbsentAdapter(const std::string& tensor, const json& description)
{
    const std::size_t at = tensor.find(".lora_");
    if (at == std::string::npos)
        return false;
    const json tower = description.value(tensor.starts_with(names::textTower) ? "text" : "image", json::object());
    const json targets = tower.value("/lora/targets"_json_pointer, json::array());
    return std::none_of(targets.begin(), targets.end(),
                        [&](const json& target) { return tensor.substr(0, at).ends_with(target.get<std::string>()); });
}

} // namespace

CheckpointEstimate estimateCheckpoints(const Settings& settings, const json& start)
{
    const json description = withAdapters(settings, start);
    const bool classifier = settings.is({"task", "probe"}) || settings.is({"task", "finetune"});
    const double value = settings.is({"precision", "bf16-true"}) ? 2 : 4, moments = classifier ? 1 : 2;
    CheckpointEstimate estimate;
    double model = 0;
    for (const ExpectedTensor& tensor : expectedTensors(description)) {
        if ((classifier && !belongsToClassifier(description, tensor.name)) || isAbsentAdapter(tensor.name, description))
            continue;
        double bytes = tensor.integer ? 8 : value;
        for (const std::int64_t size : tensor.shape)
            bytes *= static_cast<double>(size);
        model += bytes;
        if (trains(settings, description, tensor.name))
            estimate.each += bytes * (1 + moments);
        else
            (isStatistic(tensor.name) ? estimate.each : estimate.shared) += bytes;
    }
    if (!worthSharing(estimate.shared, model))
        return {0, estimate.shared + estimate.each};
    return estimate;
}

} // namespace mama
