#include "core/zeroshot/library_embedding.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/embedding_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

using State = EmbeddedImage::State;
constexpr std::size_t mostProblems = 100; // of each kind but refused ones
constexpr std::size_t listed = 128;       // images that are looked up at once

void count(EmbedReport& report, std::span<const EmbeddedImage> images)
{
    for (const EmbeddedImage& image : images) {
        std::int64_t& sum = image.state == State::Embedded     ? report.embedded
                            : image.state == State::PassedOver ? report.passedOver
                            : image.state == State::Missing    ? report.missing
                                                               : report.refused;
        ++sum;
        if (image.state == State::Refused ||
            (image.state != State::Embedded && sum <= static_cast<std::int64_t>(mostProblems)))
            report.problems.push_back(image);
    }
}

std::int64_t reached(const EmbedReport& report)
{
    return report.before + report.refusedBefore + report.embedded + report.passedOver + report.missing + report.refused;
}

void tell(const EmbedReport& report, const Job& job)
{
    job.report(static_cast<std::uint64_t>(reached(report)), static_cast<std::uint64_t>(report.images), embedPhase);
}

// Appends lines to a file, synced.
class LineFile
{
public:
    explicit LineFile(fs::path path)
        : m_path(std::move(path)), m_file(::open(m_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644))
    {
        if (!m_file.isOpen())
            fail();
    }
    void add(std::string text)
    {
        while (!text.empty()) {
            const ssize_t n = ::write(m_file.number(), text.data(), text.size());
            if (n < 0 && errno != EINTR)
                fail();
            text.erase(0, n > 0 ? static_cast<std::size_t>(n) : 0);
        }
        if (::fdatasync(m_file.number()) != 0)
            fail();
    }

private:
    [[noreturn]] void fail() const
    {
        throw Error(ErrorCode::Io, {TextId("action.write_shard", "write shard")}, pathText(m_path),
                    std::strerror(errno));
    }
    fs::path m_path;
    FileDescriptor m_file;
};

// The vectors of whole images.
class RowSink : public EmbeddingSink
{
public:
    explicit RowSink(const EmbeddingSetInfo& set) : m_writer(set) {}
    bool has(std::string_view hash, int frame) const override { return m_writer.has(hash, frame); }
    bool isPassedOver(std::string_view hash, int frame) const override { return m_writer.isPassedOver(hash, frame); }
    void passOver(std::string_view hash, int frame) override { m_writer.passOver(hash, frame); }
    void add(std::string_view hash, int frame, const ImageEmbedding& made, const SeenImage&) override
    {
        m_writer.add(hash, frame, made.global);
    }
    void commit() override { m_writer.commit(); }
    std::int64_t waiting() const override { return m_writer.waiting(); }

private:
    EmbeddingWriter m_writer;
};

} // namespace

EmbedReport embedLibrary(Library& library, const LoadedModel& model, std::span<const std::int64_t> studies,
                         const EmbedOptions& options, const Job& job)
{
    EmbeddingSetInfo set = setInfoOf(model, {});
    set.folder = setFolder(library.folder(), set.identity);
    noteSet(library, set);
    RowSink sink(set);
    return embedInto(sink, set, library, model, studies, options, job);
}

EmbedReport embedInto(EmbeddingSink& sink, const EmbeddingSetInfo& set, Library& library, const LoadedModel& model,
                      std::span<const std::int64_t> studies, const EmbedOptions& options, const Job& job)
{
    EmbedReport report;
    report.set = set;
    job.report(0, 0, "look what is to do");
    const auto known = [&](std::string_view hash, int frame) {
        return sink.has(hash, frame) || (!options.processing && sink.isPassedOver(hash, frame));
    };
    const EmbeddingWork work = embeddingWork(library, studies, known, options.refused);
    report.images = work.images;
    report.before = work.done;
    report.refusedBefore = work.refused;
    tell(report, job);
    ImageEmbedder embedder(model, sink, options);
    std::size_t at = 0;
    std::vector<ImageToEmbed> part; // last first
    const auto next = [&]() -> std::optional<ImageToEmbed> {
        while (part.empty() && at < work.left.size()) {
            const auto ids = std::span(work.left).subspan(at, std::min(listed, work.left.size() - at));
            part = imagesToEmbed(library, ids);
            std::reverse(part.begin(), part.end());
            at += ids.size();
        }
        if (part.empty())
            return {};
        ImageToEmbed image = std::move(part.back());
        part.pop_back();
        return image;
    };
    ThumbStore thumbs(library.folder());
    const auto keep = [&](std::span<const EmbeddedImage> images) {
        for (const EmbeddedImage& image : images)
            if (image.look)
                putThumbs(thumbs, *image.look);
        thumbs.flush();
        noteEmbedded(library, images);
        count(report, images);
        tell(report, job);
    };
    report.cancelled = !embedder.run(next, keep, job);
    report.computed = embedder.computed();
    report.left = report.images - reached(report);
    return report;
}

EmbedReport embedShard(const EmbeddingPlan& plan, const LoadedModel& model, const fs::path& folder,
                       const EmbedOptions& options, const Job& job)
{
    EmbedReport report;
    report.set = setInfoOf(model, folder);
    if (plan.modelHash != report.set.identity.modelHash)
        throw Error(ErrorCode::Usage, {TextId("action.embed_shard", "embed shard")}, report.set.modelName,
                    {TextId("embeddings.plan_of_other", "the plan was made for %1 (%2), this model is %3"),
                     plan.modelName, plan.modelHash.substr(0, 12), report.set.identity.modelHash.substr(0, 12)});
    RowSink sink(report.set);
    std::vector<std::int64_t> known; // of an earlier try
    for (const EmbeddedImage& image : readImageLines(folder))
        if (image.state != State::Missing)
            known.push_back(image.image);
    std::sort(known.begin(), known.end());
    std::vector<const ImageToEmbed*> left;
    for (const ImageToEmbed& image : plan.images)
        if (!std::binary_search(known.begin(), known.end(), image.image))
            left.push_back(&image);
    report.images = static_cast<std::int64_t>(plan.images.size());
    report.before = report.images - static_cast<std::int64_t>(left.size());
    tell(report, job);
    LineFile lines(folder / "images.jsonl");
    lines.add("\n"); // behind what a kill may have left of a line
    std::size_t at = 0;
    ImageEmbedder embedder(model, sink, options);
    const auto keep = [&](std::span<const EmbeddedImage> images) {
        std::string text;
        for (const EmbeddedImage& image : images)
            text += jsonLine(image) + "\n";
        lines.add(std::move(text));
        count(report, images);
        tell(report, job);
    };
    report.cancelled = !embedder.run(
        [&]() -> std::optional<ImageToEmbed> { return at == left.size() ? std::nullopt : std::optional(*left[at++]); },
        keep, job);
    report.computed = embedder.computed();
    report.left = report.images - reached(report);
    return report;
}

} // namespace mama
