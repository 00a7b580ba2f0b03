#include "core/library/embeddings/embedding_index.h"

#include "core/base/error.h"
#include "core/library/collection/library_images.h"
#include "core/library/embeddings/half_float.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>
#include <tuple>

namespace mama {
namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t block = 512; // studies that a thread takes at a time

// The fusion rule over the images of one study, one after another: fuse() without its lists.
class RunningFusion
{
public:
    void add(Side side, float score)
    {
        const auto group = static_cast<std::size_t>(side);
        m_highest[group] = m_count[group] == 0 ? score : std::max(m_highest[group], score);
        m_sum += score;
        ++m_count[group];
    }
    float result(FusionRule rule) const
    {
        float best = -std::numeric_limits<float>::infinity(), sum = 0, groups = 0, all = 0;
        for (std::size_t group = 0; group < m_count.size(); ++group)
            if (m_count[group] > 0) {
                best = std::max(best, m_highest[group]);
                sum += m_highest[group];
                ++groups;
                all += static_cast<float>(m_count[group]);
            }
        if (groups == 0)
            return none;
        return rule == FusionRule::Maximum ? best : rule == FusionRule::Mean ? m_sum / all : sum / groups;
    }

private:
    std::array<float, 4> m_highest{};
    std::array<int, 4> m_count{};
    float m_sum = 0;
};

Side sideOf(std::string_view text) { return text == "R" ? Side::Right : text == "L" ? Side::Left : Side::Unknown; }

double productOf(std::span<const std::uint16_t> row, std::span<const float> vector)
{
    double sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
        sum += static_cast<double>(floatOf(row[i])) * static_cast<double>(vector[i]);
    return sum;
}

} // namespace

std::vector<float> differenceOf(std::span<const float> plus, std::span<const float> minus)
{
    std::vector<float> out(plus.begin(), plus.end());
    for (std::size_t i = 0; i < std::min(plus.size(), minus.size()); ++i)
        out[i] -= minus[i];
    return out;
}

EmbeddingIndex::EmbeddingIndex(Library& library, const std::filesystem::path& set,
                               std::span<const std::int64_t> studies)
    : m_set(set), m_first(studies.size() + 1)
{
    read(library, studies);
}

void EmbeddingIndex::read(Library& library, std::span<const std::int64_t> studies)
{
    struct Found
    {
        std::uint32_t study;
        IndexedImage entry;
        bool hangs;
    };
    std::vector<std::int64_t> hung;
    for (const HungImages& study : hungImages(library))
        for (const std::int64_t image : study.images)
            if (image != 0)
                hung.push_back(image);
    std::sort(hung.begin(), hung.end());
    std::vector<Found> found;
    std::vector<bool> anyHangs(studies.size(), false);
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT study, image.id, ifnull(frame, 0), sha256, side FROM image JOIN file"
                                         " ON file.id = file WHERE sha256 IS NOT NULL");
        while (each.executeStep()) {
            const auto place = std::lower_bound(studies.begin(), studies.end(), each.getColumn(0).getInt64());
            const auto row = m_set.find(each.getColumn(3).getText(), each.getColumn(2).getInt());
            if (!row || place == studies.end() || *place != each.getColumn(0).getInt64())
                continue;
            const std::int64_t image = each.getColumn(1).getInt64();
            const std::string_view side = each.getColumn(4).getText();
            const auto study = static_cast<std::uint32_t>(place - studies.begin());
            const bool hangs = std::binary_search(hung.begin(), hung.end(), image);
            m_rowOf.emplace_back(image, *row);
            found.push_back({study, {*row, sideOf(side), image}, hangs});
            if (hangs)
                anyHangs[study] = true;
        }
    });
    std::sort(m_rowOf.begin(), m_rowOf.end());
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return std::tie(a.study, a.entry.image) < std::tie(b.study, b.entry.image);
    });
    for (const auto& [study, entry, hangs] : found) {
        if (!hangs && anyHangs[study])
            continue;
        ++m_first[study + 1];
        m_entries.push_back(entry);
    }
    std::partial_sum(m_first.begin(), m_first.end(), m_first.begin());
}

std::size_t EmbeddingIndex::studiesWithRows() const
{
    std::size_t count = 0;
    for (std::size_t study = 0; study < size(); ++study)
        count += has(study) ? 1 : 0;
    return count;
}

std::optional<std::vector<float>> EmbeddingIndex::vectorOf(std::int64_t image) const
{
    const auto found = std::lower_bound(m_rowOf.begin(), m_rowOf.end(), std::pair(image, std::uint32_t{0}));
    if (found == m_rowOf.end() || found->first != image)
        return {};
    return m_set.vector(found->second);
}

std::optional<std::vector<float>> EmbeddingIndex::vectorOf(std::string_view fileHash, int frame) const
{
    const auto row = m_set.find(fileHash, frame);
    return row ? std::optional(m_set.vector(*row)) : std::nullopt;
}

void EmbeddingIndex::check(std::span<const float> vector) const
{
    if (static_cast<std::int64_t>(vector.size()) != info().dim)
        throw Error(ErrorCode::Usage, {TextId("action.search", "search")}, info().modelName,
                    {TextId("embeddings.other_length", "a vector of %1 numbers was asked for, the embeddings have %2"),
                     vector.size(), info().dim});
}

float EmbeddingIndex::fusedScore(std::size_t study, const EmbeddingQuestion& question, RowProduct product) const
{
    const auto dim = static_cast<std::size_t>(info().dim);
    RunningFusion fusion;
    for (std::uint32_t i = m_first[study]; i < m_first[study + 1]; ++i)
        fusion.add(m_entries[i].side, product(m_set.rows() + m_entries[i].row * dim, question.vector.data(), dim));
    return fusion.result(question.fusion);
}

std::vector<float> EmbeddingIndex::scores(const EmbeddingQuestion& question) const
{
    check(question.vector);
    const RowProduct product = rowProduct(question.kernel);
    std::vector<float> out(size(), none);
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t first = next.fetch_add(block); first < size(); first = next.fetch_add(block))
            for (std::size_t study = first; study < std::min(size(), first + block); ++study)
                if (!question.inside || question.inside->has(study))
                    out[study] = fusedScore(study, question, product);
    };
    std::vector<std::jthread> helpers;
    for (int i = 1; i < question.threads && size() > block; ++i)
        helpers.emplace_back(work);
    work();
    helpers.clear();
    return out;
}

FoundStudy EmbeddingIndex::exact(std::size_t study, const EmbeddingQuestion& question) const
{
    FoundStudy out{static_cast<std::uint32_t>(study), 0, {0, Side::Unknown, -std::numeric_limits<double>::infinity()}};
    std::vector<std::vector<double>> scores;
    std::vector<Side> sides;
    for (const ImageScore& image : imageScores(question.vector, study)) {
        scores.push_back({image.score});
        sides.push_back(image.side);
        if (image.score > out.best.score)
            out.best = image;
    }
    out.score = fuse(scores, sides, std::vector<bool>(sides.size(), true), question.fusion).study.front();
    return out;
}

std::vector<ImageScore> EmbeddingIndex::imageScores(std::span<const float> vector, std::size_t study) const
{
    check(vector);
    std::vector<ImageScore> out;
    for (std::uint32_t i = m_first[study]; i < m_first[study + 1]; ++i)
        out.push_back({m_entries[i].image, m_entries[i].side, productOf(m_set.row(m_entries[i].row), vector)});
    return out;
}

std::vector<FoundStudy> EmbeddingIndex::best(const EmbeddingQuestion& question, std::size_t count,
                                             std::span<const float> all) const
{
    std::vector<std::uint32_t> order;
    double squares = 0;
    for (const float value : question.vector)
        squares += static_cast<double>(value) * static_cast<double>(value);
    for (std::uint32_t study = 0; study < all.size(); ++study)
        if (!std::isnan(all[study]))
            order.push_back(study);
    if (order.empty() || count == 0)
        return {};
    const auto higher = [&](std::uint32_t a, std::uint32_t b) { return all[a] > all[b]; };
    if (count < order.size()) {
        const auto last = order.begin() + static_cast<std::ptrdiff_t>(count - 1);
        std::nth_element(order.begin(), last, order.end(), higher);
        // A sum in float32 errs by less than dim roundings of the longest row's product.
        const double margin = 2 * static_cast<double>(info().dim) * 0x1p-23 * std::max(1.0, std::sqrt(squares)) * 2;
        const double lowest = static_cast<double>(all[*last]) - margin;
        const auto end = std::partition(last + 1, order.end(),
                                        [&](std::uint32_t study) { return static_cast<double>(all[study]) >= lowest; });
        order.erase(end, order.end());
    }
    std::vector<FoundStudy> out;
    for (const std::uint32_t study : order)
        out.push_back(exact(study, question));
    std::sort(out.begin(), out.end(), [](const FoundStudy& a, const FoundStudy& b) {
        return a.score != b.score ? a.score > b.score : a.study < b.study;
    });
    out.resize(std::min(count, out.size()));
    return out;
}

} // namespace mama
