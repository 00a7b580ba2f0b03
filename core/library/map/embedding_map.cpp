#include "core/library/map/embedding_map.h"

#include "core/base/error.h"
#include "core/library/map/counter_random.h"
#include "core/library/map/map_layout.h"
#include "core/library/map/trustworthiness.h"

#include <algorithm>
#include <numeric>

namespace mama {
namespace {

constexpr std::size_t trustNeighbours = 15, mostMeasured = 200, allMeasured = 2000, atOnce = 8192;

// `count` of these, rising, by the seed.
std::vector<std::uint32_t> chosen(std::size_t from, std::size_t count, std::uint64_t seed)
{
    std::vector<std::uint32_t> all(from);
    std::iota(all.begin(), all.end(), 0U);
    if (count >= from)
        return all;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    for (const std::uint32_t each : all)
        order.emplace_back(randomAt(~seed, each), each);
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end());
    all.clear();
    for (std::size_t i = 0; i < count; ++i)
        all.push_back(order[i].second);
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<float> readRows(const RowSource& rows, std::span<const std::uint32_t> which)
{
    std::vector<float> out(which.size() * rows.dim);
    for (std::size_t i = 0; i < which.size(); ++i)
        rows.read(which[i], std::span(out).subspan(i * rows.dim, rows.dim));
    return out;
}

RowSource sourceOf(const std::vector<float>& rows, std::size_t dim)
{
    return {rows.size() / dim, dim, [&rows, dim](std::size_t at, std::span<float> to) {
                std::copy_n(rows.data() + at * dim, dim, to.begin());
            }};
}

// Among the neighbours that it has in the sample, nearer ones counting more; on those that it equals.
void place(const Neighbours& neighbours, const std::vector<float>& sample, std::span<const std::uint32_t> others,
           std::vector<float>& places)
{
    const FuzzyScale scale = fuzzyScale(neighbours);
    for (std::size_t other = 0; other < others.size(); ++other) {
        const std::size_t first = other * neighbours.count;
        double x = 0, y = 0, sum = 0;
        for (std::size_t at = first; at < first + neighbours.count; ++at) {
            if (neighbours.distances[first] == 0 && neighbours.distances[at] > 0)
                break;
            const double weight = fuzzyWeight(neighbours, scale, at);
            x += weight * static_cast<double>(sample[2 * neighbours.indices[at]]);
            y += weight * static_cast<double>(sample[2 * neighbours.indices[at] + 1]);
            sum += weight;
        }
        places[2 * others[other]] = static_cast<float>(x / sum);
        places[2 * others[other] + 1] = static_cast<float>(y / sum);
    }
}

bool placeRest(const RowSource& rows, const NeighbourSearch& search, const NeighbourSearch::Means& means,
               const std::vector<float>& sample, LaidOutRows& out, const Job& job)
{
    std::vector<std::uint32_t> others;
    for (std::uint32_t at = 0, next = 0; at < rows.size; ++at)
        if (next < out.chosen.size() && out.chosen[next] == at)
            ++next;
        else
            others.push_back(at);
    for (std::size_t first = 0; first < others.size(); first += atOnce) {
        const auto some = std::span(others).subspan(first, std::min(atOnce, others.size() - first));
        const auto neighbours = search.of(readRows(rows, some), means, {job.stop, {}});
        if (!neighbours)
            return false;
        place(*neighbours, sample, some, out.places);
        job.report(first + some.size(), others.size(), "place the rest");
    }
    return true;
}

// The places of the rows that are laid out; empty: cancelled.
std::vector<float> umapOf(const std::vector<float>& rows, const NeighbourSearch& search, const MapSettings& settings,
                          const NeighbourSearch::Means& means, std::size_t dim, const Job& job)
{
    const auto axes = principalAxes(sourceOf(rows, dim), means.threads, job);
    const auto neighbours = axes ? search.ofAll(means, job) : std::nullopt;
    if (!neighbours)
        return {};
    job.report(0, 1, "graph");
    const FuzzyGraph graph = fuzzyGraph(*neighbours, fuzzyScale(*neighbours));
    std::vector<std::array<double, 2>> start;
    for (std::size_t at = 0; at < rows.size() / dim; ++at)
        start.push_back(axes->project(std::span(rows).subspan(at * dim, dim)));
    std::vector<float> places = layoutStart(start, settings.seed);
    const LayoutSettings layout{fitCurve(settings.minDist, settings.spread), settings.epochsOf(rows.size() / dim),
                                settings.seed};
    if (!layOut(places, graph, layout, job))
        return {};
    return places;
}

bool umap(const RowSource& rows, const MapSettings& settings, int threads, LaidOutRows& out, const Job& job)
{
    const NeighbourSearch search(out.rows, rows.dim, settings.metric);
    NeighbourSearch::Means means;
    means.count = std::min(static_cast<std::size_t>(settings.neighbours), out.chosen.size());
    means.threads = threads;
    const std::vector<float> places = umapOf(out.rows, search, settings, means, rows.dim, job);
    if (places.empty())
        return false;
    for (std::size_t i = 0; i < out.chosen.size(); ++i) {
        out.places[2 * out.chosen[i]] = places[2 * i];
        out.places[2 * out.chosen[i] + 1] = places[2 * i + 1];
    }
    return placeRest(rows, search, means, places, out, job);
}

bool pca(const RowSource& rows, int threads, LaidOutRows& out, const Job& job)
{
    const auto axes = principalAxes(rows, threads, job);
    if (!axes)
        return false;
    std::vector<float> row(rows.dim);
    for (std::size_t at = 0; at < rows.size; ++at) {
        rows.read(at, row);
        const auto place = axes->project(row);
        out.places[2 * at] = static_cast<float>(place[0]);
        out.places[2 * at + 1] = static_cast<float>(place[1]);
    }
    return true;
}

void measure(const LaidOutRows& made, std::size_t dim, int threads, MapHeader& header)
{
    const std::size_t n = made.chosen.size();
    header.laidOut = header.settings.method == MapMethod::Pca ? header.points : n;
    if (n < 3) // no two neighbours to mistake
        return;
    const RowDistance rows(made.rows, dim, header.settings.metric);
    std::vector<double> map;
    for (const std::uint32_t at : made.chosen)
        for (const std::size_t axis : {std::size_t{0}, std::size_t{1}})
            map.push_back(static_cast<double>(made.places[2 * at + axis]));
    const auto items = chosen(n, n <= allMeasured ? n : mostMeasured, header.settings.seed + 1);
    header.measuredOn = items.size();
    header.trustworthiness = trustworthiness(rows, map, std::min(trustNeighbours, (n - 1) / 2), items, threads);
}

} // namespace

Cancellable<LaidOutRows> layOutRows(const RowSource& rows, const MapSettings& settings, int threads, const Job& job)
{
    job.report(0, rows.size, "read");
    LaidOutRows out;
    out.chosen = chosen(rows.size, static_cast<std::size_t>(settings.sample), settings.seed);
    out.rows = readRows(rows, out.chosen);
    out.places.resize(2 * rows.size);
    const bool made =
        settings.method == MapMethod::Pca ? pca(rows, threads, out, job) : umap(rows, settings, threads, out, job);
    return made ? std::optional(std::move(out)) : std::nullopt;
}

Cancellable<EmbeddingMap> makeMap(const MapPoints& points, const MapSettings& settings, int threads, const Job& job)
{
    check(settings);
    const EmbeddingSetInfo& info = points.index().info();
    if (points.size() < fewestMapPoints)
        throw Error(ErrorCode::Usage, {makeMapAction}, info.modelName,
                    {TextId("library_map.too_few", "%1 points have embeddings, a map wants %2 at least"), points.size(),
                     fewestMapPoints});
    const auto made = layOutRows(points.rows(), settings, threads, job);
    if (!made)
        return std::nullopt;
    EmbeddingMap out;
    out.header = {settings,
                  info.folder.filename().string(),
                  info.modelName,
                  info.identity.modelHash,
                  points.hash(),
                  points.size(),
                  0,
                  settings.method == MapMethod::Umap ? settings.epochsOf(made->chosen.size()) : 0,
                  0,
                  0};
    job.report(0, 1, "measure");
    measure(*made, points.rows().dim, threads, out.header);
    out.ids = points.ids();
    out.places = made->places;
    return out;
}

} // namespace mama
