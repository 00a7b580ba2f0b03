// mama encode: embeddings of images and texts as arrays.
#include "app/mama/models/text_lines.h"
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/npy.h"
#include "core/dicom/read/image_file.h"
#include "core/zeroshot/model_catalogue.h"
#include "core/zeroshot/text_encoder.h"

#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    std::string model;
    std::vector<std::filesystem::path> files;
    std::filesystem::path textFile, out, second; // second: patches or sentences
    std::string pooling = "default", prefix;
    int frame = 0;
    bool raw = false, json = false;
    ComputeOptions compute;
};

struct Input // of the image tower
{
    std::vector<float> values; // [count, 3, height, width]
    std::int64_t count = 0, height = 0, width = 0;
};

// A .npy file is already prepared: [3, H, W] or [N, 3, H, W].
Input preparedInput(const std::filesystem::path& path)
{
    const NpyArray array = readNpy(path);
    std::vector<std::int64_t> shape = array.shape;
    if (shape.size() == 3)
        shape.insert(shape.begin(), 1);
    if (shape.size() != 4 || shape[1] != 3 || shape[0] < 1)
        throw Error(ErrorCode::Data, "encode image", path.string(), "expected an array [3, H, W] or [N, 3, H, W]");
    return {array.asFloat(), shape[0], shape[2], shape[3]};
}

Input imageInput(const std::filesystem::path& path, int frame, const LoadedModel& loaded)
{
    const std::unique_ptr<ImageFile> file = ImageFile::open(path);
    if (file->kind() != FileKind::Image)
        throw Error(ErrorCode::Data, "encode image", path.string(),
                    std::string("not an image but ") + name(file->kind()));
    const ModelInfo& info = loaded.model->info();
    const PreparedImage prepared =
        prepare(file->readFrame(frame), file->pipeline(frame), loaded.profile, info.inputSize, info.patch);
    Input input{{}, 1, prepared.size, prepared.size};
    for (int channel = 0; channel < 3; ++channel)
        input.values.insert(input.values.end(), prepared.values.begin(), prepared.values.end());
    return input;
}

nlohmann::json aboutModel(const LoadedModel& loaded)
{
    const Model& model = *loaded.model;
    return {{"model", model.info().name},   {"hash", model.info().hash},
            {"device", model.device()},     {"precision", name(model.precision())},
            {"threads", model.threads()},   {"trained_on", model.info().trainedOn},
            {"notice", model.info().notice}};
}

void append(std::vector<float>& all, const std::vector<float>& more)
{
    all.insert(all.end(), more.begin(), more.end());
}

int encodeImages(const Options& options, const Context& context)
{
    const Job job = context.job();
    const LoadedModel loaded = loadModel(options.model, options.compute, job);
    if (!loaded.model)
        return Cancelled;
    ImageEmbedding all;
    nlohmann::json files = nlohmann::json::array(), refused = nlohmann::json::array();
    for (std::size_t i = 0; i < options.files.size(); ++i) {
        const std::filesystem::path& path = options.files[i];
        try {
            const auto start = std::chrono::steady_clock::now();
            const Input input =
                path.extension() == ".npy" ? preparedInput(path) : imageInput(path, options.frame, loaded);
            const Cancellable<ImageEmbedding> one =
                loaded.model->encodeImages(input.values, input.count, input.height, input.width, {job.stop, {}});
            if (!one)
                return Cancelled;
            if (all.count > 0 && !options.second.empty() && (one->rows != all.rows || one->columns != all.columns))
                throw Error(ErrorCode::Data, "encode image", path.string(),
                            "its patch grid differs from the first file's: no common array of patches");
            const double milliseconds =
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
            files.push_back({{"path", path.string()},
                             {"rows", {all.count, all.count + one->count}},
                             {"grid", {one->rows, one->columns}},
                             {"milliseconds", milliseconds}});
            all.count += one->count;
            all.dim = one->dim;
            all.rows = one->rows;
            all.columns = one->columns;
            append(all.global, one->global);
            append(all.patches, one->patches);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Model || options.files.size() == 1)
                throw;
            std::cerr << "error: " << error.what() << std::endl;
            refused.push_back({{"path", path.string()}, {"reason", error.why()}});
        }
        job.report(i + 1, options.files.size(), "encode images");
    }
    if (all.count == 0)
        throw Error(ErrorCode::Data, "encode image", options.files.front().string(), "no file could be encoded");
    if (!options.second.empty() && all.patches.empty())
        throw Error(ErrorCode::Model, "encode image", options.model,
                    "the model has no local head: no patch embeddings");
    writeNpy(options.out, all.global, std::array{all.count, all.dim});
    if (!options.second.empty())
        writeNpy(options.second, all.patches, std::array{all.count, all.rows, all.columns, all.dim});
    if (options.json) {
        nlohmann::json document = aboutModel(loaded);
        document["files"] = files;
        document["refused"] = refused;
        printJson(document);
    }
    return refused.empty() ? Done : SomeRefused;
}

int encodeTexts(const Options& options, const Context& context)
{
    const Job job = context.job();
    const LoadedModel loaded = loadModel(options.model, options.compute, job);
    if (!loaded.model)
        return Cancelled;
    const std::vector<std::string> texts = readTexts(options.textFile);
    if (texts.empty())
        throw Error(ErrorCode::Data, "encode text", options.textFile.string(), "holds no text");
    TextOptions how;
    how.raw = options.raw;
    how.pooling = poolingByName(options.pooling);
    how.prefix = options.prefix;
    const auto start = std::chrono::steady_clock::now();
    const Cancellable<TextEmbedding> made = loaded.model->encodeTexts(texts, how, job);
    if (!made)
        return Cancelled;
    const double milliseconds =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    writeNpy(options.out, made->global, std::array{made->count, made->dim});
    if (!options.second.empty())
        writeNpy(options.second, made->sentences, std::array{made->offsets.back(), made->dim});
    nlohmann::json counts = nlohmann::json::array();
    std::vector<std::size_t> cut;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        counts.push_back(made->offsets[i + 1] - made->offsets[i]);
        if (made->cut[i])
            cut.push_back(i);
    }
    if (!cut.empty() && !context.quiet)
        std::cerr << "warning: " << cut.size() << " of " << texts.size() << " texts were cut to the model's length"
                  << std::endl;
    if (options.json) {
        nlohmann::json document = aboutModel(loaded);
        document.update({{"texts", texts.size()},
                         {"sentences", counts},
                         {"cut", cut},
                         {"pooling", poolingUsed(loaded.model->info(), how.pooling)},
                         {"prefix", options.prefix},
                         {"milliseconds", milliseconds}});
        printJson(document);
    }
    return Done;
}

} // namespace

void addEncode(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    CLI::App* encode = app.add_subcommand("encode", "Embeddings of images or texts as .npy arrays");
    encode->require_subcommand(1);
    CLI::App* image =
        encode->add_subcommand("image", "Global [N, D] and patch [N, rows, columns, D] embeddings, L2-normalised");
    image->description(
        "Embeddings of images, L2-normalised (a linear probe's logits are not). An image file goes through the profile that\n"
        "the model names; a .npy file, [3, H, W] or [N, 3, H, W], is taken as prepared tensors, N rows out. A file that is\n"
        "refused is named on stderr, the others go on (exit status 3).");
    image->add_option("files", options->files, "DICOM, PNG, JPEG or TIFF files, or .npy arrays")->required();
    image->add_option("--patches", options->second, "Write patch embeddings here");
    image->add_option("--frame", options->frame, "Frame of multi-frame files, from 0")->check(CLI::NonNegativeNumber);
    image->callback(
        [options, &context] { context.run = [options, &context] { return encodeImages(*options, context); }; });
    CLI::App* text =
        encode->add_subcommand("text", "Global [N, D] and sentence [total sentences, D] embeddings, L2-normalised");
    text->add_option("--text-file", options->textFile,
                     "One text a line, or a JSON array of strings; - is standard input")
        ->required();
    text->add_flag("--raw", options->raw, "The texts as they are instead of the caption rules");
    text->add_option("--pooling", options->pooling, "zero-shot, training or default (what the model's inference uses)")
        ->capture_default_str();
    text->add_option("--sentences", options->second, "Write sentence embeddings here");
    text->add_option("--prefix", options->prefix, "Text in front of every text, such as an image's metadata");
    text->callback(
        [options, &context] { context.run = [options, &context] { return encodeTexts(*options, context); }; });
    for (CLI::App* command : {image, text}) {
        command->add_option("--model", options->model, "Model folder, or the name of a bundled model")->required();
        command->add_option("--out", options->out, "Write global embeddings here")->required();
        command->add_flag("--json", options->json, "What was done, as JSON on stdout");
        addComputeOptions(*command, options->compute);
    }
}

} // namespace mama::cli
