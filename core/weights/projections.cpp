#include "core/weights/projections.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/weights/families/canonical_names.h"

#include <nlohmann/json.hpp>

// Shapes: models.md, sections 2 to 7.
namespace mama::weights {

using nlohmann::json;

json describeProjection(const SourceTensors& tensors, const std::string& prefix)
{
    const auto has = [&](const char* name) { return tensors.contains(prefix + name); };
    const auto form = [](const char* name, std::int64_t hidden) { return json{{"form", name}, {"hidden", hidden}}; };
    if (has(".head.0.weight") || has(".head.3.weight"))
        return form("mlp-batch-norm", tensors.size(prefix + ".head.0.weight", 0));
    if (has(".0.weight") || has(".2.weight"))
        return form("mlp", tensors.size(prefix + ".0.weight", 0));
    if (has(".matrix"))
        return form("matrix", 0);
    if (has(".weight"))
        return form(has(".bias") ? "linear" : "linear-without-bias", 0);
    return form("none", 0);
}

std::int64_t projectionOutputs(const SourceTensors& tensors, const std::string& prefix)
{
    if (tensors.contains(prefix + ".matrix"))
        return tensors.size(prefix + ".matrix", 1);
    for (const char* last : {".head.3.weight", ".2.weight", ".weight"})
        if (tensors.contains(prefix + last))
            return tensors.size(prefix + last, 0);
    return 0;
}

json describeProjections(const SourceTensors& tensors, const json& description)
{
    std::int64_t embedding = projectionOutputs(tensors, names::imageGlobal);
    if (embedding == 0)
        embedding = projectionOutputs(tensors, names::textGlobal);
    if (embedding == 0 && description["image"].is_object())
        embedding = description["image"].value("width", std::int64_t{0});
    return {{"embedding", embedding},
            {"image_projection", describeProjection(tensors, names::imageGlobal)},
            {"text_projection", describeProjection(tensors, names::textGlobal)},
            {"scale_shape", tensors.shape(names::logitScale)},
            {"logit_bias", tensors.contains(names::logitBias)},
            {"batchnorm_eps", 1e-5}};
}

void listProjection(TensorList& list, const json& projection, const std::string& prefix, const ProjectionSizes& sizes)
{
    const std::string form = projection.at("form");
    const auto hidden = sizeOf(projection, "hidden");
    if (form == "linear" || form == "linear-without-bias") {
        list.linear(prefix, sizes.in, sizes.out, form == "linear");
    } else if (form == "matrix") {
        list.add(prefix + ".matrix", {sizes.in, sizes.out});
    } else if (form == "mlp") {
        list.linear(prefix + ".0", sizes.in, hidden, false);
        list.linear(prefix + ".2", hidden, sizes.out, false);
    } else if (form == "mlp-batch-norm") {
        list.linear(prefix + ".head.0", sizes.in, hidden);
        list.batchNorm(prefix + ".head.1", hidden, true);
        list.linear(prefix + ".head.3", hidden, sizes.out);
        list.batchNorm(prefix + ".head.4", sizes.out, false);
    } else if (form != "none" || sizes.in != sizes.out) {
        throw Error(ErrorCode::Model, {action::readModel}, prefix,
                    {TextId("weights.no_such_projection", "a projection of the form \"%1\" from %2 to %3 is not known"),
                     form, sizes.in, sizes.out});
    }
}

void listProjections(TensorList& list, const json& description)
{
    const json& heads = description.at("heads");
    const auto embedding = sizeOf(heads, "embedding");
    list.begin("", nullptr);
    listProjection(list, heads.at("image_projection"), names::imageGlobal,
                   {sizeOf(description.at("image"), "width"), embedding});
    listProjection(list, heads.at("text_projection"), names::textGlobal,
                   {sizeOf(description.at("text"), "width"), embedding});
    const auto shape = heads.value("scale_shape", std::vector<std::int64_t>());
    const bool one = shape.empty() || shape == std::vector<std::int64_t>{1};
    list.add(names::logitScale, one ? shape : std::vector<std::int64_t>());
    if (heads.value("logit_bias", false))
        list.add(names::logitBias, one ? shape : std::vector<std::int64_t>());
}

} // namespace mama::weights
