// mama bench decode: image files from the disk to stored pixels.
#include "app/mama/bench/bench.h"
#include "core/base/error.h"
#include "core/base/stopwatch.h"
#include "core/dicom/read/image_file.h"
#include "core/study/list_files.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;

struct DecodeBenchOptions
{
    std::vector<fs::path> paths;
    int repeat = 5, threads = 0;
    bool json = false;
};

// What a run read of them.
struct Decoded
{
    std::atomic<std::int64_t> files{0}, frames{0}, pixels{0}, refused{0};
};

void decode(const fs::path& path, Decoded& decoded)
{
    try {
        const auto file = ImageFile::open(path);
        if (file->kind() != FileKind::Image)
            return void(++decoded.refused);
        for (int frame = 0; frame < file->header().frames; ++frame) {
            const StoredImage image = file->readFrame(frame);
            ++decoded.frames;
            decoded.pixels += static_cast<std::int64_t>(image.rows) * image.columns;
        }
        ++decoded.files;
    } catch (const Error&) { // counted: what does not decode takes no part
        ++decoded.refused;
    }
}

double run(const std::vector<FoundFile>& files, int threads, Decoded& decoded)
{
    const Stopwatch clock;
    std::atomic<std::size_t> next{0};
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < threads; ++i)
            workers.emplace_back([&] {
                for (std::size_t at = next++; at < files.size(); at = next++)
                    decode(files[at].path, decoded);
            });
    }
    return clock.milliseconds();
}

int benchDecode(const DecodeBenchOptions& options, const Context& context)
{
    std::vector<ScanProblem> problems;
    const std::vector<FoundFile> files = listFiles(options.paths, context.job(), problems);
    const int threads =
        options.threads > 0 ? options.threads : std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 8);
    nlohmann::json document = benchHead("decode");
    std::vector<double> milliseconds;
    for (int i = 0; i <= options.repeat; ++i) {
        if (context.stop.stop_requested())
            return Cancelled;
        Decoded decoded;
        const double taken = run(files, threads, decoded);
        if (i == 0)
            continue; // the disk's
        milliseconds.push_back(taken);
        document["files"] = decoded.files.load();
        document["frames"] = decoded.frames.load();
        document["pixels"] = decoded.pixels.load();
        document["refused"] = decoded.refused.load();
    }
    nlohmann::json result = spreadOf(milliseconds);
    result["what"] = "decode";
    result["threads"] = threads;
    result["precision"] = "stored integers";
    document["results"].push_back(std::move(result));
    printBench(document, options.json);
    return Done;
}

} // namespace

void addBenchDecode(CLI::App& bench, Context& context)
{
    auto options = std::make_shared<DecodeBenchOptions>();
    CLI::App* command = bench.add_subcommand(
        "decode", "All frames of image files to stored pixels: the whole of the files, once a run");
    command->add_option("PATH", options->paths, "Files, and folders with all below them")->required();
    command->add_option("--repeat", options->repeat, "Runs that are measured, after one that is not")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    command
        ->add_option("--threads", options->threads, "Files that are decoded at once; 0: by the processors, at most 8")
        ->check(CLI::Range(0, 256));
    addJsonOption(*command, options->json, "The report as JSON");
    runs(*command, context, [options, &context] { return benchDecode(*options, context); });
}

} // namespace mama::cli
