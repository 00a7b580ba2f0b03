#include "core/library/map/map_layout.h"

#include "core/library/map/counter_random.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr double startSize = 10, startNoise = 1e-4, negatives = 5;
constexpr float longestStep = 4;

float clipped(float value) { return std::clamp(value, -longestStep, longestStep); }

// An edge that is worked on, the epoch at which it comes next, and its next negative samples.
struct Edge
{
    std::uint32_t from, to;
    double every, next, nextNegative;
};

std::vector<Edge> edgesOf(const FuzzyGraph& graph, int epochs)
{
    std::vector<Edge> out;
    const double largest =
        graph.weights.empty() ? 1 : static_cast<double>(*std::max_element(graph.weights.begin(), graph.weights.end()));
    for (std::size_t edge = 0; edge < graph.weights.size(); ++edge)
        if (const double weight = static_cast<double>(graph.weights[edge]); weight >= largest / epochs)
            out.push_back({graph.rows[edge], graph.columns[edge], largest / weight, largest / weight,
                           largest / weight / negatives});
    return out;
}

// One epoch's moves.
class Mover
{
public:
    Mover(std::vector<float>& map, const LayoutSettings& settings)
        : m_map(map), m_points(map.size() / 2), m_a(static_cast<float>(settings.curve.a)),
          m_b(static_cast<float>(settings.curve.b)), m_seed(settings.seed)
    {}
    void attract(std::uint32_t from, std::uint32_t to, float rate)
    {
        float *a = m_map.data() + 2 * from, *b = m_map.data() + 2 * to;
        const float squares = squared(a, b);
        if (!(squares > 0))
            return;
        const float power = std::pow(squares, m_b);
        const float pull = -2 * m_a * m_b * (power / squares) / (m_a * power + 1);
        for (int axis = 0; axis < 2; ++axis) {
            const float step = clipped(pull * (a[axis] - b[axis])) * rate;
            a[axis] += step;
            b[axis] -= step;
        }
    }
    void repel(std::uint32_t from, std::uint64_t place, int count, float rate)
    {
        float* a = m_map.data() + 2 * from;
        for (int i = 0; i < count; ++i) {
            const std::uint32_t other = randomBelow(randomAt(m_seed, place + static_cast<std::uint64_t>(i)), m_points);
            const float* b = m_map.data() + 2 * other;
            const float squares = squared(a, b);
            if (other == from || !(squares > 0))
                continue;
            const float push = 2 * m_b / ((0.001F + squares) * (m_a * std::pow(squares, m_b) + 1));
            for (int axis = 0; axis < 2; ++axis)
                a[axis] += clipped(push * (a[axis] - b[axis])) * rate;
        }
    }

private:
    static float squared(const float* a, const float* b)
    {
        return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
    }

    std::vector<float>& m_map;
    std::size_t m_points;
    float m_a, m_b;
    std::uint64_t m_seed;
};

} // namespace

std::vector<float> layoutStart(std::span<const std::array<double, 2>> coordinates, std::uint64_t seed)
{
    double largest = 0;
    for (const auto& point : coordinates)
        largest = std::max({largest, std::abs(point[0]), std::abs(point[1])});
    const double factor = largest > 0 ? startSize / largest : 1;
    std::vector<float> map(2 * coordinates.size());
    for (std::size_t axis = 0; axis < 2; ++axis) {
        double low = INFINITY, high = -INFINITY;
        std::vector<double> values;
        for (std::size_t i = 0; i < coordinates.size(); ++i) {
            values.push_back(coordinates[i][axis] * factor + startNoise * normalAt(seed, 2 * i + axis));
            low = std::min(low, values.back());
            high = std::max(high, values.back());
        }
        for (std::size_t i = 0; i < values.size(); ++i)
            map[2 * i + axis] =
                static_cast<float>(high > low ? startSize * (values[i] - low) / (high - low) : startSize / 2);
    }
    return map;
}

bool layOut(std::vector<float>& map, const FuzzyGraph& graph, const LayoutSettings& settings, const Job& job)
{
    std::vector<Edge> edges = edgesOf(graph, settings.epochs);
    Mover mover(map, settings);
    constexpr std::uint64_t mostNegatives = std::uint64_t{1} << 12; // places of one edge in one epoch
    std::uint64_t place = 0;
    for (int epoch = 0; epoch < settings.epochs; ++epoch) {
        if (job.cancelled())
            return false;
        const auto rate = static_cast<float>(1 - static_cast<double>(std::max(epoch - 1, 0)) / settings.epochs);
        for (Edge& edge : edges) {
            place += mostNegatives;
            if (edge.next > epoch)
                continue;
            mover.attract(edge.from, edge.to, rate);
            edge.next += edge.every;
            const double every = edge.every / negatives;
            const int count = static_cast<int>((epoch - edge.nextNegative) / every);
            mover.repel(edge.from, place, count, rate);
            edge.nextNegative += count * every;
        }
        job.report(static_cast<std::uint64_t>(epoch) + 1, static_cast<std::uint64_t>(settings.epochs), "lay out");
    }
    return true;
}

} // namespace mama
