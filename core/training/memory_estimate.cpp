#include "core/training/memory_estimate.h"

#include "core/base/error.h"
#include "core/weights/import_weights.h"
#include "core/weights/key_names.h"

#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

constexpr double perValue = 4;      // fp32
constexpr double program = 0.35e9;  // bytes, resident after loading LibTorch

struct Parameters
{
    double image = 0, text = 0, heads = 0;
};

Parameters parametersOf(const json& description)
{
    Parameters counted;
    for (const ExpectedTensor& tensor : expectedTensors(description)) {
        double elements = 1;
        for (const std::int64_t size : tensor.shape)
            elements *= static_cast<double>(size);
        const bool image = tensor.name.starts_with(weights::imagePrefix), text = tensor.name.starts_with(weights::textPrefix);
        (image ? counted.image : text ? counted.text : counted.heads) += elements;
    }
    return counted;
}

// Bytes that a tower's layers keep for one sequence.
double layersKeep(const json& tower, double tokens)
{
    const double width = tower.value("width", 0.0), hidden = tower.value("mlp_hidden", tower.value("intermediate", 4 * width));
    return perValue * tokens * tower.value("depth", 0.0) * ((tower.value("layer_scale", false) ? 10 : 8) * width + 2 * hidden);
}

double imageKeeps(const json& image, double side)
{
    const double cells = side / image.value("patch", 14.0);
    double kept = layersKeep(image, cells * cells + 1 + image.value("registers", 0.0));
    double at = side;
    for (const json& channels : image.value("/stem/channels"_json_pointer, json::array())) {
        const bool first = at == side;
        at /= 2;
        kept += perValue * 3 * (first ? 1 : 2) * channels.get<double>() * at * at;
    }
    return kept;
}

} // namespace

MemoryEstimate estimateMemory(const Settings& settings, const json& description)
{
    const json image = description.value("image", json()), text = description.value("text", json());
    if (!image.is_object())
        throw Error(ErrorCode::Model, "estimate memory", "model.json", "it describes no image tower");
    const std::string& task = settings.text("task");
    const bool pretrain = task == "pretrain";
    const double side = settings.integer("data.input_size") > 0 ? static_cast<double>(settings.integer("data.input_size")) : description.value("/input/size"_json_pointer, 518.0);
    const double batch = static_cast<double>(settings.integer("batch")), images = pretrain ? 2 * batch : batch;
    const std::string& textTraining = settings.text("model.text_training");
    const Parameters all = parametersOf(description);

    double trained = all.heads;
    if (task != "probe")
        trained += all.image;
    if (pretrain && textTraining == "full")
        trained += all.text;
    MemoryEstimate need;
    need.weights = perValue * (all.image + all.text + all.heads);
    need.gradients = perValue * trained;
    need.moments = (pretrain || task == "warm-start" ? 2 : 1) * perValue * trained;
    if (task != "probe")
        need.activations = images * imageKeeps(image, side);
    if (pretrain && text.is_object() && (textTraining == "full" || textTraining == "lora"))
        need.activations += batch * layersKeep(text, description.value("/captions/length"_json_pointer, 256.0));
    need.batches = perValue * 3 * side * side * images * static_cast<double>(1 + settings.integer("prefetch"));
    need.program = program;
    return need;
}

} // namespace mama
