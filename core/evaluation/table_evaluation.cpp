#include "core/evaluation/table_evaluation.h"

#include "core/base/error.h"
#include "core/base/npy.h"
#include "core/dicom/read/image_file.h"
#include "core/zeroshot/model_prompts.h"

namespace mama {
namespace {

std::vector<std::string> classNames(const PromptSource& source, const Model& model)
{
    const ModelInfo& info = model.info();
    std::vector<std::string> prompted;
    if (!source.empty())
        for (const auto& [label, prompts] : promptsFor(model, source).classes)
            prompted.push_back(label);
    if (info.kind != ModelKind::LinearProbe) {
        if (prompted.empty())
            throw Error(ErrorCode::Usage, "evaluate", info.name,
                        "give --task or --prompts: the model is no linear probe");
        return prompted;
    }
    const auto count = static_cast<std::size_t>(info.embedding);
    if (!prompted.empty() && prompted.size() != count)
        throw Error(ErrorCode::Usage, "evaluate", info.name,
                    "the probe has " + std::to_string(count) + " classes, the task " + std::to_string(prompted.size()));
    if (info.classes.size() == count)
        return info.classes;
    for (std::size_t c = prompted.size(); c < count; ++c)
        prompted.push_back(std::to_string(c));
    return prompted;
}

// A .npy file is one prepared image [3, H, W].
Cancellable<ScoredImage> encodePrepared(const ImageToScore& image, const LoadedModel& loaded, const Job& job)
{
    const NpyArray array = readNpy(image.path);
    if (array.shape.size() != 3 || array.shape[0] != 3)
        throw Error(ErrorCode::Data, "evaluate", image.path.string(), "expected an array [3, H, W]");
    const auto embedding = loaded.model->encodeImages(array.asFloat(), 1, array.shape[1], array.shape[2], job);
    if (!embedding)
        return {};
    EncodedImage encoded;
    encoded.profile = "prepared";
    encoded.dim = embedding->dim;
    encoded.global = embedding->global;
    ScoredImage out;
    out.image = image;
    out.encoded = std::make_shared<const EncodedImage>(std::move(encoded));
    return out;
}

Cancellable<ScoredImage> encodeOne(const LabelledImage& row, const LoadedModel& loaded, const StudyEncoder& encoder,
                                   const Job& job)
{
    ImageToScore image;
    image.path = row.path;
    image.frame = row.frame.value_or(0);
    image.side = row.side;
    image.view = row.view;
    if (row.path.extension() == ".npy")
        return encodePrepared(image, loaded, job);
    if (const int frames = ImageFile::open(row.path)->header().frames; frames > 1 && !row.frame)
        throw Error(ErrorCode::Data, "evaluate", row.path.string(),
                    "a stack of " + std::to_string(frames) + " frames: name one in a column frame");
    auto scored = encoder.encode(image, {job.stop, {}});
    if (!scored)
        return {};
    auto slim = *scored->encoded; // a large table's patches would fill the memory
    slim.patches = {};
    scored->encoded = std::make_shared<const EncodedImage>(std::move(slim));
    return scored;
}

// Files that cannot be read move from the table's images to its refused rows. False: cancelled.
bool encodeTable(EvaluatedTable& set, const LoadedModel& loaded, const StudyEncoder& encoder, const Job& job)
{
    std::vector<LabelledImage> kept;
    const std::size_t total = set.table.images.size();
    for (std::size_t i = 0; i < total; ++i) {
        LabelledImage& row = set.table.images[i];
        job.report(i, total, "encode images");
        try {
            auto image = encodeOne(row, loaded, encoder, job);
            if (!image || job.cancelled())
                return false;
            set.study.images.push_back(std::move(*image));
            kept.push_back(std::move(row));
        } catch (const Error& error) {
            if (!belongsToFile(error))
                throw;
            set.table.refused.push_back({row.row, row.path.string(), error.why().english()});
        }
    }
    job.report(total, total, "encode images");
    set.table.images = std::move(kept);
    return true;
}

// False: cancelled.
bool score(EvaluatedTable& set, const TableQuestion& question, const Model& model, const Job& job)
{
    if (model.info().kind == ModelKind::LinearProbe) {
        set.result = classifyByProbe(model, set.study, FusionRule::Maximum);
        return true;
    }
    ClassifyOptions options;
    if (set.table.prefixes)
        for (const LabelledImage& image : set.table.images)
            options.prompts.push_back(promptsFor(model, question.prompts, question.prefix + image.prefix));
    else
        options.prompts.push_back(promptsFor(model, question.prompts, question.prefix));
    options.pooling = question.pooling;
    options.raw = question.raw;
    options.length = question.length > 0 ? question.length : promptLength(model, question.prompts);
    TextEncoder encoder(model);
    auto result = classify(encoder, set.study, options, job);
    if (!result)
        return false;
    set.result = std::move(*result);
    set.result.provenance.prefix = question.prefix;
    return true;
}

} // namespace

void needImages(const LabelledTable& table)
{
    if (!table.images.empty())
        return;
    const RefusedRow* first = table.refused.empty() ? nullptr : &table.refused.front();
    throw Error(ErrorCode::Data, "evaluate", table.file.string() + (first ? " row " + std::to_string(first->row) : ""),
                first ? "no row can be used: " + first->reason : "the table has no rows");
}

Cancellable<EvaluatedTable> evaluateTable(LabelledTable table, const TableQuestion& question, LoadedModel& loaded,
                                          EmbeddingCache* cache, const Job& job)
{
    const std::vector<std::string> classes = classNames(question.prompts, *loaded.model);
    EvaluatedTable set;
    if (!question.prompts.empty())
        set.prompts = promptsFor(*loaded.model, question.prompts);
    set.table = std::move(table);
    resolveLabels(set.table, classes);
    needImages(set.table);
    const StudyEncoder encoder(*loaded.model, loaded.profile, cache, loaded.mapWay);
    if (!encodeTable(set, loaded, encoder, job))
        return {};
    needImages(set.table);
    if (!score(set, question, *loaded.model, job))
        return {};
    set.result.classes = classes; // a probe without names has the task's
    return set;
}

} // namespace mama
