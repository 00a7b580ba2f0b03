#include "core/zeroshot/image_embedder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/hash.h"
#include "core/base/mapped_file.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/library/collection/file_place.h"
#include "core/study/describe_image.h"
#include "core/zeroshot/similarity.h"
#include "core/zeroshot/study_encoder.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <future>
#include <thread>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr double pause = 500; // ms between two times that something is kept
using State = EmbeddedImage::State;

Error noFrame(const fs::path& path, int frame, int frames)
{
    return {ErrorCode::Data,
            {action::encode},
            pathText(path),
            {TextId("embeddings.no_frame", "frame %1 of %2 (counted from 0)"), frame, frames}};
}

} // namespace

EmbeddingSetInfo setInfoOf(const LoadedModel& model, const fs::path& folder)
{
    const ModelInfo& info = model.model->info();
    if (info.kind == ModelKind::LinearProbe)
        throw Error(ErrorCode::Model, {TextId("action.embed", "embed")}, info.name,
                    {TextId("embeddings.linear_probe", "a linear probe gives classes, no embeddings")});
    EmbeddingSetInfo out;
    out.identity = identityOf(*model.model, model.profile, model.mapWay);
    out.modelName = info.name;
    out.modelFolder = fs::absolute(model.folder).lexically_normal();
    out.profileName = model.profile.name;
    out.dim = info.embedding;
    out.folder = folder;
    return out;
}

ImageEmbedder::Reading ImageEmbedder::read(const ImageToEmbed& image) const
{
    Reading out;
    out.found.image = image.image;
    out.found.file = image.file;
    out.found.path = image.root / image.below;
    out.found.name = pathText(image.below.filename());
    out.frame = image.frame.value_or(0);
    const fs::path path = placeOfFile(image.root, image.below);
    if (path.empty()) {
        out.found.state = State::Missing;
        out.found.reason = "missing";
        return out;
    }
    try {
        image.inFile.empty() ? read(image, path, out) : readForAll(image, out);
    } catch (const Error& error) {
        if (!belongsToFile(error))
            throw;
        out.found.state = error.code() == ErrorCode::Io ? State::Missing : State::Refused;
        out.found.reason = error.why().english();
        out.input.clear();
    }
    return out;
}

void ImageEmbedder::read(const ImageToEmbed& image, const fs::path& path, Reading& out) const
{
    const auto file = std::make_shared<const MappedFile>(path);
    out.found.hash = !image.sha256.empty() && image.known.is(file->state())
                         ? image.sha256
                         : checked(*file, [&] { return sha256(file->bytes()); });
    const auto opened = ImageFile::open(file);
    if (opened->kind() != FileKind::Image)
        throw Error(ErrorCode::Unsupported, {action::encode}, pathText(path), textOf(opened->kind()));
    FileFacts facts;
    facts.known = KnownState::of(file->state());
    facts.image = describeImage(path, opened->header());
    if (const UserText why = whyPassedOver(image, facts.image); !why.empty()) {
        out.found.state = State::PassedOver;
        out.found.reason = why.english();
    } else if (out.frame < 0 || out.frame >= opened->header().frames) {
        throw noFrame(path, out.frame, opened->header().frames);
    } else if (!m_sink.has(out.found.hash, out.frame)) {
        prepareInput(*opened, opened->readFrame(out.frame), out);
    }
    file->check();
    if (!image.headerRead)
        out.found.facts = std::make_shared<const FileFacts>(std::move(facts));
}

UserText ImageEmbedder::whyPassedOver(const ImageToEmbed& image, const StudyImage& said) const
{
    return whyNotScored(said, {m_options.processing, image.frame, {}});
}

void ImageEmbedder::prepareInput(ImageFile& file, const StoredImage& stored, Reading& out) const
{
    const ModelInfo& info = m_model.model->info();
    const PreparedImage prepared =
        prepare(stored, file.pipeline(out.frame), m_model.profile, {info.inputSize, info.patch});
    out.input = inputOf(prepared);
    out.seen = {prepared.size, prepared.geometry, breastOnGrid(prepared.geometry, prepared.breast)};
}

// Of a file that the library has not read yet: hashes, thumbnail and what else it wants come from the same reading.
void ImageEmbedder::readForAll(const ImageToEmbed& image, Reading& out) const
{
    std::exception_ptr failure;
    const FrameUse use = [&](const DecodedFrame& frame) {
        if (frame.image.id != image.image || m_sink.has(frame.look.sha256, out.frame) ||
            !whyPassedOver(image, frame.look.facts.image).empty())
            return;
        try {
            prepareInput(frame.file, frame.stored, out);
        } catch (const std::exception&) { // the model's, not the file's
            failure = std::current_exception();
        }
    };
    auto look = std::make_shared<FileLook>(lookAtFile({image.file, image.inFile}, {m_memory, {}, use}).value());
    out.found.hash = look->sha256;
    out.found.look = look;
    if (failure)
        std::rethrow_exception(failure);
    if (look->facts.state != "read") {
        out.found.state = look->facts.state == "missing" || !look->passed ? State::Missing : State::Refused;
        out.found.reason = look->facts.fault.empty() ? "missing" : look->facts.fault;
        out.input.clear();
    } else if (const UserText why = whyPassedOver(image, look->facts.image); !why.empty()) {
        out.found.state = State::PassedOver;
        out.found.reason = why.english();
    } else if (const int frames = look->facts.image.header.frames; out.frame < 0 || out.frame >= frames) {
        throw noFrame(look->path, out.frame, frames);
    }
}

// False: cancelled.
bool ImageEmbedder::embed(Reading reading, const Job& job)
{
    const std::string& hash = reading.found.hash;
    if (reading.found.state == State::PassedOver)
        m_sink.passOver(hash, reading.frame);
    if (reading.found.state == State::Embedded && !m_sink.has(hash, reading.frame)) {
        const auto embedding = m_model.model->encodeImages(
            reading.input, {1, reading.seen.size.rows, reading.seen.size.columns}, {job.stop, {}}, {m_model.mapWay});
        if (!embedding)
            return false;
        ++m_computed;
        m_sink.add(hash, reading.frame, *embedding, reading.seen);
    }
    m_waiting.push_back(std::move(reading.found));
    return true;
}

void ImageEmbedder::keepCommitted(const Keep& keep, bool atOnce)
{
    if (m_sink.waiting() == 0) {
        std::move(m_waiting.begin(), m_waiting.end(), std::back_inserter(m_committed));
        m_waiting.clear();
    }
    if (m_committed.empty() || (!atOnce && m_sinceKept.milliseconds() < pause))
        return;
    keep(m_committed);
    m_committed.clear();
    m_sinceKept = Stopwatch();
}

bool ImageEmbedder::run(const Next& next, const Keep& keep, const Job& job)
{
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    const int ahead = m_options.readers > 0 ? m_options.readers : std::clamp(cores, 2, 16);
    std::deque<std::future<Reading>> reading; // waited for when it goes
    const auto fill = [&] {
        while (static_cast<int>(reading.size()) < ahead && !job.cancelled()) {
            auto image = next();
            if (!image)
                return;
            reading.push_back(
                std::async(std::launch::async, [this, wanted = std::move(*image)] { return read(wanted); }));
        }
    };
    bool whole = true;
    try {
        for (fill(); whole && !reading.empty(); fill()) {
            Reading image = reading.front().get();
            reading.pop_front();
            whole = !job.cancelled() && embed(std::move(image), job);
            keepCommitted(keep, false);
        }
        m_sink.commit();
    } catch (...) {
        try {
            keepCommitted(keep, true);
        } catch (const Error&) { // the first says what is wrong
        }
        throw;
    }
    keepCommitted(keep, true);
    return whole && !job.cancelled();
}

} // namespace mama
