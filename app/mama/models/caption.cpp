// mama caption: structural captions and class prompts of table rows.
#include "app/mama/options.h"
#include "core/tables/importers/embed_tables.h"
#include "core/text/captions/captions.h"
#include "core/text/captions/prompts.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

using nlohmann::json;

struct CaptionCommand
{
    std::filesystem::path table, legend;
    std::string task = "caption", compat = "default";
    double mask = 0;
    std::uint64_t seed = 0;
};

json orNull(const ClassLabels& labels, std::string_view name)
{
    const auto label = classOf(labels, name);
    return label ? json(*label) : json();
}

json captionLine(const Caption& caption, const ImageRecord& row)
{
    const bool used = !caption.missing && row.image.imageType == "2D";
    return {{"caption", caption.text},
            {"metadata_only", caption.metadata},
            {"with_special_tokens", caption.missing ? json() : json(withSpecialTokens(caption.text))},
            {"label_count", caption.labels},
            {"missing_info", caption.missing},
            {"used_for_training", used},
            {"birads_label", used ? orNull(row.labels, biradsLabel) : json()},
            {"density_label", used ? orNull(row.labels, densityLabel) : json()}};
}

json promptLine(Task task, const Caption& caption, const ImageRecord& row)
{
    json line{{"prompts", json::array()}, {"texts", json::array()}, {"classes", json::array()}};
    for (const auto& [name, texts] : classPrompts(task, caption.metadata).classes) {
        line["classes"].push_back(name);
        line["texts"].push_back(texts.front());
        line["prompts"].push_back(withSpecialTokens(texts.front()));
    }
    if (task != Task::Cancer)
        line["label"] =
            caption.missing ? json() : orNull(row.labels, task == Task::Birads ? biradsLabel : densityLabel);
    return line;
}

int caption(const CaptionCommand& command)
{
    const bool reference = command.compat == "reference";
    const ImportedSet table = readEmbedTables(command.table, reference, command.legend);
    if (!table.codesFound)
        std::cerr << "note: no legend table: masses and calcifications are left out" << std::endl;
    for (const ImportedSet::Refused& refused : table.refused)
        std::cerr << "refused: " << refused.file.string() << " row " << refused.problem.row << " (line "
                  << refused.problem.line << "): " << refused.problem.reason
                  << (refused.problem.detail.empty() ? "" : ": ") << refused.problem.detail << std::endl;
    std::mt19937_64 random(command.seed);
    for (const ImageRecord& row : table.records) {
        const Caption made = buildCaption(row.image, row.finding, table.codes, {reference, command.mask, &random});
        json line =
            command.task == "caption" ? captionLine(made, row) : promptLine(taskByName(command.task), made, row);
        line["row"] = row.row - 1;
        line["path"] = row.image.path;
        if (!row.problem.empty())
            line["problem"] = row.problem;
        std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << "\n";
    }
    std::cout.flush();
    return table.refused.empty() ? Done : SomeRefused;
}

} // namespace

void addCaption(CLI::App& app, Context& context)
{
    auto options = std::make_shared<CaptionCommand>();
    CLI::App* command = app.add_subcommand("caption", "Structural captions or class prompts of table rows");
    explain(
        *command,
        "Structural captions or class prompts, one JSON line a row of the table: caption (plain text) and its labels, or\n"
        "prompts (with special tokens written in), texts (the same, plain) and classes. row counts from 0.\n"
        "TABLE is one joined CSV (columns of EMBED's metadata and clinical table), or a folder with EMBED's own tables\n"
        "(metadata, clinical, legend; found by their columns), joined by acc_anon and side.");
    command->add_option("--table", options->table, "Joined CSV, or folder with EMBED's tables")
        ->required()
        ->check(CLI::ExistingPath);
    command->add_option("--task", options->task, "caption, birads, density or cancer")
        ->check(CLI::IsMember({"caption", "birads", "density", "cancer"}))
        ->capture_default_str();
    command
        ->add_option("--compat", options->compat,
                     "default, or reference: choose an exam's finding as the published code does")
        ->check(CLI::IsMember({"default", "reference"}))
        ->capture_default_str();
    command->add_option("--legend", options->legend, "Legend table, if it does not lie beside the others")
        ->check(CLI::ExistingFile);
    command
        ->add_option(
            "--mask", options->mask,
            "Probability with which each of age, race, ethnicity, image type, side and view becomes \"unknown\" (no value: 1)")
        ->expected(0, 1)
        ->default_str("1")
        ->check(CLI::Range(0.0, 1.0));
    command->add_option("--seed", options->seed, "Seed of the masking")->capture_default_str();
    runs(*command, context, [options] { return caption(*options); });
}

} // namespace mama::cli
