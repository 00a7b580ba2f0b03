#include "core/library/map/map_layout.h"

#include "core/base/processor.h"
#include "core/library/map/counter_random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace mama {
namespace {

constexpr double startSize = 10, startNoise = 1e-4, negatives = 5;
constexpr float longestStep = 4;

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

// Negative samples that are computed together, in the compiler's vectors: one instruction for several, and none that
// rounds once where another processor rounds twice, so that a seed gives the same bytes everywhere.
constexpr int lanes = 8;
using Lanes = float __attribute__((vector_size(lanes * sizeof(float))));
using Bits = std::int32_t __attribute__((vector_size(lanes * sizeof(float))));

// x to a power, to some 1e-6: 2^(power log2 x), log2 of the mantissa m by its series in (m - 1) / (m + 1), 2^f by the
// exponential's. Of 0 and below 2^-126: about that.
[[gnu::always_inline]] inline void powers(const Lanes& of, float power, Lanes& to)
{
    constexpr float ln2 = std::numbers::ln2_v<float>, magic = 12582912; // 1.5 * 2^23: rounds what is added to it
    constexpr std::int32_t threeQuarters = 0x3F400000;                  // as its bits
    const auto bits = __builtin_bit_cast(Bits, of);
    const Bits exponent = (bits - threeQuarters) >> 23; // mantissa 0.75 to 1.5
    const auto mantissa = __builtin_bit_cast(Lanes, bits - (exponent << 23));
    const Lanes s = (mantissa - 1) / (mantissa + 1), square = s * s;
    const Lanes series = 1 + square * (1.0F / 3 + square * (1.0F / 5 + square * (1.0F / 7 + square * (1.0F / 9))));
    const Lanes logarithm = __builtin_convertvector(exponent, Lanes) + 2 / ln2 * s * series, least = Lanes{} - 126;
    Lanes t = power * logarithm;
    t = t > least ? t : least;
    const Lanes whole = (t + magic) - magic, f = (t - whole) * ln2;
    const Lanes part = 1 + f * (1 + f * (1.0F / 2 + f * (1.0F / 6 + f * (1.0F / 24 + f * (1.0F / 120 + f / 720)))));
    to = __builtin_bit_cast(Lanes, __builtin_bit_cast(Bits, part) + (__builtin_convertvector(whole, Bits) << 23));
}

[[gnu::always_inline]] inline void clip(Lanes& values)
{
    const Lanes most = Lanes{} + longestStep, least = Lanes{} - longestStep;
    values = values > most ? most : values;
    values = values < least ? least : values;
}

// Moves an edge's ends together, and its first one away from its negative samples: all of it from where they stood
// before, so that no step waits for another.
class Mover
{
public:
    Mover(std::vector<float>& map, const LayoutSettings& settings)
        : m_map(map), m_points(map.size() / 2), m_a(static_cast<float>(settings.curve.a)),
          m_b(static_cast<float>(settings.curve.b)), m_random(settings.seed)
    {}
    // place: of the first negative sample's random number.
    [[gnu::always_inline]] void move(const Edge& edge, std::uint64_t place, int samples, float rate)
    {
        if (samples == usual)
            return moveEnds<usual>(edge, place, usual, rate);
        moveEnds<most>(edge, place, std::min(samples, most), rate);
        for (int first = most; first < samples; first += most) // further ones alone
            moveEnds<most>({edge.from, edge.from, 0, 0, 0}, place + static_cast<std::uint64_t>(first),
                           std::min(samples - first, most), rate);
    }

private:
    static constexpr int usual = 5, most = lanes - 1; // the last lane is the edge's other end

    // samples: `fixed` of them, or fewer.
    template <int fixed>
    [[gnu::always_inline]] void moveEnds(const Edge& edge, std::uint64_t place, int samples, float rate)
    {
        float *const a = m_map.data() + 2 * edge.from, *const b = m_map.data() + 2 * edge.to;
        // Of points that lie on this one, as of lanes without a sample, differences are 0: they do not move it.
        Lanes across{}, down{}, power;
        for (int i = 0; i < fixed; ++i) {
            if (fixed != usual && i >= samples)
                break;
            const auto other =
                2 * std::size_t{randomBelow(m_random.at(place + static_cast<std::uint64_t>(i)), m_points)};
            across[i] = a[0] - m_map[other];
            down[i] = a[1] - m_map[other + 1];
        }
        across[most] = a[0] - b[0];
        down[most] = a[1] - b[1];
        const Lanes squares = across * across + down * down;
        powers(squares, m_b, power);
        Lanes force = 2 * m_b / ((0.001F + squares) * (m_a * power + 1));
        force[most] = squares[most] > 0 ? -2 * m_a * m_b * power[most] / (squares[most] * (m_a * power[most] + 1)) : 0;
        across *= force;
        down *= force;
        clip(across);
        clip(down);
        float sumAcross = 0, sumDown = 0;
        for (int i = 0; i < lanes; ++i) {
            sumAcross += across[i];
            sumDown += down[i];
        }
        a[0] += sumAcross * rate;
        a[1] += sumDown * rate;
        b[0] -= across[most] * rate;
        b[1] -= down[most] * rate;
    }

    std::vector<float>& m_map;
    std::size_t m_points;
    float m_a, m_b;
    RandomPlaces m_random;
};

constexpr std::uint64_t mostNegatives = std::uint64_t{1} << 12; // places of one edge in one epoch

struct Epoch
{
    int number = 0;
    float rate = 1;
    std::uint64_t place = 0; // of the first edge's random numbers
};

[[gnu::always_inline]] inline void run(const Epoch& epoch, std::vector<Edge>& edges, Mover& mover)
{
    std::uint64_t place = epoch.place;
    for (Edge& edge : edges) {
        place += mostNegatives;
        if (edge.next > epoch.number)
            continue;
        edge.next += edge.every;
        const double every = edge.every / negatives;
        const int count = static_cast<int>((epoch.number - edge.nextNegative) / every);
        mover.move(edge, place, count, epoch.rate);
        edge.nextNegative += count * every;
    }
}

// The same with wider vectors where the processor has them: to the same bytes.
using Run = void (*)(const Epoch& epoch, std::vector<Edge>& edges, Mover& mover);
void runPlain(const Epoch& epoch, std::vector<Edge>& edges, Mover& mover) { run(epoch, edges, mover); }
#if defined(__x86_64__)
__attribute__((target("avx2"))) void runWide(const Epoch& epoch, std::vector<Edge>& edges, Mover& mover)
{
    run(epoch, edges, mover);
}
#else
constexpr Run runWide = runPlain;
#endif

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
    const Run run = processor().avx2F16c ? runWide : runPlain;
    Epoch epoch;
    for (; epoch.number < settings.epochs; ++epoch.number, epoch.place += mostNegatives * edges.size()) {
        if (job.cancelled())
            return false;
        epoch.rate = static_cast<float>(1 - static_cast<double>(std::max(epoch.number - 1, 0)) / settings.epochs);
        run(epoch, edges, mover);
        job.report(static_cast<std::uint64_t>(epoch.number) + 1, static_cast<std::uint64_t>(settings.epochs),
                   "lay out");
    }
    return true;
}

} // namespace mama
