#include "core/engine/session.h"

#include "core/base/error.h"
#include "core/dicom/read/image_file.h"
#include "core/engine/session_parameters.h"
#include "core/protocol/line_splitter.h"
#include "core/protocol/parameters.h"
#include "core/zeroshot/classify.h"
#include "core/zeroshot/map_files.h"
#include "core/zeroshot/query.h"
#include "core/zeroshot/result_messages.h"
#include "core/zeroshot/similarity.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace mama::engine {
namespace {

using nlohmann::json;
using protocol::Parameters;

std::string base64Of(const auto& values)
{
    const auto bytes = std::as_bytes(std::span(values));
    return protocol::base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

json infoJson(const ModelInUse& use)
{
    const ModelInfo& info = use.model().info();
    const json& description = use.model().description();
    json examples = json::array(); // sentences to try, where the model's folder names some
    if (const auto found = description.find("examples"); found != description.end() && found->is_array())
        std::copy_if(found->begin(), found->end(), std::back_inserter(examples),
                     [](const json& one) { return one.is_string(); });
    return {{"name", info.name},
            {"hash", info.hash},
            {"path", use.files.folder.string()},
            {"kind", info.kind},
            {"trained_on", info.trainedOn},
            {"licence", info.licence},
            {"notice", info.notice},
            {"profile", info.profile},
            {"profile_version", info.profileVersion},
            {"pooling", info.inferencePooling},
            {"compat", info.compat},
            {"precision", name(use.model().precision())},
            {"device", use.model().device()},
            {"threads", use.model().threads()},
            {"maps", info.hasLocal && !info.textFamily.empty()},
            {"text", !info.textFamily.empty()},
            {"input_size", info.inputSize},
            {"patch", info.patch},
            {"embedding", info.embedding},
            {"logit_scale", info.logitScale},
            {"classes", info.classes},
            {"examples", std::move(examples)}};
}

json studyJson(const std::string& id, const EncodedStudy& study)
{
    json images = json::array();
    for (std::size_t i = 0; i < study.images.size(); ++i) {
        json image = toJson(study.images[i], i);
        image["breast"] = base64Of(study.images[i].encoded->breast);
        image["inside"] = base64Of(study.images[i].encoded->inside);
        images.push_back(std::move(image));
    }
    return {{"study", id},
            {"images", std::move(images)},
            {"skipped", toJson(study.skipped)},
            {"refused", toJson(study.refused)}};
}

void addInlineMaps(json& reply, const QueryResult& result)
{
    for (std::size_t i = 0; i < result.maps.size(); ++i) {
        json maps = json::array();
        for (const TextMap& map : result.maps[i])
            maps.push_back({{"text", map.text},
                            {"sentence", map.sentence},
                            {"rows", map.values.rows},
                            {"columns", map.values.columns},
                            {"data", base64Of(map.values.values)}});
        reply["images"][i]["maps"] = std::move(maps);
    }
}

void addMapFiles(json& reply, const QueryResult& result, const EncodedStudy& study, const std::string& folder)
{
    std::string own = folder + "/maps-XXXXXX";
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!::mkdtemp(own.data()))
        throw Error(ErrorCode::Io, "write maps", folder, "no folder can be made there");
    for (json& image : reply["images"])
        image["maps"] = json::array();
    for (const MapFile& file : writeMaps(result, study, own)) {
        const Raster<float>& values = result.maps[file.image].front().values;
        reply["images"][file.image]["maps"].push_back({{"text", file.text},
                                                       {"sentence", file.sentence},
                                                       {"rows", values.rows},
                                                       {"columns", values.columns},
                                                       {"path", file.path.string()}});
    }
    reply["folder"] = own;
}

} // namespace

Session::Session(SessionOptions options)
    : m_options(std::move(options)), m_cache(m_options.cacheFolder, m_options.cacheLimit)
{}

std::shared_ptr<ModelInUse> Session::model() const
{
    const std::lock_guard lock(m_mutex);
    if (!m_model)
        throw Error(ErrorCode::Usage, "use model", "model", "none is loaded");
    return m_model;
}

Session::Kept Session::study(const std::string& id)
{
    const std::lock_guard lock(m_mutex);
    const auto found =
        std::find_if(m_studies.begin(), m_studies.end(), [&](const Kept& kept) { return kept.id == id; });
    if (found == m_studies.end())
        throw Error(ErrorCode::Usage, "use study", "study",
                    "\"" + id + "\" is not known, or forgotten: encode it again");
    m_studies.splice(m_studies.begin(), m_studies, found);
    return m_studies.front();
}

json Session::modelJson() const
{
    const std::lock_guard lock(m_mutex);
    return m_model ? infoJson(*m_model) : json();
}

Session::Result Session::models(const json& params, const Job&)
{
    Parameters fields(params);
    std::vector<std::filesystem::path> folders;
    json problems = json::array();
    if (fields.has("folders"))
        for (const std::string& folder : fields.texts("folders", 0, 64)) {
            std::error_code failed;
            if (!std::filesystem::is_directory(folder, failed))
                problems.push_back({{"path", folder}, {"reason", "no such folder"}});
            folders.emplace_back(folder);
        }
    fields.finish();
    const auto own = modelFolders();
    folders.insert(folders.end(), own.begin(), own.end());
    json list = json::array();
    for (const FoundModel& found : listModels(folders))
        list.push_back({{"name", found.name}, {"path", found.path.string()}});
    return json{{"models", std::move(list)}, {"problems", std::move(problems)}};
}

Session::Result Session::load(const json& params, const Job& job)
{
    Parameters fields(params);
    const std::string wanted = fields.text("model");
    const ComputeOptions compute = computeOptions(fields, m_options.compute);
    fields.finish();
    job.report(0, 1, "load model");
    auto use = std::make_shared<ModelInUse>(m_options.loader(wanted, compute, job));
    if (job.cancelled())
        return {};
    job.report(1, 1, "load model");
    json reply = {{"model", infoJson(*use)}};
    std::list<Kept> former; // let go outside the lock
    const std::lock_guard lock(m_mutex);
    former.swap(m_studies);
    m_model.swap(use);
    return reply;
}

Session::Result Session::encode(const json& params, const Job& job)
{
    Parameters fields(params);
    EncodeRequest request = encodeRequest(fields);
    fields.finish();
    const std::shared_ptr<ModelInUse> use = model();
    if (!request.paths.empty()) {
        job.report(0, 0, "find images");
        auto found = findImages(request.paths, request.selection, job);
        if (!found)
            return {};
        request.images = std::move(*found);
    }
    const StudyEncoder encoder(use->model(), use->files.profile, &m_cache);
    auto encoded = encoder.encode(request.images, job);
    if (!encoded)
        return {};
    Kept kept{{}, use, std::make_shared<const EncodedStudy>(std::move(*encoded))};
    std::list<Kept> former;
    {
        const std::lock_guard lock(m_mutex);
        if (m_model != use)
            throw Error(ErrorCode::Usage, "encode", "model", "another model was loaded meanwhile: encode again");
        kept.id = std::to_string(++m_lastStudy);
        m_studies.push_front(kept);
        if (m_studies.size() > m_options.studies)
            former.splice(former.begin(), m_studies, std::prev(m_studies.end()));
    }
    return studyJson(kept.id, *kept.study);
}

Session::Result Session::query(const json& params, const Job& job)
{
    Parameters fields(params);
    const std::string id = fields.text("study");
    const QueryRequest request = queryRequest(fields);
    fields.finish();
    const Kept kept = study(id);
    const auto result =
        mama::query(kept.model->model(), kept.model->texts, *kept.study, request.texts, request.options, job);
    if (!result)
        return {};
    json reply = toJson(*result, *kept.study);
    if (request.maps == QueryRequest::Maps::Inline)
        addInlineMaps(reply, *result);
    else if (request.maps == QueryRequest::Maps::Files)
        addMapFiles(reply, *result, *kept.study, request.folder);
    return reply;
}

Session::Result Session::classify(const json& params, const Job& job)
{
    Parameters fields(params);
    const std::string id = fields.text("study");
    const ClassifyRequest request = classifyRequest(fields);
    fields.finish();
    const Kept kept = study(id);
    if (request.prompts.classes.empty())
        return toJson(classifyByProbe(kept.model->model(), *kept.study, request.options.fusion), *kept.study);
    const auto result =
        mama::classify(kept.model->model(), kept.model->texts, *kept.study, {request.prompts}, request.options, job);
    if (!result)
        return {};
    return toJson(*result, *kept.study);
}

Session::Result Session::prepare(const json& params, const Job& job)
{
    Parameters fields(params);
    const std::string path = fields.text("path");
    const int frame = fields.number("frame", 0, 0, 1'000'000);
    const std::string wanted = fields.text("profile", {});
    Profile profile;
    int size = 0, patch = 14;
    {
        const std::lock_guard lock(m_mutex);
        if (m_model && wanted.empty()) {
            profile = m_model->files.profile;
            size = m_model->model().info().inputSize;
            patch = m_model->model().info().patch;
        } else {
            profile = findProfile(wanted.empty() ? "mama" : wanted);
        }
    }
    size = fields.number("size", size, 1, 8192);
    patch = fields.number("patch", patch, 1, 1024);
    fields.finish();
    const auto file = ImageFile::open(path);
    if (file->kind() != FileKind::Image || frame >= file->header().frames)
        throw Error(ErrorCode::Data, "prepare", path,
                    file->kind() == FileKind::Image ? "it has " + std::to_string(file->header().frames) + " frames"
                                                    : std::string("not an image but: ") + name(file->kind()));
    const PreparedImage prepared = mama::prepare(file->readFrame(frame), file->pipeline(frame), profile, size, patch);
    if (job.cancelled())
        return {};
    return json{{"profile", profile.name},
                {"profile_version", profile.version},
                {"cropped", prepared.cropped},
                {"grid", {prepared.geometry.gridRows(), prepared.geometry.gridColumns()}},
                {"geometry", prepared.geometry.toJson()},
                {"seen", seenJson(prepared.geometry)},
                {"patch_mm", nullptr},
                {"breast", base64Of(breastOnGrid(prepared.geometry, prepared.breast))},
                {"inside", base64Of(insideMask(prepared.geometry))}};
}

Session::Result Session::release(const json& params, const Job&)
{
    Parameters fields(params);
    const std::string id = fields.text("study");
    fields.finish();
    study(id);
    std::list<Kept> former;
    const std::lock_guard lock(m_mutex);
    const auto found =
        std::find_if(m_studies.begin(), m_studies.end(), [&](const Kept& kept) { return kept.id == id; });
    if (found != m_studies.end())
        former.splice(former.begin(), m_studies, found);
    return json::object();
}

json Session::statistics() const
{
    const CacheStatistics s = m_cache.statistics();
    return {{"folder", s.folder.string()},
            {"entries", s.entries},
            {"bytes", s.bytes},
            {"limit", s.limit},
            {"hits", s.hits},
            {"misses", s.misses},
            {"writes", s.writes},
            {"evicted", s.evicted},
            {"corrupt", s.corrupt},
            {"failed_writes", s.failedWrites}};
}

Session::Result Session::cacheStatistics(const json& params, const Job&)
{
    Parameters(params).finish();
    return statistics();
}

Session::Result Session::cacheClear(const json& params, const Job&)
{
    Parameters(params).finish();
    m_cache.clear();
    return statistics();
}

} // namespace mama::engine
