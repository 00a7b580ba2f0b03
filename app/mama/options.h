#pragma once
#include "app/mama/commands.h"
#include "core/metrics/bootstrap.h"
#include "core/model/model.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

// Options that several commands have, each declared once.
namespace mama::cli {

// --model
void addModelOption(CLI::App& command, std::string& model);
// --device, --precision, --threads: on everything that computes.
void addComputeOptions(CLI::App& command, ComputeOptions& options);
// --profile, --map-way: how images become input and maps are drawn, in place of the model's own ways.
struct ImageReading
{
    std::string profile, mapWay;
};
void addImageOptions(CLI::App& command, ImageReading& reading);
// --json
void addJsonOption(CLI::App& command, bool& json, const char* meaning = "One JSON document on standard output");
// --cache
void addCacheOption(CLI::App& command, std::filesystem::path& folder);
// --resamples, --seed, --threads
void addBootstrapOptions(CLI::App& command, metrics::BootstrapOptions& options);

// How a text is read by the model: --pooling, --prefix, --raw.
struct TextReading
{
    std::string pooling = "default", prefix;
    bool raw = false;
};
void addTextOptions(CLI::App& command, TextReading& reading);

// An option of the command line and the file that it names; empty: not given.
struct NamedFile
{
    const char* option;
    std::filesystem::path file;
};
// Error(Usage) names two options that would write the same file, or one that would write over another's input. Standard
// output may be meant once.
void checkOutputs(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs = {});

// A command's short line stands in the list of commands; its own help says the text below that line too.
void explain(CLI::App& command, const std::string& text);
// For the whole program, before its first command is added.
void listCommandsShortly(CLI::App& app);

// What main executes if this command is the one on the command line.
void runs(CLI::App& command, Context& context, std::function<int()> run);

} // namespace mama::cli
