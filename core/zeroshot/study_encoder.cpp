#include "core/zeroshot/study_encoder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/file_state.h"
#include "core/base/hash.h"
#include "core/base/stopwatch.h"
#include "core/dicom/read/image_file.h"
#include "core/study/scan.h"
#include "core/zeroshot/outside_training.h"
#include "core/zeroshot/similarity.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

const Study& chosenStudy(const ScanReport& report, const std::string& uid)
{
    for (const Study& study : report.studies)
        if (!uid.empty() && study.uid == uid)
            return study;
    if (!uid.empty())
        throw Error(ErrorCode::Data, {action::findStudy}, uid,
                    {TextId("zeroshot.not_among_found", "not among the %1 found"), report.studies.size()});
    if (report.studies.empty()) {
        const bool one = report.problems.size() == 1;
        throw Error(ErrorCode::Data, {action::findStudy}, one ? report.problems.front().path.string() : std::string(),
                    one ? report.problems.front().reason
                        : UserText{TextId("zeroshot.no_image_found", "no image in %1 files looked at"),
                                   report.problems.size()});
    }
    if (report.studies.size() > 1)
        throw Error(ErrorCode::Usage, {action::findStudy}, std::to_string(report.studies.size()) + " studies",
                    {TextId("zeroshot.name_one_study", "name one of them by its folder, files or UID")});
    return report.studies.front();
}

} // namespace

UserText whyNotScored(const StudyImage& image, const SelectionOptions& options)
{
    if (image.header.frames > 1 && !options.frame)
        return {TextId("zeroshot.stack", "a stack of %1 frames: name the frame to score"), image.header.frames};
    if (image.presentation == "processing" && !options.processing)
        return {TextId("zeroshot.raw_image", "raw image (for processing): scored only if asked for")};
    return {};
}

bool belongsToFile(const Error& error)
{
    const ErrorCode code = error.code();
    return code == ErrorCode::Io || code == ErrorCode::Format || code == ErrorCode::Unsupported ||
           code == ErrorCode::Data;
}

ImageSelection selectImages(const ScanReport& report, const SelectionOptions& options)
{
    const Study& study = chosenStudy(report, options.studyUid);
    ImageSelection out;
    for (const ScanProblem& problem : report.problems)
        (problem.refused ? out.refused : out.skipped).push_back({problem.path, problem.reason});
    for (const ScanProblem& other : report.others)
        out.skipped.push_back({other.path, other.reason});
    for (const StudyImage& image : study.images) {
        if (const UserText reason = whyNotScored(image, options); !reason.empty()) {
            out.skipped.push_back({image.place(), reason});
            continue;
        }
        ImageToScore chosen{image.path, image.frame,      image.slot,     image.side,
                            image.view, image.spacing.mm, image.warnings, image.origin};
        if (image.header.frames > 1)
            chosen.frame = *options.frame;
        out.images.push_back(std::move(chosen));
    }
    if (out.images.empty() && !out.skipped.empty())
        throw Error(ErrorCode::Data, {action::chooseImages}, out.skipped.back().path.string(),
                    out.skipped.back().reason);
    return out;
}

Cancellable<ImageSelection> findImages(const std::vector<std::filesystem::path>& paths, const SelectionOptions& options,
                                       const Job& job)
{
    const auto report = scan(paths, job);
    if (!report)
        return {};
    return selectImages(*report, options);
}

EmbeddingIdentity identityOf(const Model& model, const Profile& profile, const std::string& mapWay)
{
    // The profile's settings too: a model's own may go by a common name.
    return {model.info().hash, toJson(profile).dump(), profile.version,
            std::string(name(model.precision())) + " on " + model.device(), model.info().mapWay(mapWay)};
}

StudyEncoder::Keys StudyEncoder::keysOf(const ImageToScore& image, const Job& job) const
{
    if (!m_cache && !m_kept)
        return {};
    EmbeddingKey key{sha256OfFile(image.path, job), image.frame, identityOf(m_model, m_profile, m_mapWay)};
    Keys keys{key.digest(), {}};
    key.identity.mapWay = "any";
    keys.kept = key.digest();
    return keys;
}

std::unique_ptr<ImageFile> StudyEncoder::open(const ImageToScore& image)
{
    auto file = ImageFile::open(image.path);
    if (file->kind() != FileKind::Image)
        throw Error(ErrorCode::Data, {action::encode}, image.path.string(),
                    {TextId("zeroshot.not_an_image", "not an image but: %1"), textOf(file->kind())});
    if (image.frame < 0 || image.frame >= file->header().frames)
        throw Error(
            ErrorCode::Data, {action::encode}, image.path.string(),
            {TextId("zeroshot.no_such_frame", "frame %1 of %2 (counted from 0)"), image.frame, file->header().frames});
    return file;
}

Cancellable<EncodedImage> StudyEncoder::compute(ImageFile& file, int frame, const Job& job,
                                                const std::string& kept) const
{
    const Stopwatch watch;
    const StoredImage stored = file.readFrame(frame);
    if (job.cancelled())
        return {};
    const ModelInfo& info = m_model.info();
    const PreparedImage prepared = prepare(stored, file.pipeline(frame), m_profile, {info.inputSize, info.patch});
    auto embedding = m_model.encodeImages(inputOf(prepared), {1, prepared.size.rows, prepared.size.columns}, job,
                                          {m_mapWay, m_kept != nullptr});
    if (!embedding)
        return {};
    EncodedImage out;
    out.profile = m_profile.name;
    out.profileVersion = m_profile.version;
    out.mapWay = m_model.info().mapWay(m_mapWay);
    out.geometry = prepared.geometry;
    out.cropped = prepared.cropped;
    out.dim = embedding->dim;
    out.rows = embedding->rows;
    out.columns = embedding->columns;
    out.global = std::move(embedding->global);
    out.patches = std::move(embedding->patches);
    out.inside = insideMask(prepared.geometry);
    out.breast = breastOnGrid(prepared.geometry, prepared.breast);
    if (!out.patches.empty() && out.inside.size() != static_cast<std::size_t>(out.rows * out.columns))
        throw Error(
            ErrorCode::Model, {action::encode}, info.name,
            {TextId("zeroshot.patch_grid_differs", "the model's patch grid is not that of its profile: %1 x %2"),
             out.rows, out.columns});
    out.milliseconds = watch.milliseconds();
    if (embedding->kept) {
        EncodedImage plain = out;
        plain.patches.clear();
        m_kept->put(kept, {embedding->kept, std::make_shared<const EncodedImage>(std::move(plain))});
    }
    return out;
}

std::shared_ptr<const EncodedImage> StudyEncoder::cached(const std::string& key) const
{
    const auto bytes = m_cache ? m_cache->get(key) : std::nullopt;
    if (!bytes)
        return nullptr;
    if (auto known = parseEncodedImage(*bytes))
        return std::make_shared<const EncodedImage>(std::move(*known));
    m_cache->discard(key);
    return nullptr;
}

std::optional<std::shared_ptr<const EncodedImage>> StudyEncoder::readOut(const std::string& key, const Job& job) const
{
    const auto found = m_kept ? m_kept->find(key) : std::nullopt;
    if (!found)
        return {};
    auto patches = m_model.readOut(*found->tokens, m_mapWay, job);
    if (!patches)
        return std::shared_ptr<const EncodedImage>();
    EncodedImage out = *found->encoded;
    out.mapWay = m_model.info().mapWay(m_mapWay);
    out.patches = std::move(*patches);
    return std::make_shared<const EncodedImage>(std::move(out));
}

Cancellable<ScoredImage> StudyEncoder::encode(const ImageToScore& image, const Job& job) const
{
    const Stopwatch watch;
    ScoredImage out;
    out.image = image;
    const FileState before = FileState::settled(image.path);
    const auto file = open(image);
    const Keys keys = keysOf(image, job);
    if (job.cancelled())
        return {};
    out.encoded = cached(keys.cache);
    out.cached = out.encoded != nullptr;
    if (!out.encoded) {
        if (const auto read = readOut(keys.kept, job)) {
            out.encoded = *read;
        } else if (auto computed = compute(*file, image.frame, job, keys.kept)) {
            out.encoded = std::make_shared<const EncodedImage>(std::move(*computed));
        }
        if (!out.encoded)
            return {};
        if (FileState::of(image.path) != before) {
            if (m_kept)
                m_kept->drop(keys.kept);
            throw Error(ErrorCode::Data, {action::encode}, image.path.string(),
                        {TextId("zeroshot.file_changed", "the file changed while it was read; open it again")});
        }
        if (m_cache)
            m_cache->put(keys.cache, serialise(*out.encoded));
    }
    if (m_kept && m_kept->find(keys.kept))
        out.inputs = keys.kept;
    if (!out.encoded->cropped)
        out.image.warnings.push_back({TextId("zeroshot.no_breast", "no breast found: the whole image was used")});
    for (UserText& reason : outsideTraining(m_model.info(), file->header()))
        out.image.warnings.push_back(std::move(reason));
    if (!image.origin.empty())
        out.image.path = image.origin; // what names it in results
    out.milliseconds = watch.milliseconds();
    return out;
}

Cancellable<EncodedStudy> StudyEncoder::encode(const ImageSelection& selection, const Job& job) const
{
    EncodedStudy study;
    study.skipped = selection.skipped;
    study.refused = selection.refused;
    std::optional<Error> first;
    const std::size_t total = selection.images.size();
    for (std::size_t i = 0; i < total; ++i) {
        if (job.cancelled())
            return {};
        job.report(i, total, "encode images");
        try {
            auto image = encode(selection.images[i], job);
            if (!image)
                return {};
            study.images.push_back(std::move(*image));
        } catch (const Error& error) {
            if (!belongsToFile(error))
                throw;
            if (!first)
                first = error;
            const ImageToScore& image = selection.images[i];
            study.refused.push_back({image.origin.empty() ? image.path : image.origin, error.text()});
        }
    }
    job.report(total, total, "encode images");
    if (study.images.empty() && first)
        throw *first;
    std::vector<Slot> slots;
    for (const ScoredImage& image : study.images)
        slots.push_back(image.image.slot);
    const std::vector<bool> parts = takePart(slots);
    for (std::size_t i = 0; i < parts.size(); ++i)
        study.images[i].fused = parts[i];
    return study;
}

FusedScores fuse(const std::vector<std::vector<double>>& scores, const EncodedStudy& study, FusionRule rule)
{
    std::vector<Side> sides;
    std::vector<bool> parts;
    for (const ScoredImage& image : study.images) {
        sides.push_back(image.image.side);
        parts.push_back(image.fused);
    }
    return fuse(scores, sides, parts, rule);
}

} // namespace mama
