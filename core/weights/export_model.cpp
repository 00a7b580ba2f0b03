#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/weights/compact_model.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/files/checked.h"
#include "core/weights/model_folder.h"

#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const fs::path& out, const UserText& why)
{
    throw Error(ErrorCode::Model, {action::exportModel}, out.string(), why);
}

// The modules that carry LoRA, without ".lora_A.weight".
std::set<std::string> adaptedModules(const ImportedModel& model)
{
    constexpr std::string_view ending = ".lora_A.weight";
    std::set<std::string> modules;
    for (const CanonicalTensor& tensor : model.tensors)
        if (tensor.info.name.ends_with(ending))
            modules.insert(tensor.info.name.substr(0, tensor.info.name.size() - ending.size()));
    return modules;
}

std::string towerPath(const json& description)
{
    const json text = description.value("text", json());
    return text.is_object() ? weights::textFamily(text).wrapper() : "";
}

// A canonical name as PEFT 0.7 and later writes it into the whole model's state dict.
std::string referenceName(const std::string& name, const json& description, const std::set<std::string>& adapted,
                          bool textAdapted)
{
    if (!name.starts_with(names::textTower))
        return name;
    std::string rest = name.substr(names::textTower.size());
    const std::size_t dot = rest.rfind('.');
    if (adapted.contains(names::textTower + rest.substr(0, dot)))
        rest.insert(dot, ".base_layer");
    for (const std::string half : {".lora_A", ".lora_B"})
        if (rest.ends_with(half + ".weight"))
            rest.insert(rest.size() - std::string_view(".weight").size(), ".default");
    return names::textTower + (textAdapted ? "base_model.model." : "") + towerPath(description) + rest;
}

// What the reference's hub variant stores beside the weights, as far as the model tells, and what import reads.
json hyperParameters(const json& description)
{
    json config{{"image", description["image"]}, {"text", description["text"]}};
    const json text = description.value("text", json()), heads = description.value("heads", json());
    if (text.is_object()) {
        config["llm_type"] = weights::textFamily(text).referenceName();
        config["peft"] = text.contains("lora") ? json("lora") : json();
        if (text.contains("lora"))
            config["lora_alpha"] = text["lora"].value("alpha", 32.0);
    }
    if (heads.is_object())
        config["emb_dim"] = heads.value("embedding", 0);
    if (description.contains("captions") && description["captions"].is_object())
        config["max_words"] = description["captions"].value("length", 144);
    return config;
}

void exportMama(const ImportedModel& model, const fs::path& out)
{
    const auto adapted = adaptedModules(model);
    bool textAdapted = false;
    for (const std::string& module : adapted)
        textAdapted = textAdapted || module.starts_with(names::textTower);
    std::vector<NamedTensor> tensors;
    for (const CanonicalTensor& tensor : model.tensors) {
        NamedTensor named = tensor.named();
        named.info.name = referenceName(tensor.info.name, model.description, adapted, textAdapted);
        tensors.push_back(std::move(named));
    }
    if (out.extension() == ".safetensors") {
        writeSafetensors(out, tensors, {{"format", "pt"}});
        return;
    }
    writeSafetensors(out / "model.safetensors", tensors, {{"format", "pt"}});
    writeAtomically(out / "config.json", hyperParameters(model.description).dump(2) + "\n");
}

void exportHub(const ImportedModel& model, const fs::path& out)
{
    if (const json image = model.description.value("image", json()); image.is_object())
        if (const std::string why = weights::imageFamily(image).notPublishable(image); !why.empty())
            refuse(out, why);
    std::vector<NamedTensor> tensors;
    for (const CanonicalTensor& tensor : model.tensors)
        if (tensor.info.name.starts_with(names::imageTower)) {
            tensors.push_back(tensor.named());
            tensors.back().info.name.erase(0, names::imageTower.size());
        }
    if (tensors.empty())
        refuse(out, {TextId("weights.model_has_no_image_tower", "the model has no image tower")});
    writeSafetensors(out.extension() == ".safetensors" ? out : out / "model.safetensors", tensors, {{"format", "pt"}});
}

// The last rows of the token embedding: those of the added tokens.
void addTokenRows(const ImportedModel& model, const std::string& name, const std::string& exported,
                  std::vector<NamedTensor>& tensors)
{
    const json captions = model.description.value("captions", json());
    const auto count = captions.is_object() && captions.contains("added_tokens")
                           ? static_cast<std::int64_t>(captions["added_tokens"].size())
                           : 0;
    const CanonicalTensor* table = model.find(name);
    if (!table || count == 0 || table->info.shape.size() != 2 || table->info.shape[0] <= count)
        return;
    TensorInfo rows{exported, table->info.type, {count, table->info.shape[1]}};
    const std::size_t size = static_cast<std::size_t>(rows.elements()) * bytesPerElement(rows.type);
    if (const TensorBytes& last = table->pieces.back(); last.bytes.size() >= size)
        tensors.push_back({rows, last.bytes.last(size), last.copy == nullptr});
}

void exportPeft(const ImportedModel& model, const fs::path& out)
{
    const auto adapted = adaptedModules(model);
    if (adapted.empty())
        refuse(out, {TextId("weights.model_has_no_adapter", "the model has no adapter")});
    const bool inText = adapted.rbegin()->starts_with(names::textTower);
    const std::string prefix = inText ? names::textTower : names::imageTower,
                      path = "base_model.model." + (inText ? towerPath(model.description) : "");
    const json tower = model.description.value(inText ? "text" : "image", json::object()),
               lora = tower.value("lora", json::object());
    std::vector<NamedTensor> tensors;
    for (const CanonicalTensor& tensor : model.tensors)
        if (tensor.info.name.starts_with(prefix) && tensor.info.name.find(".lora_") != std::string::npos) {
            tensors.push_back(tensor.named());
            tensors.back().info.name = path + tensor.info.name.substr(prefix.size());
        }
    if (inText) {
        const std::string table = weights::textFamily(tower).tokenTable();
        addTokenRows(model, prefix + table + ".weight", path + table + ".added_rows", tensors);
    }
    const weights::Family& family =
        inText ? static_cast<const weights::Family&>(weights::textFamily(tower)) : weights::imageFamily(tower);
    const json config{{"peft_type", "LORA"},
                      {"r", lora.value("r", 0)},
                      {"lora_alpha", lora.value("alpha", 32.0)},
                      {"use_rslora", lora.value("rslora", false)},
                      {"target_modules", lora.value("targets", json::array())},
                      {"fan_in_fan_out", family.adapters().inputFirst},
                      {"bias", "none"},
                      {"lora_dropout", 0.0},
                      {"inference_mode", true},
                      {"base_model_name_or_path", nullptr},
                      {"task_type", nullptr}};
    writeSafetensors(out / "adapter_model.safetensors", tensors, {{"format", "pt"}});
    writeAtomically(out / "adapter_config.json", config.dump(2) + "\n");
}

} // namespace

void exportModel(const ImportedModel& model, ExportFormat format, const fs::path& out)
{
    if (fs::is_regular_file(out) && out.extension() != ".safetensors")
        refuse(out, {TextId("weights.file_name_folder_or_safetensors",
                            "it is a file; name a folder or a .safetensors file")});
    switch (format) {
    case ExportFormat::Mama: exportMama(model, out); break;
    case ExportFormat::Hub: exportHub(model, out); break;
    case ExportFormat::Peft: exportPeft(model, out); break;
    case ExportFormat::Compact: writeModelFolder(weights::compacted(model), out); break;
    }
    for (const auto& file : model.weightFiles)
        file->check();
}

} // namespace mama
