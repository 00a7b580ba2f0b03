#include "core/library/patches/patch_index.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/stopwatch.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>

namespace mama {
namespace {

constexpr auto searching = TextId("action.search_regions", "search for a region");

} // namespace

Cancellable<PatchIndex> PatchIndex::open(Library& library, const std::filesystem::path& set,
                                         std::span<const std::int64_t> studies, const Job& job)
{
    PatchIndex out;
    out.m_set = std::make_unique<const PatchSet>(set);
    out.m_codes = PatchCodes::of(*out.m_set, job);
    if (!out.m_codes)
        return {};
    out.read(library, studies);
    return out;
}

void PatchIndex::read(Library& library, std::span<const std::int64_t> studies)
{
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT study, image.id, ifnull(frame, 0), sha256 FROM image JOIN file"
                                         " ON file.id = file WHERE sha256 IS NOT NULL");
        while (each.executeStep()) {
            const auto place = std::lower_bound(studies.begin(), studies.end(), each.getColumn(0).getInt64());
            const auto record = m_set->find(each.getColumn(3).getText(), each.getColumn(2).getInt());
            if (!record || place == studies.end() || *place != each.getColumn(0).getInt64() ||
                !m_codes->isSound(*record) || m_set->image(*record).size() == 0)
                continue;
            const std::int64_t image = each.getColumn(1).getInt64();
            m_entries.push_back({static_cast<std::uint32_t>(place - studies.begin()), *record, image});
            m_recordOf.emplace_back(image, *record);
            m_patches += m_set->image(*record).size();
        }
    });
    std::sort(m_recordOf.begin(), m_recordOf.end());
    std::sort(m_entries.begin(), m_entries.end(),
              [](const Entry& a, const Entry& b) { return std::tie(a.study, a.image) < std::tie(b.study, b.image); });
}

std::size_t PatchIndex::studies() const
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        count += i == 0 || m_entries[i].study != m_entries[i - 1].study ? 1 : 0;
    return count;
}

std::optional<std::uint32_t> PatchIndex::recordOf(std::int64_t image) const
{
    const auto found = std::lower_bound(m_recordOf.begin(), m_recordOf.end(), std::pair(image, std::uint32_t{0}));
    return found != m_recordOf.end() && found->first == image ? std::optional(found->second) : std::nullopt;
}

std::optional<std::int64_t> PatchIndex::imageOf(std::string_view fileHash, int frame) const
{
    const auto record = m_set->find(fileHash, frame);
    for (const auto& [image, its] : m_recordOf)
        if (record && its == *record)
            return image;
    return {};
}

RegionPatches PatchIndex::under(std::int64_t image, const ImageBox& box) const
{
    const auto record = recordOf(image);
    if (!record)
        throw Error(ErrorCode::Usage, {searching}, info().modelName,
                    {TextId("patches.none_of_image", "there are no patches of this image: mama library patches make")});
    const Geometry geometry = m_set->geometry(*record);
    const PatchesOfImage patches = m_set->image(*record);
    const int columns = geometry.gridColumns();
    std::vector<std::uint8_t> isBreast(static_cast<std::size_t>(geometry.gridRows() * columns), 0);
    std::vector<std::size_t> patchAt(isBreast.size(), 0);
    for (std::size_t patch = 0; patch < patches.size(); ++patch) {
        const auto cell = static_cast<std::size_t>(patches.places[patch].row * columns + patches.places[patch].column);
        if (cell >= isBreast.size())
            continue;
        isBreast[cell] = 1;
        patchAt[cell] = patch;
    }
    RegionPatches out;
    out.cells = cellsUnder(geometry, box, isBreast, &out.under);
    if (out.cells.empty())
        throw Error(ErrorCode::Usage, {searching}, info().modelName, {boxOutside});
    for (const auto& [row, column] : out.cells) {
        const auto vector = m_set->vector(*record, patchAt[static_cast<std::size_t>(row * columns + column)]);
        out.vectors.insert(out.vectors.end(), vector.begin(), vector.end());
    }
    return out;
}

std::vector<std::uint32_t> PatchIndex::recordsInside(const StudySet* inside) const
{
    std::vector<std::uint32_t> out;
    for (const Entry& each : m_entries)
        if (!inside || inside->has(each.study))
            out.push_back(each.record);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end()); // copies share theirs
    return out;
}

// The patch that is nearest to one of the region's, and where it lies.
FoundImage PatchIndex::found(const Entry& entry, double score, const RegionQuestion& question) const
{
    const auto dim = static_cast<std::size_t>(info().dim);
    const PatchesOfImage patches = m_set->image(entry.record);
    const PatchProduct product = patchProduct(question.kernel);
    std::size_t best = 0;
    float highest = -std::numeric_limits<float>::infinity();
    for (std::size_t patch = 0; patch < patches.size(); ++patch)
        for (std::size_t at = 0; at < question.region.vectors.size(); at += dim)
            if (const float value = patches.places[patch].scale *
                                    product(&patches.rows[patch * dim], &question.region.vectors[at], dim);
                value > highest) {
                highest = value;
                best = patch;
            }
    const PatchPlace& place = patches.places[best];
    const auto [from, to] = m_set->geometry(entry.record).patchCorners(place.row, place.column);
    return {entry.image, entry.study, score, entry.record, {place.row, place.column}, {from.x, from.y, to.x, to.y}};
}

FoundImages PatchIndex::nearest(const RegionQuestion& question, std::size_t count) const
{
    const auto dim = static_cast<std::size_t>(info().dim);
    const std::size_t cells = question.region.vectors.size() / dim;
    if (cells == 0 || cells * dim != question.region.vectors.size())
        throw Error(ErrorCode::Usage, {searching}, info().modelName,
                    {TextId("patches.other_length", "vectors of %1 numbers were asked for, the patches have %2"),
                     question.region.vectors.size() / std::max<std::size_t>(1, question.region.cells.size()), dim});
    FoundImages out;
    out.exact =
        question.stages == RegionStages::Exact || (question.stages == RegionStages::Fitting && isFitting(cells));
    const std::vector<std::uint32_t> inside = recordsInside(question.inside);
    const std::vector<std::uint32_t> records =
        out.exact ? inside : chosenImages(inside, question, std::max<std::size_t>(200, 4 * count));
    const std::vector<RecordScore> scores = exactScores(records, question); // by record
    struct Ranked
    {
        const Entry* entry;
        double score;
    };
    std::vector<Ranked> ranked;
    for (const Entry& entry : m_entries) {
        const auto score =
            std::lower_bound(scores.begin(), scores.end(), entry.record,
                             [](const RecordScore& a, std::uint32_t wanted) { return a.record < wanted; });
        if (score != scores.end() && score->record == entry.record &&
            (!question.inside || question.inside->has(entry.study)))
            ranked.push_back({&entry, score->score});
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
    ranked.resize(std::min(count, ranked.size()));
    for (const Ranked& each : ranked)
        out.images.push_back(found(*each.entry, each.score, question));
    return out;
}

namespace {

double medianOf(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

} // namespace

std::optional<PatchRecall> PatchIndex::measureRecall(std::size_t questions, int threads, const Job& job) const
{
    if (m_entries.size() < 2 * PatchRecall::at)
        return {};
    PatchRecall out;
    std::vector<double> exactTimes, stageTimes;
    double found = 0, wanted = 0;
    for (std::size_t i = 0; i < questions; ++i) {
        if (job.cancelled())
            return {};
        const Entry& asked = m_entries[i * m_entries.size() / questions];
        // Another patch of each image asked: spread over it by the golden ratio.
        const std::size_t patches = m_set->image(asked.record).size();
        const double share = std::fmod(0.618034 * static_cast<double>(i + 1), 1.0);
        RegionQuestion question;
        question.region.vectors =
            m_set->vector(asked.record, static_cast<std::size_t>(share * static_cast<double>(patches)));
        question.threads = threads;
        const auto ask = [&](RegionStages stages, std::vector<double>& times) {
            const Stopwatch clock;
            question.stages = stages;
            std::vector<std::int64_t> images;
            for (const FoundImage& each : nearest(question, PatchRecall::at + 1).images)
                if (each.record != asked.record)
                    images.push_back(each.image);
            times.push_back(clock.milliseconds());
            images.resize(std::min(images.size(), PatchRecall::at));
            return images;
        };
        const auto exact = ask(RegionStages::Exact, exactTimes), two = ask(RegionStages::Two, stageTimes);
        wanted += static_cast<double>(exact.size());
        for (const std::int64_t image : exact)
            found += std::find(two.begin(), two.end(), image) != two.end() ? 1 : 0;
        job.report(i + 1, questions, "measure");
    }
    out.recall = found / wanted;
    out.questions = questions;
    out.exactMilliseconds = medianOf(exactTimes);
    out.stagesMilliseconds = medianOf(stageTimes);
    return out;
}

void PatchIndex::keepMeasured(const PatchRecall& recall) const
{
    const nlohmann::json document{{"images", m_set->size()},
                                  {"patches", m_set->patches()},
                                  {"recall", recall.recall},
                                  {"at", PatchRecall::at},
                                  {"questions", recall.questions},
                                  {"exact_ms", recall.exactMilliseconds},
                                  {"two_stages_ms", recall.stagesMilliseconds}};
    writeAtomically(info().folder / patch_files::measured, document.dump(2) + "\n");
}

std::optional<PatchRecall> PatchIndex::measured() const
{
    const auto file = info().folder / patch_files::measured;
    if (std::error_code none; !std::filesystem::is_regular_file(file, none))
        return {};
    try {
        const nlohmann::json document = readJson(file);
        if (document.at("patches") != m_set->patches() || document.at("images") != m_set->size())
            return {};
        return PatchRecall{document.at("recall"), document.at("questions"), document.at("exact_ms"),
                           document.at("two_stages_ms")};
    } catch (const nlohmann::json::exception&) {
        return {};
    } catch (const Error&) { // it can be measured again
        return {};
    }
}

} // namespace mama
