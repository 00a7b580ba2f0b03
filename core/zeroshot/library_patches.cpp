#include "core/zeroshot/library_patches.h"

#include "core/base/error.h"
#include "core/library/patches/patch_writer.h"
#include "core/library/studies/study_keys.h"
#include "core/zeroshot/similarity.h"

#include <algorithm>

namespace mama {
namespace {

constexpr double usualShare = 0.8;  // of a picture's patches lie in the breast, to which it was cropped
constexpr std::int64_t enough = 20; // images that tell the share
constexpr std::size_t questions = 50;

class PatchSink : public EmbeddingSink
{
public:
    explicit PatchSink(const EmbeddingSetInfo& set) : m_writer(set) {}
    bool has(std::string_view hash, int frame) const override { return m_writer.has(hash, frame); }
    // Those of mama query's maps: in the breast, and their centres on the image.
    void add(std::string_view hash, int frame, const ImageEmbedding& made, const SeenImage& seen) override
    {
        std::vector<std::uint8_t> shown = seen.isBreast;
        const std::vector<std::uint8_t> inside = insideMask(seen.geometry);
        for (std::size_t cell = 0; cell < std::min(shown.size(), inside.size()); ++cell)
            shown[cell] = shown[cell] != 0 && inside[cell] != 0 ? 1 : 0;
        m_writer.add(hash, frame, {seen.geometry, made.rows, made.columns, made.patches, shown});
    }
    void commit() override { m_writer.commit(); }
    std::int64_t waiting() const override { return m_writer.waiting(); }

private:
    PatchWriter m_writer;
};

EmbeddingSetInfo setOf(const Library& library, const LoadedModel& model)
{
    EmbeddingSetInfo set = setInfoOf(model, {});
    if (!model.model->info().hasLocal)
        throw Error(ErrorCode::Model, {makePatchesAction}, set.modelName,
                    {TextId("patches.no_maps", "this model draws no maps: it has no patches")});
    set.folder = patchFolder(library.folder(), set.identity);
    return set;
}

std::int64_t cellsOf(const ModelInfo& info)
{
    Geometry::Chain chain;
    chain.storedColumns = chain.resizedColumns = info.inputSize.columns;
    chain.storedRows = chain.resizedRows = info.inputSize.rows;
    chain.crop = {0, 0, info.inputSize.columns - 1, info.inputSize.rows - 1};
    chain.inputColumns = info.inputSize.columns;
    chain.inputRows = info.inputSize.rows;
    chain.inputSize = info.inputSize;
    chain.patch = info.patch;
    const Geometry grid(chain);
    return std::int64_t{grid.gridRows()} * grid.gridColumns();
}

} // namespace

PatchPlan planPatches(Library& library, const LoadedModel& model, std::span<const std::int64_t> studies)
{
    PatchPlan plan;
    plan.set = setOf(library, model);
    std::optional<PatchSet> there;
    for (const EmbeddingSetInfo& set : patchSets(library.folder()))
        if (set.folder == plan.set.folder)
            there.emplace(set.folder);
    const EmbeddingWork work = embeddingWork(library, studies, [&](std::string_view hash, int frame) {
        return there && there->find(hash, frame).has_value();
    });
    plan.images = work.images;
    plan.left = static_cast<std::int64_t>(work.left.size());
    const std::int64_t images = there ? static_cast<std::int64_t>(there->size()) : 0;
    const std::int64_t patches = there ? static_cast<std::int64_t>(there->patches()) : 0;
    plan.fromSet = images >= enough;
    const double perImage = plan.fromSet ? static_cast<double>(patches) / static_cast<double>(images)
                                         : usualShare * static_cast<double>(cellsOf(model.model->info()));
    plan.patches = patches + static_cast<std::int64_t>(perImage * static_cast<double>(plan.left));
    plan.bytes = patchBytes(images + plan.left, plan.patches, plan.set.dim);
    return plan;
}

PatchReport makePatches(Library& library, const LoadedModel& model, std::span<const std::int64_t> studies,
                        const EmbedOptions& options, const Job& job)
{
    PatchReport report;
    const EmbeddingSetInfo set = setOf(library, model);
    {
        PatchSink sink(set);
        report.embedded = embedInto(sink, set, library, model, studies, options, job);
    }
    const PatchSet made(set.folder);
    report.patches = static_cast<std::int64_t>(made.patches());
    report.bytes = patchBytes(static_cast<std::int64_t>(made.size()), report.patches, set.dim);
    if (report.embedded.cancelled)
        return report;
    report.embedded.cancelled = !PatchCodes::keep(made, job);
    if (report.embedded.cancelled)
        return report;
    std::vector<std::int64_t> all = allStudies(library);
    std::sort(all.begin(), all.end());
    const auto index = PatchIndex::open(library, set.folder, all, job);
    if (index && (report.recall = index->measured()))
        return report;
    if (index && (report.recall = index->measureRecall(questions, std::max(1, model.model->threads()), job)))
        index->keepMeasured(*report.recall);
    return report;
}

} // namespace mama
