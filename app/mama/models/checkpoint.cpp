#include "app/mama/models/text_lines.h"
#include "app/mama/options.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/training/model/start_model.h"
#include "core/weights/model_folder.h"

#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct CheckpointOptions
{
    ImportOptions import;
    std::filesystem::path description, texts, imageModel;
    std::uint64_t seed = 42;
    std::string out, format = "mama";
    bool json = false, quick = false;
};

nlohmann::json tensorList(const WeightFile& file)
{
    nlohmann::json list = nlohmann::json::array();
    for (const TensorInfo& info : file.tensors())
        list.push_back({{"name", info.name}, {"shape", info.shape}, {"type", name(info.type)}});
    return list;
}

void printReport(const nlohmann::json& report)
{
    for (const char* key : {"left_over", "missing"})
        for (const auto& tensor : report[key])
            std::cout << (std::string(key) == "missing" ? "missing    " : "left over  ")
                      << tensor["name"].get<std::string>() << " " << tensor["shape"].dump()
                      << (tensor.contains("reason") ? "  (" + tensor["reason"].get<std::string>() + ")" : "") << "\n";
    for (const auto& sentence : report["assumed"])
        std::cout << "assumed    " << sentence.get<std::string>() << "\n";
    for (const auto& sentence : report["notes"])
        std::cout << "note       " << sentence.get<std::string>() << "\n";
    for (const auto& sentence : report["problems"])
        std::cout << "problem    " << sentence.get<std::string>() << "\n";
}

void printTensors(const nlohmann::json& document)
{
    for (const auto& tensor : document["tensors"])
        std::cout << tensor["type"].get<std::string>() << "\t" << tensor["shape"].dump() << "\t"
                  << tensor["name"].get<std::string>() << "\n";
    std::cout << document["tensors"].size() << " tensors, " << document["used"].size()
              << " used, model: " << document["kind"].get<std::string>() << "\n";
    printReport(document);
}

int inspect(const CheckpointOptions& options, const Context& context)
{
    ImportOptions given = options.import;
    given.checkValues = !options.quick;
    given.hash = false;
    const auto file = WeightFile::open(given.checkpoint, given.weights);
    const auto model = inspectWeights(given, context.job());
    if (!model)
        return Cancelled;
    nlohmann::json document = model->report.json();
    const std::string kind = model->description.value("kind", "unknown");
    document["file"] = given.checkpoint.string();
    document["format"] = model->description["provenance"].value("format", "");
    document["kind"] = kind;
    document["metadata"] = file->metadata();
    document["model"] = model->description;
    document["tensors"] = tensorList(*file);
    // A file that is no model at all is fine to look into; a model that is broken is refused.
    const std::string wrong = model->report.wrong().english();
    document["loadable"] = kind != "unknown" && wrong.empty();
    if (options.json)
        printJson(document);
    else
        printTensors(document);
    if (wrong.empty())
        return Done;
    std::cerr << "error: inspect: " << given.checkpoint.string() << ": " << wrong << "\n";
    return SomeRefused;
}

int importModel(const CheckpointOptions& options, const Context& context)
{
    const auto model = importWeights(options.import, context.job());
    if (!model || !writeModelFolder(*model, options.out, context.job()))
        return Cancelled;
    nlohmann::json document = model->report.json();
    document["model"] = options.out;
    document["kind"] = model->description["kind"];
    document["provenance"] = model->description["provenance"];
    if (options.json) {
        printJson(document);
        return Done;
    }
    std::cout << options.out << ": " << document["kind"].get<std::string>() << ", " << model->tensors.size()
              << " tensors\n";
    printReport(document);
    std::cout << document["provenance"]["licence"].get<std::string>() << "\n"
              << document["provenance"]["notice"].get<std::string>() << "\n";
    return Done;
}

int exportTo(const CheckpointOptions& options, const Context& context)
{
    static const std::map<std::string, ExportFormat> formats{{"mama", ExportFormat::Mama},
                                                             {"peft", ExportFormat::Peft},
                                                             {"hub", ExportFormat::Hub},
                                                             {"compact", ExportFormat::Compact}};
    ImportOptions given = options.import;
    given.checkValues = given.hash = false;
    const auto model = importWeights(given, context.job());
    if (!model)
        return Cancelled;
    exportModel(*model, formats.at(options.format), options.out);
    const auto provenance = model->description.value("provenance", nlohmann::json::object());
    const nlohmann::json document{{"out", options.out}, {"format", options.format}, {"provenance", provenance}};
    if (options.json)
        printJson(document);
    else
        std::cout << options.out << "\n" << provenance.value("licence", "") << "\n";
    return Done;
}

int startModel(const CheckpointOptions& options)
{
    StartModel start{readJson(options.description), options.import.textModel, options.seed, {}, options.imageModel};
    if (!options.texts.empty())
        start.texts = readTexts(options.texts);
    writeStartModel(start, options.out);
    if (options.json)
        printJson({{"model", options.out},
                   {"seed", options.seed},
                   {"texts", start.texts.size()},
                   {"image_model", options.imageModel}});
    else
        std::cout << options.out << ": random weights of seed " << options.seed
                  << (options.imageModel.empty() ? "" : ", the image tower of " + options.imageModel.string()) << "\n";
    return Done;
}

void addSources(CLI::App& command, CheckpointOptions& options)
{
    command.add_option("--text-model", options.import.textModel,
                       "Folder of the language model: config.json, tokenizer files, weights if an adapter needs them");
    command.add_option("--config", options.import.config,
                       "JSON with what weights cannot show: vit_heads, n_head, lora_alpha, ...");
    command.add_option("--weights", options.import.weights,
                       "Which of several sets of weights in the file to take, by the name that the notes give: "
                       "state_dict_ema, model_ema, ...");
    command.add_option("--adapter", options.import.adapter, "PEFT adapter folder that goes on top of the checkpoint");
}

} // namespace

void addCheckpoint(CLI::App& app, Context& context)
{
    auto options = std::make_shared<CheckpointOptions>();
    auto* command = app.add_subcommand(
        "checkpoint",
        "Weights in and out: PyTorch and Lightning files, safetensors, Hugging Face folders, PEFT adapters. Nothing in a file is ever run.");
    command->require_subcommand(1);

    auto* look = command->add_subcommand(
        "inspect",
        "Every tensor with name, shape and type; what a model would use, what is left over, what is missing");
    look->add_option("FILE", options->import.checkpoint, "Checkpoint file or folder")->required();
    addSources(*look, *options);
    look->add_flag("--quick", options->quick, "Do not read the values (checksums, NaN): instant on files of any size");
    addJsonOption(*look, options->json);
    runs(*look, context, [options, &context] { return inspect(*options, context); });

    auto* take = command->add_subcommand("import", "Makes a model folder; it appears when complete");
    take->add_option("FILE", options->import.checkpoint, "Checkpoint file or folder")->required();
    addSources(*take, *options);
    take->add_option("--compat", options->import.compat, "reference: its numbers including its oddities; default: ours")
        ->check(CLI::IsMember({"reference", "default"}));
    take->add_option("--out", options->out, "Model folder to make")->required();
    addJsonOption(*take, options->json);
    runs(*take, context, [options, &context] { return importModel(*options, context); });

    auto* start = command->add_subcommand(
        "start", "Makes a model folder to begin training with: random weights on an installed language model");
    start->add_option("DESCRIPTION", options->description, "model.json of the model to be")->required();
    start->add_option("--text-model", options->import.textModel,
                      "Folder of the language model; default: the base that the description names");
    start->add_option("--image-model", options->imageModel,
                      "Model folder or checkpoint whose image tower is taken; default: random weights, as described");
    start->add_option(
        "--texts", options->texts,
        "Texts as they will be asked, one a line: the text heads begin as projections that tell them apart");
    start->add_option("--seed", options->seed, "Of the random weights")->capture_default_str();
    start->add_option("--out", options->out, "Model folder to make")->required();
    addJsonOption(*start, options->json);
    runs(*start, context, [options] { return startModel(*options); });

    auto* give = command->add_subcommand("export", "Writes a model under the names that other programs know");
    give->add_option("MODEL", options->import.checkpoint, "Model folder")->required();
    give->add_option(
            "--format", options->format,
            "mama: the whole model, the reference's names; peft: the adapter with the rows of added tokens; hub: the image tower, DINOv2's names; compact: a model folder in bfloat16 that takes its language model from the cache folder")
        ->check(CLI::IsMember({"mama", "peft", "hub", "compact"}));
    give->add_option("--out", options->out, "A .safetensors file or a folder")->required();
    addJsonOption(*give, options->json);
    runs(*give, context, [options, &context] { return exportTo(*options, context); });
}

} // namespace mama::cli
