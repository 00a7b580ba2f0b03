// mama search --region: images of a library with patches like those under a box.
#include "app/mama/library/search_command.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/number_text.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/library_images.h"
#include "core/library/patches/patch_index.h"
#include "core/library/studies/study_filter.h"
#include "core/protocol/map_way.h"
#include "core/zeroshot/study_encoder.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

using nlohmann::json;

// One search for a region: its patches, the set they are looked for in, what was found.
class RegionSearch
{
public:
    RegionSearch(const SearchCommand& command, const Job& job);
    bool run(); // false: cancelled
    json document() const;
    void print() const;

private:
    bool takeRegion();
    bool encode();
    StudySet inside() const;
    json imageJson(const FoundImage& found, std::size_t rank) const;

    const SearchCommand& m_command;
    Job m_job;
    std::unique_ptr<Library> m_library;
    StudyColumns m_columns;
    std::filesystem::path m_file;
    ImageBox m_box;
    std::optional<PatchIndex> m_index;
    RegionQuestion m_question;
    bool m_isOfSet = false; // the image asked with has patches there
    FoundImages m_found;
    std::optional<PatchRecall> m_recall;
    std::vector<std::vector<LibraryImage>> m_images; // of the studies found
    std::size_t m_searched = 0;                      // studies that the filter leaves
};

RegionSearch::RegionSearch(const SearchCommand& command, const Job& job)
    : m_command(command), m_job(job), m_library(openLibrary(command.library, Access::Read)), m_columns(*m_library)
{
    const std::size_t colon = command.region.rfind(':');
    if (!command.box.empty()) {
        m_file = command.like;
        m_box = boxFromCorners(command.box);
    } else if (colon == std::string::npos) {
        throw Error(ErrorCode::Usage, {searching}, command.region,
                    {TextId("search.bad_region", "expected IMAGE:x,y,w,h")});
    } else {
        m_file = pathFromText(command.region.substr(0, colon));
        m_box = boxFromText(command.region.substr(colon + 1));
    }
    m_question.stages = command.exact       ? RegionStages::Exact
                        : command.twoStages ? RegionStages::Two
                                            : RegionStages::Fitting;
    if (command.compute.threads > 0)
        m_question.threads = command.compute.threads;
}

// Of an image of the set its own patches, else as the model sees it now.
bool RegionSearch::takeRegion()
{
    const std::string hash = sha256OfFile(m_file, m_job);
    if (m_job.cancelled())
        return false;
    if (const auto image = m_index->imageOf(hash, 0)) {
        m_isOfSet = true;
        m_question.region = m_index->under(*image, m_box);
        return true;
    }
    return encode();
}

bool RegionSearch::encode()
{
    const EmbeddingSetInfo& set = m_index->info();
    // Not the model's default, which may be another way.
    const std::string way = keptMapWay(set.identity.mapWay);
    const LoadedModel model = loadModelFor(pathText(set.modelFolder), {{}, way}, m_command.compute, m_job);
    if (!model.model)
        return false;
    if (model.model->info().hash != set.identity.modelHash)
        throw Error(ErrorCode::Usage, {searching}, pathText(set.modelFolder),
                    {TextId("search.patches_of_other", "the patches were made with another model: %1 (%2)"),
                     set.modelName, set.identity.modelHash.substr(0, 12)});
    EmbeddingCache cache(embeddingFolder(m_command.cache));
    const auto scored = StudyEncoder(*model.model, model.profile, &cache, way)
                            .encode(ImageToScore{m_file, 0, Slot::Extra, Side::Unknown, "", {}, {}}, m_job);
    if (!scored)
        return false;
    const EncodedImage& image = *scored->encoded;
    std::vector<std::uint8_t> isBreast = image.breast;
    for (std::size_t cell = 0; cell < std::min(isBreast.size(), image.inside.size()); ++cell)
        isBreast[cell] = isBreast[cell] != 0 && image.inside[cell] != 0 ? 1 : 0;
    RegionPatches& region = m_question.region;
    region.cells = cellsUnder(image.geometry, m_box, isBreast, &region.under);
    if (region.cells.empty())
        throw Error(ErrorCode::Usage, {searching}, pathText(m_file), {boxOutside});
    for (const auto& [row, column] : region.cells) {
        const auto first = image.patches.begin() + (row * image.columns + column) * image.dim;
        region.vectors.insert(region.vectors.end(), first, first + image.dim);
    }
    return true;
}

StudySet RegionSearch::inside() const
{
    const std::vector<FilterClause> clauses = parseFilter(m_command.where);
    const FilterResult found = filterStudies(m_columns, clauses, false);
    warn(found.warnings);
    return found.studies;
}

bool RegionSearch::run()
{
    const EmbeddingSetInfo set = patchSetMeant(m_library->folder(), m_command.model);
    m_index = PatchIndex::open(*m_library, set.folder, m_columns.ids(), m_job);
    if (!m_index || !takeRegion())
        return false;
    const StudySet chosen = inside();
    m_searched = chosen.count();
    m_question.inside = &chosen;
    m_found = m_index->nearest(m_question, m_command.top);
    m_recall = m_index->measured();
    std::vector<std::int64_t> ids;
    for (const FoundImage& each : m_found.images)
        ids.push_back(m_columns.id(each.study));
    m_images = imagesOf(*m_library, ids);
    m_question.inside = nullptr;
    return true;
}

json RegionSearch::imageJson(const FoundImage& found, std::size_t rank) const
{
    const StudyColumn* column = m_columns.column("dataset");
    json out{
        {"rank", rank},
        {"score", found.score},
        {"image", found.image},
        {"study", m_columns.key(found.study)},
        {"dataset", column ? column->values[column->codes[found.study]] : std::string()},
        {"id", m_columns.id(found.study)},
        {"patch", found.cell},
        {"place", {found.place.x0, found.place.y0, found.place.x1 - found.place.x0, found.place.y1 - found.place.y0}}};
    for (const LibraryImage& image : m_images[rank - 1])
        if (image.id == found.image) {
            const std::filesystem::path place = placeOfFile(image.root, image.below);
            out["path"] = pathText(place.empty() ? image.root / image.below : place);
            out["missing"] = place.empty();
            out["side"] = name(image.side);
            out["view"] = image.view;
        }
    return out;
}

json RegionSearch::document() const
{
    json images = json::array(), recall;
    for (std::size_t i = 0; i < m_found.images.size(); ++i)
        images.push_back(imageJson(m_found.images[i], i + 1));
    if (m_recall)
        recall = {{"recall", m_recall->recall}, {"at", PatchRecall::at}, {"questions", m_recall->questions}};
    const EmbeddingSetInfo& set = m_index->info();
    return {{"library", pathText(m_library->folder())},
            {"model", {{"name", set.modelName}, {"hash", set.identity.modelHash}}},
            {"set", pathText(set.folder)},
            {"region",
             {{"path", pathText(m_file)},
              {"box", {m_box.x0, m_box.y0, m_box.x1 - m_box.x0, m_box.y1 - m_box.y0}},
              {"of_set", m_isOfSet},
              {"patches", m_question.region.cells},
              {"under", m_question.region.under}}},
            {"score", "mean over the region's patches of the largest cosine with one of the image's"},
            {"exact", m_found.exact},
            {"two_stages", recall},
            {"where", m_command.where},
            {"of", {{"images", m_index->images()}, {"patches", m_index->patches()}, {"inside", m_searched}}},
            {"images", images}};
}

void RegionSearch::print() const
{
    for (std::size_t i = 0; i < m_found.images.size(); ++i) {
        const json each = imageJson(m_found.images[i], i + 1);
        std::cout << fixedText(m_found.images[i].score, 4) << "\t" << oneLine(each["study"].get<std::string>()) << "\t"
                  << each.value("side", "") << each.value("view", "") << "\t" << each.value("path", "") << "\t("
                  << fixedText(each["place"][0].get<double>(), 0) << ", "
                  << fixedText(each["place"][1].get<double>(), 0) << ", "
                  << fixedText(each["place"][2].get<double>(), 0) << ", "
                  << fixedText(each["place"][3].get<double>(), 0) << ")\n";
    }
    const EmbeddingSetInfo& set = m_index->info();
    std::cout << "Similarities of " << m_question.region.cells.size() << " patches (cosine) by "
              << oneLine(set.modelName) << " (" << set.identity.modelHash.substr(0, 12) << "), "
              << (m_found.exact ? "all " + std::to_string(m_index->patches()) + " compared"
                  : m_recall    ? "in two stages, which find " + fixedText(100 * m_recall->recall, 1) +
                                   " % of the 20 nearest images"
                             : "in two stages")
              << ". Not for clinical use." << std::endl;
}

} // namespace

int searchRegion(const SearchCommand& command, const Context& context)
{
    RegionSearch search(command, context.job());
    if (!search.run())
        return Cancelled;
    if (command.json)
        printJson(search.document());
    else
        search.print();
    return Done;
}

} // namespace mama::cli
