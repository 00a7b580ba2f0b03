#pragma once
#include "app/mama/options.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// What the measurements of `mama bench NAME` share.
namespace mama::cli {

struct BenchOptions
{
    std::string model; // empty: random weights where the measurement allows it
    int repeat = 7;
    ComputeOptions compute;
    bool json = false;
    // Of encode-image: prepared images [N, 3, rows, columns] in place of random numbers; where their embeddings go; and
    // whether a run waits for a line on standard input.
    std::filesystem::path images, embeddings;
    bool onLine = false;
};

struct TrainBenchOptions
{
    BenchOptions bench;
    std::string description; // model.json of the model to be; empty: the published size
    std::string text = "lora", precision = "fp32";
    int pairs = 4, tokens = 96, sentences = 8;
    bool localLoss = false; // its memory at 32, 64 and 128 pairs instead of a step
    double plainLimit = 16; // GB that the plain formula of the local loss may take
};

struct SearchBenchOptions
{
    std::filesystem::path library;
    int repeat = 20, threads = 2;
    bool json = false;
};

// {"milliseconds": [...], "median": , "spread": (upper - lower quartile)}
nlohmann::json spreadOf(const std::vector<double>& milliseconds);
// "benchmark", "processor", "cores": the head of every report.
nlohmann::json benchHead(const std::string& name);
// The document with --json, else one line a result.
void printBench(const nlohmann::json& document, bool json);

// Measurements; the report goes to stdout.
int benchEncodeImage(const BenchOptions& options, const Context& context);
int benchEncodeText(const BenchOptions& options, const Context& context);
int benchTrainStep(const TrainBenchOptions& options, const Context& context);
int benchQuery(const BenchOptions& options, const Context& context);
void addBenchDecode(CLI::App& bench, Context& context);
void addBenchSearch(CLI::App& bench, Context& context);

} // namespace mama::cli
