#include "app/mama/options.h"

#include "core/base/error.h"
#include "core/protocol/map_way.h"

#include <algorithm>
#include <memory>
#include <sstream>

namespace mama::cli {

void addModelOption(CLI::App& command, std::string& model)
{
    command.add_option("--model", model, "Model folder, or the name of an installed model")->required();
}

void addComputeOptions(CLI::App& command, ComputeOptions& options)
{
    command.add_option("--device", options.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    const auto setPrecision = [&options](const std::string& text) {
        try {
            options.precision = parsePrecision(text);
        } catch (const Error& error) {
            throw CLI::ValidationError("--precision", error.what());
        }
    };
    command.add_option_function<std::string>("--precision", setPrecision,
                                             "auto (measured once and remembered), fp32, bf16 or int8");
    command.add_option("--threads", options.threads, "0: every core of this process")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

void addImageOptions(CLI::App& command, ImageReading& reading)
{
    command.add_option("--profile", reading.profile,
                       "How images become input, in place of the model's own way: a built-in profile (mama preprocess "
                       "lists them) or a JSON file");
    std::string ways;
    for (const std::string& way : mapWayNames())
        ways += (ways.empty() ? "" : "; ") + way + " (" + mapWayMeaning(way).english() + ")";
    command.add_option("--map-way", reading.mapWay,
                       "How maps are drawn; none was trained for it but standard: " + ways + "; default: the model's");
}

void addJsonOption(CLI::App& command, bool& json, const char* meaning) { command.add_flag("--json", json, meaning); }

void addCacheOption(CLI::App& command, std::filesystem::path& folder)
{
    command.add_option("--cache", folder, "Folder of the embedding cache");
}

void addBootstrapOptions(CLI::App& command, metrics::BootstrapOptions& options)
{
    command.add_option("--resamples", options.resamples, "Of the bootstrap")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command.add_option("--seed", options.seed, "Of the bootstrap")->capture_default_str();
    command.add_option("--threads", options.threads, "0: all; the figures do not depend on it")
        ->check(CLI::Range(0, 1024));
}

void addTextOptions(CLI::App& command, TextReading& reading)
{
    command.add_option("--pooling", reading.pooling, "Of the text: default (as the model says), zero-shot, training")
        ->capture_default_str();
    command.add_option("--prefix", reading.prefix,
                       "Text in front of every sentence, such as the image's own metadata; named in the result");
    command.add_flag("--raw", reading.raw, "Texts as they are, special tokens written in them recognised");
}

void checkOutputs(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs)
{
    const auto place = [](const std::filesystem::path& file) {
        std::error_code failed;
        return std::filesystem::weakly_canonical(file, failed);
    };
    std::vector<NamedFile> before = inputs;
    for (const NamedFile& output : outputs) {
        const auto same = std::find_if(before.begin(), before.end(), [&](const NamedFile& other) {
            return !output.file.empty() && !other.file.empty() && place(output.file) == place(other.file);
        });
        if (same != before.end())
            throw Error(ErrorCode::Usage, {TextId("action.write_outputs", "write outputs")},
                        std::string(same->option) + ", " + output.option,
                        {TextId("command.same_file", "both name %1, and one would be lost"), output.file.string()});
        before.push_back(output);
    }
}

void explain(CLI::App& command, const std::string& text)
{
    command.description(command.get_description() + "\n\n" + text);
}

void listCommandsShortly(CLI::App& app)
{
    struct FirstLine final : CLI::Formatter
    {
        std::string make_subcommand(const CLI::App* command) const override
        {
            const std::string all = command->get_description();
            std::ostringstream line;
            CLI::detail::format_help(line, command->get_display_name(true), all.substr(0, all.find('\n')),
                                     get_column_width());
            return line.str();
        }
    };
    app.formatter(std::make_shared<FirstLine>());
}

void runs(CLI::App& command, Context& context, std::function<int()> run)
{
    command.callback([&context, run = std::move(run)] { context.run = run; });
}

} // namespace mama::cli
