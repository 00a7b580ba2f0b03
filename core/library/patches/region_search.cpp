// The two stages of a search for a region: sign codes choose, exact products decide.
#include "core/base/error.h"
#include "core/library/patches/patch_index.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <limits>
#include <mutex>
#include <thread>

namespace mama {
namespace {

constexpr std::size_t block = 64;      // records that a thread takes at a time
constexpr double mostProducts = 1.5e9; // numbers multiplied that an exact search may take
constexpr float lowest = -std::numeric_limits<float>::infinity();

// The nearest of all that were added, whatever their order.
template <class Candidate>
class Nearest
{
public:
    explicit Nearest(std::size_t count) : m_count(count) {}
    void add(const Candidate& candidate)
    {
        if (candidate.distance > m_farthest)
            return;
        m_all.push_back(candidate);
        if (m_all.size() >= 2 * m_count + 1024)
            cut();
    }
    std::vector<Candidate> take()
    {
        cut();
        return std::move(m_all);
    }

private:
    void cut()
    {
        if (m_all.size() <= m_count)
            return;
        const auto last = m_all.begin() + static_cast<std::ptrdiff_t>(m_count);
        std::nth_element(m_all.begin(), last - 1, m_all.end());
        m_farthest = (last - 1)->distance;
        m_all.erase(last, m_all.end());
    }
    std::size_t m_count;
    std::uint32_t m_farthest = std::numeric_limits<std::uint32_t>::max();
    std::vector<Candidate> m_all;
};

// Hands out 0 to count in blocks.
class Blocks
{
public:
    explicit Blocks(std::size_t count) : m_count(count) {}
    // False: there are no more.
    bool take(std::size_t& first, std::size_t& last)
    {
        first = m_next.fetch_add(block);
        last = std::min(m_count, first + block);
        return first < m_count;
    }
    // Runs work on so many threads, each of which takes blocks until there are none.
    template <class Work>
    void share(int threads, const Work& work)
    {
        std::vector<std::jthread> helpers;
        for (int i = 1; i < threads && m_count > block; ++i)
            helpers.emplace_back(work);
        work();
    }

private:
    std::size_t m_count;
    std::atomic<std::size_t> m_next{0};
};

// Of "1,2,3,4": each; not a number where it is not of that form.
std::array<double, 4> fourNumbers(const std::string& text)
{
    std::array<double, 4> numbers{};
    const char *at = text.data(), *const end = text.data() + text.size();
    bool good = true;
    for (std::size_t i = 0; i < numbers.size() && good; ++i) {
        const auto read = std::from_chars(at, end, numbers[i]);
        good =
            read.ec == std::errc() && (i + 1 < numbers.size() ? read.ptr != end && *read.ptr == ',' : read.ptr == end);
        at = read.ptr + (i + 1 < numbers.size() && good ? 1 : 0);
    }
    if (!good || !std::isfinite(numbers[0] + numbers[1] + numbers[2] + numbers[3]))
        numbers.fill(std::numeric_limits<double>::quiet_NaN());
    return numbers;
}

constexpr auto readingBox = TextId("action.read_box", "read a box");

} // namespace

ImageBox boxFromText(const std::string& text)
{
    const auto [left, top, width, height] = fourNumbers(text);
    if (!(width > 0) || !(height > 0))
        throw Error(
            ErrorCode::Usage, {readingBox}, text,
            {TextId("patches.bad_box", "expected left, top, width and height in stored pixels: 120,340,64,80")});
    return {left, top, left + width, top + height};
}

ImageBox boxFromCorners(const std::string& text)
{
    const auto [left, top, right, bottom] = fourNumbers(text);
    if (!(right > left) || !(bottom > top))
        throw Error(
            ErrorCode::Usage, {readingBox}, text,
            {TextId("patches.bad_corners", "expected left, top, right and bottom in stored pixels: 120,340,184,420")});
    return {left, top, right, bottom};
}

std::vector<std::array<int, 2>> cellsUnder(const Geometry& geometry, const ImageBox& box,
                                           std::span<const std::uint8_t> isBreast, std::size_t* under)
{
    std::vector<std::array<int, 2>> cells;
    const int rows = geometry.gridRows(), columns = geometry.gridColumns();
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const Point at = geometry.patchCentre(row, column);
            if (isBreast[static_cast<std::size_t>(row * columns + column)] != 0 && at.x >= box.x0 && at.x < box.x1 &&
                at.y >= box.y0 && at.y < box.y1)
                cells.push_back({row, column});
        }
    if (cells.empty())
        if (const auto cell = geometry.patchAt({(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2});
            cell && isBreast[static_cast<std::size_t>(cell->first * columns + cell->second)] != 0)
            cells.push_back({cell->first, cell->second});
    if (under)
        *under = cells.size();
    if (cells.size() > RegionPatches::mostCells) {
        std::vector<std::array<int, 2>> some;
        for (std::size_t i = 0; i < RegionPatches::mostCells; ++i)
            some.push_back(cells[i * cells.size() / RegionPatches::mostCells]);
        cells = std::move(some);
    }
    return cells;
}

bool PatchIndex::isFitting(std::size_t cells) const
{
    return static_cast<double>(m_patches) * static_cast<double>(info().dim) * static_cast<double>(cells) <=
           mostProducts;
}

double PatchIndex::exactScore(std::uint32_t record, const RegionQuestion& question) const
{
    const auto dim = static_cast<std::size_t>(info().dim);
    const std::size_t cells = question.region.vectors.size() / dim;
    const PatchProduct product = patchProduct(question.kernel);
    const PatchesOfImage patches = m_set->image(record);
    std::vector<float> best(cells, lowest);
    for (std::size_t patch = 0; patch < patches.size(); ++patch)
        for (std::size_t cell = 0; cell < cells; ++cell)
            best[cell] =
                std::max(best[cell], patches.places[patch].scale * product(&patches.rows[patch * dim],
                                                                           &question.region.vectors[cell * dim], dim));
    double sum = 0;
    for (const float each : best)
        sum += static_cast<double>(each);
    return sum / static_cast<double>(cells);
}

// By record, as they come.
std::vector<PatchIndex::RecordScore> PatchIndex::exactScores(std::span<const std::uint32_t> records,
                                                             const RegionQuestion& question) const
{
    std::vector<RecordScore> out(records.size());
    Blocks blocks(records.size());
    blocks.share(question.threads, [&] {
        for (std::size_t first = 0, last = 0; blocks.take(first, last);)
            for (std::size_t i = first; i < last; ++i)
                out[i] = {records[i], exactScore(records[i], question)};
    });
    return out;
}

// The patches whose codes are nearest to those of each of the region's.
std::vector<std::vector<PatchIndex::Candidate>> PatchIndex::chosenPatches(std::span<const std::uint32_t> records,
                                                                          const RegionQuestion& question) const
{
    const auto dim = static_cast<std::size_t>(info().dim);
    const std::size_t cells = question.region.vectors.size() / dim;
    const CodeDistances distances = codeDistances(question.kernel);
    std::vector<std::vector<std::uint64_t>> codes;
    for (std::size_t cell = 0; cell < cells; ++cell)
        codes.push_back(m_codes->codeOf(std::span(question.region.vectors).subspan(cell * dim, dim)));
    std::vector<Nearest<Candidate>> chosen(cells, Nearest<Candidate>(question.candidates));
    std::mutex mutex;
    Blocks blocks(records.size());
    blocks.share(question.threads, [&] {
        std::vector<Nearest<Candidate>> own(cells, Nearest<Candidate>(question.candidates));
        std::vector<std::uint16_t> bits;
        for (std::size_t first = 0, last = 0; blocks.take(first, last);)
            for (std::size_t i = first; i < last; ++i) {
                const PatchesOfImage patches = m_set->image(records[i]);
                bits.resize(patches.size());
                for (std::size_t cell = 0; cell < cells; ++cell) {
                    distances(m_codes->code(patches.first), patches.size(), m_codes->words(), codes[cell].data(),
                              bits.data());
                    for (std::size_t patch = 0; patch < bits.size(); ++patch)
                        own[cell].add({bits[patch], records[i], patches.first + patch});
                }
            }
        const std::lock_guard lock(mutex);
        for (std::size_t cell = 0; cell < cells; ++cell)
            for (const Candidate& each : own[cell].take())
                chosen[cell].add(each);
    });
    std::vector<std::vector<Candidate>> out;
    for (Nearest<Candidate>& each : chosen)
        out.push_back(each.take());
    return out;
}

// Those patches are compared exactly, which gives each image that has one a score no lower than its own: a patch that
// was not chosen is taken for as near as the farthest that was. The images of the best, rising.
std::vector<std::uint32_t> PatchIndex::chosenImages(std::span<const std::uint32_t> records,
                                                    const RegionQuestion& question, std::size_t count) const
{
    const auto dim = static_cast<std::size_t>(info().dim);
    const PatchProduct product = patchProduct(question.kernel);
    const auto chosen = chosenPatches(records, question);
    std::vector<std::uint32_t> touched;
    for (const auto& each : chosen)
        for (const Candidate& patch : each)
            touched.push_back(patch.record);
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    std::vector<RecordScore> bounds;
    for (const std::uint32_t record : touched)
        bounds.push_back({record, 0});
    for (std::size_t cell = 0; cell < chosen.size(); ++cell) {
        std::vector<float> best(touched.size(), lowest);
        float least = std::numeric_limits<float>::infinity();
        for (const Candidate& each : chosen[cell]) {
            const PatchesOfImage patches = m_set->image(each.record);
            const std::size_t patch = each.patch - patches.first;
            const float value = patches.places[patch].scale *
                                product(&patches.rows[patch * dim], &question.region.vectors[cell * dim], dim);
            const auto at = std::lower_bound(touched.begin(), touched.end(), each.record) - touched.begin();
            best[static_cast<std::size_t>(at)] = std::max(best[static_cast<std::size_t>(at)], value);
            least = std::min(least, value);
        }
        for (std::size_t i = 0; i < touched.size(); ++i)
            bounds[i].score += static_cast<double>(std::max(best[i], least));
    }
    if (bounds.size() > count) {
        std::nth_element(bounds.begin(), bounds.begin() + static_cast<std::ptrdiff_t>(count), bounds.end(),
                         [](const RecordScore& a, const RecordScore& b) {
                             return a.score != b.score ? a.score > b.score : a.record < b.record;
                         });
        bounds.resize(count);
    }
    std::vector<std::uint32_t> out;
    for (const RecordScore& each : bounds)
        out.push_back(each.record);
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace mama
