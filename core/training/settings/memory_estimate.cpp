#include "core/training/settings/memory_estimate.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/image/model_input.h"
#include "core/training/settings/placement.h"
#include "core/training/settings/trained_tensors.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/efficientnet_plan.h"
#include "core/weights/import_weights.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

// `program` and the overheads were set against the highest resident memory (VmHWM) of runs of four steps on one thread
// of a processor with products of bfloat16: the demo's warm-start.json and pretrain.json (192 pixels, batches of 8 and
// 32, each kind of text training, with and without the terms on masks, one in float32). test_settings holds it to them.
constexpr double perValue = 4;      // fp32
constexpr double program = 0.395e9; // bytes, resident after loading LibTorch, with what its allocator keeps
// Over what is kept: gradients of the layer at work, and the allocator's gaps.
constexpr double imageOverhead = 1.1, imageOverheadWithMasks = 1.3, textOverhead = 1.15;

// What a text tower with gradients takes beside its layers: seen in every such run, at any batch.
constexpr double textAtWork = 0.2e9;

// Of captions whose text tower does not change, what it said is kept up to this much.
constexpr double knownText = 512.0 * (1 << 20);
constexpr double vectorsOfCaption = 7; // the whole and about six sentences

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
        const bool image = tensor.name.starts_with(names::imageTower), text = tensor.name.starts_with(names::textTower);
        (image ? counted.image : text ? counted.text : counted.heads) += elements;
    }
    return counted;
}

// Bytes that a tower's layers keep for one sequence; `product`: bytes of a factor or result of a product. The residual
// before each half of a layer stays float32.
double layersKeep(const json& tower, double tokens, double product)
{
    const double width = tower.value("width", 0.0),
                 hidden = tower.value("mlp_hidden", tower.value("intermediate", 4 * width));
    return tokens * tower.value("depth", 0.0) *
           (perValue * 2 * width + product * ((tower.value("layer_scale", false) ? 8 : 6) * width + 2 * hidden));
}

// Values of a tower's matrices, which are packed anew for products.
double matrices(const json& tower)
{
    const double width = tower.value("width", 0.0),
                 hidden = tower.value("mlp_hidden", tower.value("intermediate", 4 * width));
    return tower.value("depth", 0.0) * (4 * width * width + 2 * width * hidden);
}

double tokensOf(const json& image, double side)
{
    const double cells = side / image.value("patch", double{defaultPatch});
    return cells * cells + 1 + image.value("registers", 0.0);
}

// Of a frozen EfficientNet the widest block at work: its expanded map before and after the depthwise convolution, and
// its input.
double convolutionsKeep(const json& description)
{
    const json image = description.value("image", json::object()), input = description.value("input", json::object());
    const double side = input.value("size", double{defaultInputSize}),
                 pixels = input.value("rows", side) * input.value("columns", side);
    const json expanded = image.value("expanded", json::array());
    double most = 0, area = pixels / 4; // behind the stem
    if (const EfficientNetPlan* plan = efficientNetPlan(image.value("depth", std::int64_t{0})))
        for (std::size_t i = 0; i < plan->blocks.size() && i < expanded.size(); ++i) {
            most = std::max(most, 3 * area * expanded[i].get<double>());
            area /= plan->blocks[i].stride * plan->blocks[i].stride;
        }
    return perValue * most;
}

double imageKeeps(const json& image, double side, double product)
{
    double kept = layersKeep(image, tokensOf(image, side), product);
    double at = side;
    for (const json& channels : image.value("/stem/channels"_json_pointer, json::array())) {
        const bool first = at == side;
        at /= 2;
        kept += product * 2 * (first ? 1 : 2) * channels.get<double>() * at * at;
    }
    return kept;
}

} // namespace

MemoryEstimate estimateMemory(const Settings& settings, const json& description)
{
    const json image = description.value("image", json()), text = description.value("text", json());
    if (!image.is_object())
        throw Error(ErrorCode::Model, {action::estimateMemory}, "model.json",
                    {TextId("estimate.no_image_tower", "it describes no image tower")});
    const bool pretrain = settings.is({"task", "pretrain"}), warmStart = settings.is({"task", "warm-start"});
    const ImageTraining imageTraining = imageTrainingOf(settings.text("model.image_training"));
    const bool probe = settings.is({"task", "probe"}) || (pretrain && imageTraining == ImageTraining::Frozen);
    const bool adapted = !probe && !warmStart && imageTraining == ImageTraining::Lora;
    const double side = settings.integer("data.input_size") > 0
                            ? static_cast<double>(settings.integer("data.input_size"))
                            : description.value("/input/size"_json_pointer, double{defaultInputSize});
    const double batch = static_cast<double>(settings.integer("batch")), images = pretrain ? 2 * batch : batch;
    const TextTraining textTraining = textTrainingOf(settings.text("model.text_training"));
    const Parameters all = parametersOf(description);
    const TrainingPrecision asked = trainingPrecisionOf(settings.text("precision"));
    const TrainingPrecision precision = settings.text("device").starts_with("cuda") ? asked : onThisProcessor(asked);
    const double product = precision == TrainingPrecision::Mixed ? 2 : perValue;

    double trained = all.heads;
    if (!probe && !adapted)
        trained += all.image;
    if (pretrain && textTraining == TextTraining::Full)
        trained += all.text;
    MemoryEstimate need;
    need.weights = perValue * (all.image + all.text + all.heads);
    need.gradients = perValue * trained;
    need.moments = (pretrain || warmStart ? 2 : 1) * perValue * trained;
    const bool masks =
        warmStart || (pretrain && settings.number("dense.mask_weight") + settings.number("dense.sentence_weight") > 0);
    need.activations =
        images * (image.value("family", std::string()) == "efficientnet" ? convolutionsKeep(description)
                  : probe ? layersKeep(image, tokensOf(image, side), product) / image.value("depth", 1.0)
                          : (masks ? imageOverheadWithMasks : imageOverhead) * imageKeeps(image, side, product));
    if (pretrain && text.is_object() && (textTraining == TextTraining::Full || textTraining == TextTraining::Lora))
        need.activations +=
            textOverhead * batch * layersKeep(text, description.value("/captions/length"_json_pointer, 256.0), product);
    if (pretrain && text.is_object() && textTraining == TextTraining::Fixed) {
        const double captions =
            batch * static_cast<double>(settings.integer("accumulation") * settings.integer("steps"));
        need.batches = std::min(knownText, captions * perValue * vectorsOfCaption * text.value("width", 0.0));
    }
    need.batches +=
        perValue * side * side * images * static_cast<double>(3 + settings.integer("prefetch")); // those ahead are grey
    need.program = program + (probe ? 0 : 2 * product * matrices(image));                        // both directions
    if (pretrain && text.is_object())
        need.program += textTraining == TextTraining::Fixed    ? perValue * matrices(text)
                        : textTraining == TextTraining::Frozen ? 0
                                                               : textAtWork + 2 * product * matrices(text);
    return need;
}

} // namespace mama
