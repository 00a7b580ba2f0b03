#include "core/weights/heads.h"

#include "core/weights/families/canonical_names.h"
#include "core/weights/projections.h"

#include <algorithm>
#include <nlohmann/json.hpp>

// Shapes: mama.md, section 2.
namespace mama::weights {
namespace {

using nlohmann::json;

void listLocal(TensorList& list, const std::string& prefix, std::int64_t width, std::int64_t hidden,
               std::int64_t embedding)
{
    list.begin(prefix, nullptr);
    list.add("0.weight", {hidden, width, 1});
    list.add("0.bias", {hidden});
    list.batchNorm("1", hidden, true);
    list.add("3.weight", {embedding, hidden, 1});
    list.add("3.bias", {embedding});
    list.batchNorm("4", embedding, false);
}

void listSimclr(TensorList& list, const json& heads, std::int64_t width, std::int64_t embedding)
{
    const auto hidden = heads.value("simclr_hidden", width), out = heads.value("simclr_out", embedding);
    list.begin(names::simclr, nullptr);
    list.linear("0", width, hidden, false);
    list.batchNorm("1", hidden, true);
    list.linear("3", hidden, out, false);
    list.batchNorm("4", out, true);
}

} // namespace

json describeHeads(const SourceTensors& tensors, ModelKind kind)
{
    const auto rowsOf = [&](const std::string& name) { return tensors.size(name, 0); };
    const bool local =
        tensors.contains(names::imageLocal + "3.weight") || tensors.contains(names::imageLocal + "0.weight");
    const std::int64_t rows = rowsOf(names::imageGlobal + ".weight");
    std::int64_t embedding = rows;
    json classes;
    if (kind == ModelKind::LinearProbe) {
        embedding = rowsOf((local ? names::imageLocal : names::simclr) + "3.weight");
        classes = json::array();
        constexpr std::int64_t mostClasses = 10'000;
        for (std::int64_t i = 0; i < std::min(rows, mostClasses); ++i)
            classes.push_back(std::to_string(i));
        if (embedding == 0)
            embedding = rows;
    }
    json section{{"embedding", embedding},
                 {"local", local},
                 {"local_hidden", rowsOf(names::imageLocal + "0.weight")},
                 {"simclr", tensors.contains(names::simclr + "0.weight")},
                 {"classes", classes},
                 {"batchnorm_eps", 1e-5}};
    if (tensors.contains(names::textLocal + "0.weight"))
        section["text_local_hidden"] = rowsOf(names::textLocal + "0.weight");
    if (tensors.contains(names::simclr + "0.weight")) {
        section["simclr_hidden"] = rowsOf(names::simclr + "0.weight");
        section["simclr_out"] = rowsOf(names::simclr + "3.weight");
    }
    return section;
}

void listHeads(TensorList& list, const json& description)
{
    const json &heads = description.at("heads"), &image = description.at("image"), &text = description.at("text");
    const auto embedding = sizeOf(heads, "embedding"), width = sizeOf(image, "width");
    const bool local = heads.at("local").get<bool>();
    const bool classes = heads.contains("classes") && heads["classes"].is_array();
    list.begin("", nullptr);
    // MaMA's own are linear; a model that goes on from another group's keeps the form that was there.
    const json linear{{"form", "linear"}, {"hidden", 0}};
    if (classes)
        list.linear(names::imageGlobal, width, static_cast<std::int64_t>(heads["classes"].size()));
    else
        listProjection(list, heads.value("image_projection", linear), names::imageGlobal, {width, embedding});
    list.add(names::logitScale, {}, classes);
    list.add(names::localScale, {}, classes || !local);
    if (heads.at("simclr").get<bool>())
        listSimclr(list, heads, width, embedding);
    if (local)
        listLocal(list, names::imageLocal, width, sizeOf(heads, "local_hidden"), embedding);
    if (!text.is_object())
        return;
    list.begin("", nullptr);
    listProjection(list, heads.value("text_projection", linear), names::textGlobal, {sizeOf(text, "width"), embedding});
    if (local)
        listLocal(list, names::textLocal, sizeOf(text, "width"),
                  heads.value("text_local_hidden", sizeOf(heads, "local_hidden")), embedding);
}

} // namespace mama::weights
