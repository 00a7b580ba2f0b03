// mama bench: how long the main steps take on this machine.
#include "app/mama/bench/bench.h"

#include "core/base/processor.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>

namespace mama::cli {

nlohmann::json spreadOf(const std::vector<double>& milliseconds)
{
    std::vector<double> sorted = milliseconds;
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double share) {
        const double place = share * static_cast<double>(sorted.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (place - static_cast<double>(below));
    };
    return {{"milliseconds", milliseconds},
            {"median", at(0.5)},
            {"spread", at(0.75) - at(0.25)},
            {"minimum", sorted.front()}};
}

nlohmann::json benchHead(const std::string& name)
{
    const Processor cpu = processor();
    return {{"benchmark", name},
            {"processor", cpu.name},
            {"cores", cpu.cores},
            {"instructions",
             {{"avx512_bf16", cpu.avx512Bf16},
              {"avx512_vnni", cpu.avx512Vnni},
              {"amx_bf16", cpu.amxBf16},
              {"amx_int8", cpu.amxInt8}}}};
}

void printBench(const nlohmann::json& document, bool json)
{
    if (json) {
        printJson(document);
        return;
    }
    std::cout << document.at("benchmark").get<std::string>() << " on " << document.at("processor").get<std::string>()
              << ", " << document.at("cores") << " cores; " << document.value("model", "") << "\n"
              << std::fixed << std::setprecision(1);
    for (const auto& result : document.at("results")) {
        std::cout << "  " << std::left << std::setw(24) << result.value("what", result.value("precision", ""))
                  << std::right << std::setw(10) << result.at("median").get<double>() << " ms, spread "
                  << result.at("spread").get<double>() << ", " << result.value("threads", 0) << " threads";
        if (result.contains("cosine_with_fp32"))
            std::cout << std::setprecision(5) << ", smallest cosine with fp32 "
                      << result["cosine_with_fp32"].value("smallest", 1.0) << std::setprecision(1);
        std::cout << "\n";
        if (result.contains("peak_bytes"))
            std::cout << "    peak memory " << result["peak_bytes"].get<double>() / 1e6 << " MB\n";
        if (result.contains("parts"))
            for (const auto& [part, milliseconds] : result["parts"].items())
                std::cout << "    " << part << " " << milliseconds.get<double>() << " ms\n";
        if (result.contains("images_per_second"))
            std::cout << "    " << std::setprecision(3) << result["images_per_second"].get<double>()
                      << std::setprecision(1) << " images a second\n";
    }
    std::cout.flush();
}

namespace {

void addTrainStep(CLI::App& bench, Context& context)
{
    auto options = std::make_shared<TrainBenchOptions>();
    options->bench.repeat = 3;
    CLI::App* command = bench.add_subcommand(
        "train-step",
        "A step of pre-training with every loss, random weights and random images: the published size with MiniLM and LoRA, or --description");
    command->add_option("--description", options->description,
                        "model.json of the model to be, as for checkpoint start");
    command->add_option("--text", options->text, "What of the text model trains")
        ->check(CLI::IsMember({"lora", "full", "frozen", "fixed"}))
        ->capture_default_str();
    command->add_option("--precision", options->precision, "mixed: matrix products in bfloat16, all else in float32")
        ->check(CLI::IsMember({"fp32", "mixed", "bf16-true"}))
        ->capture_default_str();
    command->add_option("--pairs", options->pairs, "Image pairs with a caption each")
        ->check(CLI::Range(2, 4096))
        ->capture_default_str();
    command->add_option("--tokens", options->tokens, "Of a caption")->check(CLI::Range(8, 512))->capture_default_str();
    command->add_option("--sentences", options->sentences, "Of a caption")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command->add_flag(
        "--local-loss", options->localLoss,
        "Instead: memory and time of the local loss at 32, 64 and 128 pairs, in tiles and by the plain formula");
    command
        ->add_option("--plain-limit", options->plainLimit, "GB that the plain formula may take; beyond, it is left out")
        ->capture_default_str();
    command->add_option("--repeat", options->bench.repeat, "Steps that are measured, after one that is not")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    command->add_option("--threads", options->bench.compute.threads, "0: every core of this process")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    addJsonOption(*command, options->bench.json, "The report as JSON");
    runs(*command, context, [options, &context] { return benchTrainStep(*options, context); });
}

} // namespace

void addBench(CLI::App& app, Context& context)
{
    auto options = std::make_shared<BenchOptions>();
    CLI::App* bench =
        app.add_subcommand("bench", "Measure a step on this machine: median, spread, threads, precision, processor");
    bench->require_subcommand(1);
    const auto add = [&](const std::string& name, const std::string& help,
                         int (*run)(const BenchOptions&, const Context&)) {
        CLI::App* command = bench->add_subcommand(name, help);
        command->add_option("--model", options->model,
                            "Model folder; without one, random weights of the published architecture");
        command->add_option("--repeat", options->repeat, "Runs that are measured, after one that is not")
            ->check(CLI::Range(1, 10000))
            ->capture_default_str();
        addJsonOption(*command, options->json, "The report as JSON");
        addComputeOptions(*command, options->compute);
        runs(*command, context, [options, run, &context] { return run(*options, context); });
        return command;
    };
    addBenchDecode(*bench, context);
    CLI::App* images =
        add("encode-image", "The image tower and its heads, in each precision the processor has (or --precision)",
            benchEncodeImage);
    images->add_option("--images", options->images,
                       "Prepared images (.npy, [N, 3, rows, columns]) in place of random numbers: one a run; how far "
                       "similarities move is told over all of them");
    images
        ->add_option("--embeddings", options->embeddings, "With --images and one --precision: their embeddings (.npy)")
        ->needs("--images");
    images->add_flag("--on-line", options->onLine,
                     "With one --precision: says ready, then a run for each line on standard input, with its "
                     "milliseconds, so that another program's runs can lie between them");
    add("encode-text", "Class prompts with a shared prefix, and single queries, by the model's text tower",
        benchEncodeText);
    addTrainStep(*bench, context);
    add("query", "A sentence on an encoded study of four images: scores, maps and reply", benchQuery);
    addBenchSearch(*bench, context);
}

} // namespace mama::cli
