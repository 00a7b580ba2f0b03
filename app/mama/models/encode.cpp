// mama encode: embeddings of images and texts as arrays.
#include "app/mama/models/text_lines.h"
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/base/npy.h"
#include "core/dicom/read/image_file.h"
#include "core/text/tokenizer/known_words.h"
#include "core/zeroshot/model_catalogue.h"
#include "core/zeroshot/text_encoder.h"

#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options : TextReading
{
    std::string model;
    std::vector<std::filesystem::path> files;
    std::filesystem::path textFile, out, second; // second: patches or sentences
    int frame = 0;
    bool json = false;
    ComputeOptions compute;
    ImageReading images;
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
        prepare(file->readFrame(frame), file->pipeline(frame), loaded.profile, {info.inputSize, info.patch});
    return {inputOf(prepared), 1, prepared.size.rows, prepared.size.columns};
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

double millisecondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Takes one file after another into common arrays.
class ImageArrays
{
public:
    ImageArrays(const Options& options, const LoadedModel& loaded) : m_options(options), m_loaded(loaded) {}

    // False: cancelled.
    bool add(const std::filesystem::path& path, const std::stop_token& stop)
    {
        const auto start = std::chrono::steady_clock::now();
        const Input input =
            path.extension() == ".npy" ? preparedInput(path) : imageInput(path, m_options.frame, m_loaded);
        const Cancellable<ImageEmbedding> one = m_loaded.model->encodeImages(
            input.values, ImageShape{input.count, input.height, input.width}, {stop, {}}, {m_loaded.mapWay});
        if (!one)
            return false;
        if (m_all.count > 0 && patchesWanted() && (one->rows != m_all.rows || one->columns != m_all.columns))
            throw Error(ErrorCode::Data, "encode image", path.string(),
                        "its patch grid differs from the first file's: no common array of patches");
        m_files.push_back({{"path", path.string()},
                           {"rows", {m_all.count, m_all.count + one->count}},
                           {"grid", {one->rows, one->columns}},
                           {"milliseconds", millisecondsSince(start)}});
        m_all.count += one->count;
        m_all.dim = one->dim;
        m_all.rows = one->rows;
        m_all.columns = one->columns;
        append(m_all.global, one->global);
        append(m_all.patches, one->patches);
        return true;
    }

    // Within the handler of the error. The others go on, unless there are none or the model is at fault.
    void refuse(const std::filesystem::path& path, const Error& error)
    {
        if (error.code() == ErrorCode::Model || m_options.files.size() == 1)
            throw;
        std::cerr << "error: " << error.what() << std::endl;
        m_refused.push_back({{"path", path.string()}, {"reason", error.why().english()}});
    }

    void write() const
    {
        if (m_all.count == 0)
            throw Error(ErrorCode::Data, "encode image", m_options.files.front().string(), "no file could be encoded");
        if (patchesWanted() && m_all.patches.empty())
            throw Error(ErrorCode::Model, "encode image", m_options.model,
                        "the model has neither a local head nor another way of maps: no patch embeddings");
        writeNpy(m_options.out, m_all.global, std::array{m_all.count, m_all.dim});
        if (patchesWanted())
            writeNpy(m_options.second, m_all.patches, std::array{m_all.count, m_all.rows, m_all.columns, m_all.dim});
    }

    // The exit status.
    int report() const
    {
        if (m_options.json) {
            nlohmann::json document = aboutModel(m_loaded);
            document["files"] = m_files;
            document["refused"] = m_refused;
            printJson(document);
        }
        return m_refused.empty() ? Done : SomeRefused;
    }

private:
    bool patchesWanted() const { return !m_options.second.empty(); }

    const Options& m_options;
    const LoadedModel& m_loaded;
    ImageEmbedding m_all;
    nlohmann::json m_files = nlohmann::json::array(), m_refused = nlohmann::json::array();
};

int encodeImages(const Options& options, const Context& context)
{
    checkOutputs({{"--out", options.out}, {"--patches", options.second}});
    const Job job = context.job();
    const LoadedModel loaded = loadModelFor(options.model, options.images, options.compute, job);
    if (!loaded.model)
        return Cancelled;
    ImageArrays arrays(options, loaded);
    for (std::size_t i = 0; i < options.files.size(); ++i) {
        try {
            if (!arrays.add(options.files[i], job.stop))
                return Cancelled;
        } catch (const Error& error) {
            arrays.refuse(options.files[i], error);
        }
        job.report(i + 1, options.files.size(), "encode images");
    }
    arrays.write();
    return arrays.report();
}

int encodeTexts(const Options& options, const Context& context)
{
    checkOutputs({{"--out", options.out}, {"--sentences", options.second}}, {{"--text-file", options.textFile}});
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
    const double milliseconds = millisecondsSince(start);
    writeNpy(options.out, made->global, std::array{made->count, made->dim});
    if (!options.second.empty())
        writeNpy(options.second, made->sentences, std::array{made->offsets.back(), made->dim});
    nlohmann::json counts = nlohmann::json::array(), read = nlohmann::json::array();
    std::vector<std::size_t> cut;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        counts.push_back(made->offsets[i + 1] - made->offsets[i]);
        read.push_back(made->last[i] < 0 ? nlohmann::json(nullptr) : nlohmann::json(made->last[i]));
        if (made->cut[i])
            cut.push_back(i);
    }
    nlohmann::json warnings = nlohmann::json::array(); // of texts that the vocabulary does not know
    for (std::size_t i = 0; i < texts.size() && loaded.model->tokenizer(); ++i)
        if (const UserText unknown = unknownWords(*loaded.model->tokenizer(), texts[i]); !unknown.empty()) {
            warnings.push_back({{"text", i}, {"warning", unknown.english()}});
            std::cerr << "warning: text " << i + 1 << ": " << unknown.english() << std::endl;
        }
    if (!cut.empty())
        std::cerr << "warning: " << cut.size() << " of " << texts.size() << " texts were cut to the model's length"
                  << std::endl;
    if (options.json) {
        nlohmann::json document = aboutModel(loaded);
        document.update({{"texts", texts.size()},
                         {"sentences", counts},
                         {"sentence_rows", read},
                         {"cut", cut},
                         {"warnings", warnings},
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
    explain(
        *image,
        "Embeddings of images, L2-normalised (a linear probe's logits are not). An image file goes through the profile that\n"
        "the model names; a .npy file, [3, H, W] or [N, 3, H, W], is taken as prepared tensors, N rows out. A file that is\n"
        "refused is named on stderr, the others go on (exit status 3).");
    image->add_option("files", options->files, "DICOM, PNG, JPEG or TIFF files, or .npy arrays")->required();
    image->add_option("--patches", options->second, "Write patch embeddings here");
    addImageOptions(*image, options->images);
    image->add_option("--frame", options->frame, "Frame of multi-frame files, from 0")->check(CLI::NonNegativeNumber);
    runs(*image, context, [options, &context] { return encodeImages(*options, context); });
    CLI::App* text =
        encode->add_subcommand("text", "Global [N, D] and sentence [total sentences, D] embeddings, L2-normalised");
    explain(
        *text,
        "Embeddings of texts, L2-normalised. Sentence embeddings have a row for every separator that the text model sees, as in\n"
        "training; a model whose tokenizer closes a text with a separator (MiniLM, BERT) has one row more than the text has\n"
        "sentences, the closing separator's. It is the row before that query and evaluate-findings compare with the patches:\n"
        "--json gives that row of each text as sentence_rows, from 0 (null: the text has no sentence).");
    text->add_option("--text-file", options->textFile,
                     "One text a line, or a JSON array of strings; - is standard input")
        ->required();
    addTextOptions(*text, *options);
    text->add_option("--sentences", options->second,
                     "Write sentence embeddings here; see above for which row is the text's");
    runs(*text, context, [options, &context] { return encodeTexts(*options, context); });
    for (CLI::App* command : {image, text}) {
        addModelOption(*command, options->model);
        command->add_option("--out", options->out, "Write global embeddings here")->required();
        addJsonOption(*command, options->json, "What was done, as JSON on stdout");
        addComputeOptions(*command, options->compute);
    }
}

} // namespace mama::cli
