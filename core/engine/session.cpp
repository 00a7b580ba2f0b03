#include "core/engine/session.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/engine/session_parameters.h"
#include "core/zeroshot/classify.h"
#include "core/zeroshot/map_files.h"
#include "core/zeroshot/query.h"
#include "core/zeroshot/result_messages.h"
#include "core/zeroshot/similarity.h"
#include "core/zeroshot/text_vectors.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <unistd.h>

namespace mama::engine {
namespace {

using namespace protocol;

constexpr std::size_t mostPixels = lineLimit / 2; // of a picture, in base64, with the rest of a line

// Sentences to try, where the model's folder names some.
std::vector<std::string> examplesOf(const nlohmann::json& description)
{
    std::vector<std::string> out;
    if (const auto found = description.find("examples"); found != description.end() && found->is_array())
        for (const nlohmann::json& one : *found)
            if (one.is_string())
                out.push_back(one.get<std::string>());
    return out;
}

ModelReply describe(const ModelInUse& use)
{
    const ModelInfo& info = use.model().info();
    ModelReply out;
    out.name = info.name;
    out.hash = info.hash;
    out.path = pathText(use.files.folder);
    out.kind = name(info.kind);
    out.trainedOn = info.trainedOn;
    out.licence = info.licence;
    out.notice = info.notice;
    out.profile = info.profile;
    out.profileVersion = info.profileVersion;
    out.pooling = info.inferencePooling;
    out.compat = info.compat;
    out.precision = name(use.model().precision());
    out.device = use.model().device();
    out.threads = use.model().threads();
    out.maps = info.hasLocal && !info.textFamily.empty();
    out.text = !info.textFamily.empty();
    out.inputSize = info.inputSize;
    out.patch = info.patch;
    out.mapWays = info.mapWays;
    out.meanMaps = use.files.reference.set && use.files.reference.set->hasMeans();
    out.embedding = info.embedding;
    out.logitScale = info.logitScale;
    out.classes = info.classes;
    out.examples = examplesOf(use.model().description());
    return out;
}

void addInlineMaps(QueryReply& reply, const QueryResult& result)
{
    for (std::size_t i = 0; i < result.maps.size(); ++i) {
        auto& maps = reply.images[i].maps.emplace();
        for (const TextMap& map : result.maps[i])
            maps.push_back(
                {map.text, map.sentence, map.values.rows, map.values.columns, map.values.values, std::nullopt});
    }
}

void addMapFiles(QueryReply& reply, const QueryResult& result, const EncodedStudy& study, const std::string& folder)
{
    const std::filesystem::path parent = pathFromText(folder);
    std::string own = (parent / "maps-XXXXXX").string();
    std::error_code failed;
    std::filesystem::create_directories(parent, failed);
    if (!::mkdtemp(own.data()))
        throw Error(ErrorCode::Io, {action::writeMaps}, folder,
                    {TextId("engine.no_map_folder", "no folder can be made there")});
    for (QueryReply::Image& image : reply.images)
        image.maps.emplace();
    for (const MapFile& file : writeMaps(result, study, own)) {
        const Raster<float>& values = result.maps[file.image].front().values; // of one size
        reply.images[file.image].maps->push_back(
            {file.text, file.sentence, values.rows, values.columns, {}, pathText(file.path)});
    }
    reply.folder = pathText(own);
}

void addTexts(std::vector<NotUsed>& list, const std::vector<NotScored>& reasons)
{
    for (std::size_t i = 0; i < list.size(); ++i)
        list[i].reasonText = reasons[i].reason;
}

// The image as the profile makes it for the model. Error(Data) if the file has no such frame.
PreparedImage prepareFrame(const PrepareRequest& request, const Profile& profile, const PrepareOptions& options)
{
    const auto file = ImageFile::open(pathFromText(request.path));
    if (file->kind() != FileKind::Image || request.frame >= file->header().frames)
        throw Error(ErrorCode::Data, {action::prepare}, request.path,
                    file->kind() == FileKind::Image
                        ? UserText{TextId("engine.frames", "it has %1 frames"), file->header().frames}
                        : UserText{TextId("engine.not_an_image", "not an image but: %1"), textOf(file->kind())});
    return mama::prepare(file->readFrame(request.frame), file->pipeline(request.frame), profile, options);
}

} // namespace

Session::Session(SessionOptions options)
    : m_options(std::move(options)), m_cache(m_options.cacheFolder, m_options.cacheLimit),
      m_inputs(m_options.memoryLimit)
{}

std::shared_ptr<ModelInUse> Session::model() const
{
    const std::lock_guard lock(m_mutex);
    if (!m_model)
        throw Error(ErrorCode::Usage, {action::useModel}, modelField, {TextId("engine.no_model", "none is loaded")});
    return m_model;
}

Session::Kept Session::study(const std::string& id, const char* field)
{
    const std::lock_guard lock(m_mutex);
    const auto found =
        std::find_if(m_studies.begin(), m_studies.end(), [&](const Kept& kept) { return kept.id == id; });
    if (found == m_studies.end())
        throw Error(ErrorCode::Usage, {action::useStudy}, field,
                    {TextId("engine.study_forgotten", "\"%1\" is not known, or forgotten: encode it again"), id});
    m_studies.splice(m_studies.begin(), m_studies, found);
    return m_studies.front();
}

std::optional<ModelReply> Session::loadedModel() const
{
    const std::lock_guard lock(m_mutex);
    return m_model ? std::optional(describe(*m_model)) : std::nullopt;
}

Cancellable<ModelsReply> Session::models(const ModelsRequest& request, const Job&)
{
    ModelsReply reply;
    std::vector<std::filesystem::path> folders;
    for (const std::string& folder : request.folders) {
        std::error_code failed;
        const std::filesystem::path path = pathFromText(folder);
        if (!std::filesystem::is_directory(path, failed))
            reply.problems.push_back({folder, "no such folder", {TextId("engine.no_such_folder", "no such folder")}});
        folders.push_back(path);
    }
    const auto own = modelFolders();
    folders.insert(folders.end(), own.begin(), own.end());
    for (const FoundModel& found : listModels(folders))
        reply.models.push_back({pathText(found.name), pathText(found.path)});
    return reply;
}

Cancellable<LoadReply> Session::load(const LoadRequest& request, const Job& job)
{
    const ComputeOptions compute = computeOptions(request, m_options.compute);
    job.report(0, 1, "load model");
    LoadedModel loaded = m_options.loader(request.model, compute, job);
    if (!loaded.model || job.cancelled())
        return {};
    auto use = std::make_shared<ModelInUse>(std::move(loaded));
    job.report(1, 1, "load model");
    LoadReply reply{describe(*use)};
    std::list<Kept> former; // let go outside the lock
    const std::lock_guard lock(m_mutex);
    former.swap(m_studies);
    m_model.swap(use);
    m_inputs.clear(); // the former model's
    return reply;
}

Cancellable<EncodeReply> Session::encode(const EncodeRequest& request, const Job& job)
{
    const std::shared_ptr<ModelInUse> use = model();
    ImageSelection images = hungImages(request);
    if (!request.paths.empty()) {
        job.report(0, 0, "find images");
        std::vector<std::filesystem::path> paths;
        for (const std::string& path : request.paths)
            paths.push_back(pathFromText(path));
        auto found = findImages(paths, selectionOptions(request), job);
        if (!found)
            return {};
        images = std::move(*found);
    }
    const Profile profile = request.profile.empty() ? use->files.profile : profileFor(use->model(), request.profile);
    StudyEncoder encoder(use->model(), profile, &m_cache, request.mapWay);
    encoder.keepIn(m_inputs);
    auto encoded = encoder.encode(images, job);
    if (!encoded)
        return {};
    Kept kept{{}, use, std::make_shared<const EncodedStudy>(std::move(*encoded))};
    std::list<Kept> former;
    {
        const std::lock_guard lock(m_mutex);
        if (m_model != use)
            throw Error(ErrorCode::Usage, {action::encode}, modelField,
                        {TextId("engine.other_model", "another model was loaded meanwhile: encode again")});
        kept.id = std::to_string(++m_lastStudy);
        m_studies.push_front(kept);
        if (m_studies.size() > m_options.studies)
            former.splice(former.begin(), m_studies, std::prev(m_studies.end()));
        const std::uint64_t embeddings = embeddingBytes();
        m_inputs.limitTo(m_options.memoryLimit - std::min(embeddings, m_options.memoryLimit));
    }
    EncodeReply reply = encodeReply(*kept.study, kept.id);
    addTexts(reply.skipped, kept.study->skipped);
    addTexts(reply.refused, kept.study->refused);
    return reply;
}

Cancellable<QueryReply> Session::query(const QueryRequest& request, const Job& job)
{
    QueryOptions options = queryOptions(request);
    const Kept kept = study(request.study);
    options.reference = kept.model->files.reference;
    options.sentences = &kept.model->sentences;
    if (options.minus.what == MapMinus::What::Way)
        options.minus.other = study(request.mapMinusStudy, mapMinusStudyField).study;
    const auto result = mama::query(kept.model->texts, *kept.study, options, job);
    if (!result)
        return {};
    QueryReply reply = queryReply(*result, *kept.study);
    for (std::size_t i = 0; i < reply.texts.size(); ++i)
        reply.texts[i].warningTexts = result->texts[i].warnings;
    for (std::size_t i = 0; i < reply.images.size(); ++i)
        reply.images[i].warningTexts = warningsOf(*result, *kept.study, i);
    if (request.maps == MapsWanted::Inline)
        addInlineMaps(reply, *result);
    else if (request.maps == MapsWanted::Files)
        addMapFiles(reply, *result, *kept.study, request.folder);
    return reply;
}

Cancellable<TextVectorsReply> Session::textVectors(const TextVectorsRequest& request, const Job& job)
{
    const std::shared_ptr<ModelInUse> use = model();
    QueryOptions options;
    options.texts = request.texts;
    options.pooling = poolingByName(request.pooling);
    options.prefix = request.prefix;
    options.raw = request.raw;
    if (!use->model().info().textFamily.empty())
        options.sentences = &use->sentences;
    const auto vectors = mama::textVectors(use->texts, options, job);
    if (!vectors)
        return {};
    const ModelInfo& info = use->model().info();
    TextVectorsReply reply{info.name, info.hash, poolingUsed(info, options.pooling), {}};
    for (const TextVector& each : *vectors) {
        TextVectorsReply::Text text{each.text.text, each.text.encoded, each.text.cut};
        if (const auto& familiarity = each.text.familiarity) {
            text.unlike = familiarity->unlike;
            text.nearest = {familiarity->nearest, familiarity->similarity};
        }
        text.warnings = english(each.text.warnings);
        text.warningTexts = each.text.warnings;
        text.vector = each.vector;
        reply.texts.push_back(std::move(text));
    }
    return reply;
}

Cancellable<ClassifyReply> Session::classify(const ClassifyRequest& request, const Job& job)
{
    const Kept kept = study(request.study);
    const ClassifyOptions options = classifyOptions(request, kept.model->model());
    if (options.prompts.empty())
        return classifyReply(classifyByProbe(kept.model->model(), *kept.study, options.fusion), *kept.study);
    const auto result = mama::classify(kept.model->texts, *kept.study, options, job);
    if (!result)
        return {};
    return classifyReply(*result, *kept.study);
}

Cancellable<PrepareReply> Session::prepare(const PrepareRequest& request, const Job& job)
{
    Profile profile;
    PrepareOptions options;
    {
        const std::lock_guard lock(m_mutex);
        if (m_model && request.profile.empty()) {
            profile = m_model->files.profile;
            options.size = m_model->model().info().inputSize;
            options.patch = m_model->model().info().patch;
        } else {
            profile = findProfile(request.profile.empty() ? "mama" : request.profile);
        }
    }
    if (request.size)
        options.size = *request.size;
    if (request.patch)
        options.patch = *request.patch;
    const PreparedImage prepared = prepareFrame(request, profile, options);
    if (job.cancelled())
        return {};
    PrepareReply reply{
        profile.name, profile.version, prepared.cropped, patchGrid(prepared.geometry, {}), prepared.size, {}};
    reply.patches.breast = breastOnGrid(prepared.geometry, prepared.breast);
    reply.patches.inside = insideMask(prepared.geometry);
    if (request.picture && prepared.seenGrey.values.size() > mostPixels)
        throw Error(ErrorCode::Unsupported, {action::prepare}, request.path,
                    {TextId("engine.picture_too_large", "a prepared picture of %1 pixels is too large to be sent"),
                     prepared.seenGrey.values.size()});
    if (request.picture)
        reply.picture = prepared.seenGrey.values;
    return reply;
}

Cancellable<EmptyReply> Session::release(const ReleaseRequest& request, const Job&)
{
    study(request.study);
    std::list<Kept> former;
    const std::lock_guard lock(m_mutex);
    const auto found =
        std::find_if(m_studies.begin(), m_studies.end(), [&](const Kept& kept) { return kept.id == request.study; });
    if (found != m_studies.end())
        former.splice(former.begin(), m_studies, found);
    if (!former.empty())
        forget(*former.front().study);
    return EmptyReply{};
}

std::uint64_t Session::embeddingBytes() const
{
    std::uint64_t floats = 0;
    for (const Kept& kept : m_studies)
        for (const ScoredImage& image : kept.study->images)
            floats += image.encoded->global.size() + image.encoded->patches.size();
    return floats * sizeof(float);
}

void Session::forget(const EncodedStudy& study)
{
    std::set<std::string> others;
    for (const Kept& kept : m_studies)
        for (const ScoredImage& image : kept.study->images)
            others.insert(image.inputs);
    for (const ScoredImage& image : study.images)
        if (!image.inputs.empty() && !others.contains(image.inputs))
            m_inputs.drop(image.inputs);
}

CacheReply Session::statistics() const
{
    const CacheStatistics s = m_cache.statistics();
    const KeptInputs::Size inputs = m_inputs.size();
    const std::lock_guard lock(m_mutex);
    return {s.folder.string(),
            s.entries,
            s.bytes,
            s.limit,
            s.hits,
            s.misses,
            s.writes,
            s.evicted,
            s.corrupt,
            s.failedWrites,
            inputs.images,
            inputs.bytes,
            inputs.bytes + embeddingBytes(),
            m_options.memoryLimit};
}

Cancellable<CacheReply> Session::cacheStatistics(const CacheStatisticsRequest&, const Job&) { return statistics(); }

Cancellable<CacheReply> Session::cacheClear(const CacheClearRequest&, const Job&)
{
    m_cache.clear();
    return statistics();
}

} // namespace mama::engine
