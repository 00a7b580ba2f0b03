#include "core/model/torch_model.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/processor.h"
#include "core/model/auto_precision.h"
#include "core/model/kernels/cuda_plugin.h"
#include "core/model/map_ways.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <c10/core/InferenceMode.h>

namespace mama {
namespace {

constexpr std::int64_t batchPatchTokens = 1500;     // images a forward pass: one at 518 pixels, more when small
constexpr std::int64_t packedTextLimit = 2LL << 30; // parameters' bytes; larger towers compute from the mapped file

std::string text(const nlohmann::json& section, const char* key, const std::string& otherwise = {})
{
    return section.is_object() && section.contains(key) && section[key].is_string() ? section[key].get<std::string>()
                                                                                    : otherwise;
}

ModelInfo infoOf(const nlohmann::json& description)
{
    const auto section = [&](const char* name) {
        return description.contains(name) ? description[name] : nlohmann::json();
    };
    const nlohmann::json heads = section("heads"), input = section("input"), provenance = section("provenance");
    ModelInfo info;
    info.name = text(description, "name", "model");
    info.kind = modelKind(description);
    info.compat = text(description, "compat", "default");
    info.textFamily = text(section("text"), "family");
    info.inferencePooling = text(section("inference"), "text_pooling", "zero-shot");
    info.profile = text(input, "profile", "mama");
    info.trainedOn = text(provenance, "trained_on", "unknown");
    info.licence = text(provenance, "licence");
    info.notice = text(provenance, "notice");
    if (input.is_object()) {
        info.profileVersion = input.value("profile_version", 1);
        const int side = input.value("size", defaultInputSize);
        info.inputSize = {input.value("columns", side), input.value("rows", side)};
    }
    if (heads.is_object() && heads.contains("classes") && heads["classes"].is_array())
        info.classes = heads["classes"].get<std::vector<std::string>>();
    return info;
}

CaptionRules rulesOf(const nlohmann::json& description)
{
    if (!description.contains("captions") || !description["captions"].is_object())
        return {};
    const nlohmann::json& captions = description["captions"];
    CaptionRules rules = captionRules(captions, "model.json captions");
    // What a model does not name it does not have.
    rules.separator = text(captions, "separator");
    rules.start = text(captions, "start");
    rules.end = text(captions, "end");
    rules.pad = text(captions, "pad");
    return rules;
}

std::vector<float> toVector(const at::Tensor& x)
{
    const at::Tensor flat = x.to(at::kCPU, at::kFloat).contiguous();
    const auto* data = flat.const_data_ptr<float>();
    return {data, data + flat.numel()};
}

} // namespace

TorchModel::TorchModel(const Parameters& parameters, nlohmann::json description,
                       std::shared_ptr<const Tokenizer> tokenizer, const ComputeOptions& options, const Job& job)
    : m_description(std::move(description)), m_info(infoOf(m_description)), m_rules(rulesOf(m_description)),
      m_tokenizer(std::move(tokenizer))
{
    const c10::InferenceMode inference;
    const int threads = options.threads > 0 ? options.threads : processor().cores;
    at::set_num_threads(threads);
    m_threads = threads;
    m_gpu = cuda::chooseDevice(options.device);
    const Parameters placed = moved(parameters, cuda::deviceOf(m_gpu));
    const auto make = [&] { return std::make_unique<Network>(placed, m_description); };
    m_network = make();
    m_precision = options.precision;
    if (m_gpu >= 0) {
        if (m_precision == Precision::Int8 || m_precision == Precision::Bf16)
            throw Error(ErrorCode::Unsupported, {action::loadModel}, std::string("precision ") + name(m_precision),
                        {TextId("model.gpu_computes_fp32", "the GPU computes in fp32")});
        m_precision = Precision::Fp32;
    } else {
        if (m_precision == Precision::Auto)
            m_precision = choosePrecision(m_description, threads, make, job);
        m_network->pack(m_precision);
    }
    if (m_network->image)
        m_info.patch = m_network->image->cell(m_info.inputSize);
    if (m_network->image && (m_network->hasImageLocal() || m_info.kind == ModelKind::Clip))
        m_info.mapWays = mapWaysOf(m_description, m_network->hasImageLocal(), m_network->image->readsOut());
    m_info.hasLocal = m_network->hasImageLocal() || !m_info.mapWays.empty();
    m_info.embedding = static_cast<int>(m_network->embedding());
    if (m_network->logitScale().defined())
        m_info.logitScale = m_network->logitScale().item<double>();
    if (m_network->logitBias().defined())
        m_info.logitBias = m_network->logitBias().item<double>();
    if (m_network->text && m_tokenizer) {
        m_texts = std::make_unique<TextEmbedder>(*m_network, *m_tokenizer, m_rules, m_description);
        m_ownText = std::make_unique<OwnText>(placed, m_description["text"], m_tokenizer);
    }
}

void TorchModel::setFiles(std::unique_ptr<ModelFiles> files)
{
    m_files = std::move(files);
    m_info.hash = m_files->hash();
}

template <class Work>
auto TorchModel::fromSameFiles(const Work& work) const
{
    const auto forget = [this] {
        if (m_texts)
            m_texts->forget();
    };
    return m_files ? m_files->compute(work, forget) : work();
}

std::string TorchModel::device() const { return m_gpu < 0 ? "CPU" : cuda::deviceName(m_gpu); }

// Of a tower that reads out the inputs of its last blocks, of another one the tokens; [N, ...].
struct TorchModel::Batch
{
    LateTokens late;
    at::Tensor tokens, global;
};

class TorchModel::Kept final : public KeptTokens
{
public:
    explicit Kept(const Network& owner) : network(owner) {}
    std::uint64_t bytes() const override
    {
        std::uint64_t sum = 0;
        for (const Batch& batch : batches)
            for (const at::Tensor* part : {&batch.late.secondLast, &batch.late.last, &batch.tokens, &batch.global})
                if (part->defined() && !(part == &batch.late.last && part->is_same(batch.late.secondLast)))
                    sum += part->nbytes();
        return sum;
    }

    const Network& network;
    std::vector<Batch> batches;
};

bool TorchModel::encodeBatch(const at::Tensor& images, bool late, ImageEmbedding& made, Batch& batch,
                             const Job& job) const
{
    batch.tokens = m_network->image->tokens(images, {}, job, late ? &batch.late : nullptr);
    if (!batch.tokens.defined())
        return false;
    batch.global = m_network->imageGlobal(m_network->pooled(batch.tokens)).to(at::kFloat);
    const std::vector<float> rows = toVector(m_info.kind == ModelKind::LinearProbe ? batch.global : l2(batch.global));
    made.global.insert(made.global.end(), rows.begin(), rows.end());
    return true;
}

void TorchModel::addPatches(const Batch& batch, const std::string& way, std::vector<float>& patches) const
{
    const ReadOut readOut = readOutOf(way);
    const bool asTrained = readOut == ReadOut::Standard && batch.tokens.defined();
    if (!m_network->hasImageLocal() && m_info.mapWays.empty())
        return;
    const at::Tensor tokens =
        asTrained || !m_network->image->readsOut() ? batch.tokens : m_network->image->read(batch.late, readOut);
    at::Tensor cells;
    if (m_network->hasImageLocal())
        cells = m_network->imageLocal(tokens);
    else if (const at::Tensor plain = m_network->imageCells(tokens); way == "additive")
        cells = plain / batch.global.norm(2, -1, true).clamp_min(1e-12).unsqueeze(1);
    else
        cells = l2(plain);
    const std::vector<float> values = toVector(cells);
    patches.insert(patches.end(), values.begin(), values.end());
}

Cancellable<ImageEmbedding> TorchModel::encodeImages(std::span<const float> input, const ImageShape& shape,
                                                     const Job& job, const ImageOptions& options) const
{
    if (!m_network->image)
        throw Error(ErrorCode::Model, {action::encodeImage}, m_info.name,
                    {TextId("model.model_has_no_image_tower", "the model has no image tower")});
    const auto [n, height, width] = shape;
    const GridSize grid = m_network->image->grid(height, width);
    if (n < 1 || static_cast<std::int64_t>(input.size()) != n * 3 * height * width)
        throw Error(ErrorCode::Data, {action::encodeImage}, "input",
                    {TextId("model.values_expected_x_x_x", "%1 values, expected %2 x 3 x %3 x %4"), input.size(), n,
                     height, width});
    const std::string way = m_info.mapWay(options.mapWay);
    const bool keep = options.keep && m_info.mapWays.size() > 1, readsOut = m_network->image->readsOut();
    const std::lock_guard lock(m_turn);
    const c10::InferenceMode inference;
    at::set_num_threads(m_threads);
    const auto compute = [&]() -> Cancellable<ImageEmbedding> {
        ImageEmbedding made{shape.count, m_info.embedding, grid.rows, grid.columns, {}, {}, {}};
        const auto kept = std::make_shared<Kept>(*m_network);
        const std::int64_t most = std::clamp<std::int64_t>(batchPatchTokens / grid.cells(), 1, 64);
        for (std::int64_t first = 0; first < shape.count; first += most) {
            const std::int64_t count = std::min(most, shape.count - first);
            auto* from = const_cast<float*>(input.data()) + first * 3 * shape.height * shape.width; // only read
            const at::Tensor images =
                at::from_blob(from, {count, 3, shape.height, shape.width}, at::kFloat).to(cuda::deviceOf(m_gpu));
            Batch batch;
            if (!encodeBatch(images, readsOut && (keep || readOutOf(way) != ReadOut::Standard), made, batch, job))
                return {};
            addPatches(batch, way, made.patches);
            if (readsOut)
                batch.tokens = at::Tensor(); // which the last block gives again
            if (keep)
                kept->batches.push_back(std::move(batch));
            job.report(static_cast<std::uint64_t>(first + count), static_cast<std::uint64_t>(shape.count),
                       "encode image");
        }
        if (keep)
            made.kept = kept;
        return made;
    };
    return fromSameFiles(compute);
}

Cancellable<std::vector<float>> TorchModel::readOut(const KeptTokens& kept, const std::string& mapWay,
                                                    const Job& job) const
{
    const auto* own = dynamic_cast<const Kept*>(&kept);
    if (!own || &own->network != m_network.get())
        throw Error(ErrorCode::Internal, {action::encodeImage}, m_info.name,
                    {TextId("model.kept_of_another", "what was kept is another model's")});
    const std::string way = m_info.mapWay(mapWay);
    const std::lock_guard lock(m_turn);
    const c10::InferenceMode inference;
    at::set_num_threads(m_threads);
    return fromSameFiles([&]() -> Cancellable<std::vector<float>> {
        std::vector<float> patches;
        for (const Batch& batch : own->batches) {
            if (job.cancelled())
                return {};
            addPatches(batch, way, patches);
        }
        return patches;
    });
}

Cancellable<TextEmbedding> TorchModel::encodeTexts(const std::vector<std::string>& texts, const TextOptions& options,
                                                   const Job& job) const
{
    needTexts();
    const std::lock_guard lock(m_turn);
    const c10::InferenceMode inference;
    at::set_num_threads(m_threads);
    return fromSameFiles([&] { return m_texts->encode(texts, options, job); });
}

Cancellable<std::vector<float>> TorchModel::encodeOwnTexts(const std::vector<std::string>& texts, const Job& job) const
{
    needTexts();
    const std::lock_guard lock(m_turn);
    const c10::InferenceMode inference;
    at::set_num_threads(m_threads);
    return fromSameFiles([&] { return m_ownText->encode(texts, cuda::deviceOf(m_gpu), job); });
}

void TorchModel::needTexts() const
{
    if (!m_texts)
        throw Error(ErrorCode::Model, {action::encodeText}, m_info.name,
                    m_network->text ? UserText{TextId("model.no_tokenizer", "the model folder has no tokenizer")}
                                    : UserText{TextId("model.no_text_tower", "the model has no text tower")});
}

} // namespace mama
