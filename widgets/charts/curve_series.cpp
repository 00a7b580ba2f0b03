#include "widgets/charts/curve_series.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mama {
namespace {

constexpr std::size_t fan = 8;

} // namespace

void CurveSeries::append(const CurveSample& sample)
{
    const std::array<double, 4> places = {sample.step, sample.epoch, sample.samples, sample.time};
    // A clock that was set back must not break the order that the search needs.
    for (std::size_t axis = 0; axis < places.size(); ++axis)
        m_x[axis].push_back(m_x[axis].empty() ? places[axis] : std::max(places[axis], m_x[axis].back()));
    const std::size_t index = m_values.size();
    m_values.push_back(sample.gap ? std::numeric_limits<double>::quiet_NaN() : sample.value);
    if (!std::isfinite(sample.value) || sample.gap)
        (sample.gap ? m_gaps : m_notFinite).push_back(index);
    Node node = leaf(index);
    std::size_t place = index / fan;
    for (std::size_t level = 0;; ++level, place /= fan) {
        if (level == m_levels.size()) {
            if (place > 0 || level == 0) {
                m_levels.emplace_back();
                // The new top begins with all that its predecessor holds.
                for (std::size_t i = 0; level > 0 && i < m_levels[level - 1].size(); ++i) {
                    m_levels[level].resize(i / fan + 1);
                    m_levels[level][i / fan] = joined(m_levels[level][i / fan], m_levels[level - 1][i]);
                }
            } else {
                break;
            }
        }
        auto& nodes = m_levels[level];
        if (place == nodes.size())
            nodes.emplace_back();
        nodes[place] = joined(nodes[place], node);
        if (place == 0 && level + 1 == m_levels.size())
            break;
    }
}

void CurveSeries::addGap()
{
    if (!m_values.empty() && std::isfinite(m_values.back()))
        append({m_x[0].back(), m_x[1].back(), m_x[2].back(), m_x[3].back(), 0, true});
}

void CurveSeries::clear()
{
    for (auto& axis : m_x)
        axis.clear();
    m_values.clear();
    m_notFinite.clear();
    m_gaps.clear();
    m_levels.clear();
}

bool CurveSeries::isGap(std::size_t index) const { return std::binary_search(m_gaps.begin(), m_gaps.end(), index); }

std::vector<double> CurveSeries::notFinite(const Stretch& stretch) const
{
    std::vector<double> places;
    const double width = (stretch.high - stretch.low) / std::max(1, stretch.columns);
    for (const std::size_t index : m_notFinite) {
        const double place = x(stretch.axis, index);
        const bool shown = place >= stretch.low && place <= stretch.high && (!stretch.logX || place > 0);
        if (shown && (stretch.logX || places.empty() || place - places.back() >= width))
            places.push_back(place);
    }
    return places;
}

double CurveSeries::x(CurveX axis, std::size_t index) const
{
    if (axis == CurveX::Relative)
        return m_x[3][index] - m_x[3].front();
    return m_x[static_cast<std::size_t>(axis)][index];
}

std::size_t CurveSeries::firstAtLeast(CurveX axis, double wanted) const
{
    if (m_values.empty())
        return 0;
    const bool relative = axis == CurveX::Relative;
    const auto& all = m_x[relative ? 3 : static_cast<std::size_t>(axis)];
    return static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), wanted + (relative ? all.front() : 0)) -
                                    all.begin());
}

std::size_t CurveSeries::nearest(CurveX axis, double wanted) const
{
    const std::size_t at = firstAtLeast(axis, wanted);
    std::size_t after = at, before = at;
    while (after < size() && !std::isfinite(m_values[after]))
        ++after;
    while (before > 0 && !std::isfinite(m_values[before - 1]))
        --before;
    if (before == 0)
        return after;
    if (after == size())
        return before - 1;
    return x(axis, after) - wanted < wanted - x(axis, before - 1) ? after : before - 1;
}

CurveSeries::Node CurveSeries::leaf(std::size_t index) const
{
    const double value = m_values[index];
    if (!std::isfinite(value))
        return {none, none, none, true};
    return {index, index, value > 0 ? index : none, false};
}

CurveSeries::Node CurveSeries::joined(const Node& a, const Node& b) const
{
    const auto pick = [this](std::size_t one, std::size_t two, bool lower) {
        if (one == none || two == none)
            return one == none ? two : one;
        return (lower ? m_values[two] < m_values[one] : m_values[two] > m_values[one]) ? two : one;
    };
    return {pick(a.low, b.low, true), pick(a.high, b.high, false), pick(a.lowPositive, b.lowPositive, true),
            a.gap || b.gap};
}

CurveSeries::Node CurveSeries::query(std::size_t begin, std::size_t end) const
{
    Node all;
    while (begin < end) {
        // The largest block that begins here and does not reach past the end.
        std::size_t width = 1, level = 0;
        while (level < m_levels.size() && begin % (width * fan) == 0 && begin + width * fan <= end) {
            width *= fan;
            ++level;
        }
        all = joined(all, level == 0 ? leaf(begin) : m_levels[level - 1][begin / width]);
        begin += width;
    }
    return all;
}

std::vector<CurvePoint> CurveSeries::visible(const Stretch& stretch) const
{
    std::vector<CurvePoint> points;
    if (m_values.empty() || stretch.columns < 1 || !(stretch.high > stretch.low) ||
        (stretch.logX && !(stretch.high > 0)))
        return points;
    const double low = stretch.logX ? std::max(stretch.low, stretch.high * 1e-12) : stretch.low;
    const double from = stretch.logX ? std::log(low) : low, to = stretch.logX ? std::log(stretch.high) : stretch.high;
    const auto add = [&](std::size_t index) {
        const double place = x(stretch.axis, index);
        if (!stretch.logX || place > 0)
            points.push_back({place, m_values[index]});
    };
    for (int column = -1; column <= stretch.columns; ++column) {
        const auto edge = [&](int at) {
            const double place = from + (to - from) * at / stretch.columns;
            return stretch.logX ? std::exp(place) : place;
        };
        std::size_t begin = firstAtLeast(stretch.axis, edge(column)),
                    end = firstAtLeast(stretch.axis, edge(column + 1));
        if (column < 0 && end > 0) // the last value on the left of the edge, however far
            begin = std::min(begin, end - 1);
        if (column == stretch.columns)
            end = std::min(size(), std::max(end, begin + 1));
        if (begin >= end)
            continue;
        const Node node = query(begin, end);
        const std::size_t lowest = stretch.logY ? node.lowPositive : node.low;
        if (lowest != none) {
            add(std::min(lowest, node.high));
            if (lowest != node.high)
                add(std::max(lowest, node.high));
        }
        const bool notPositive = stretch.logY && node.low != none && !(m_values[node.low] > 0);
        if ((node.gap || notPositive) && !points.empty())
            points.push_back({points.back().x, std::numeric_limits<double>::quiet_NaN()});
    }
    return points;
}

CurveSeries::Extent CurveSeries::values(CurveX axis, double low, double high, bool positiveOnly) const
{
    const std::size_t begin = firstAtLeast(axis, low);
    std::size_t end = firstAtLeast(axis, high);
    while (end < size() && x(axis, end) <= high)
        ++end;
    const Node node = query(begin, end);
    const std::size_t lowest = positiveOnly ? node.lowPositive : node.low;
    if (lowest == none)
        return {};
    return {m_values[lowest], m_values[node.high], false};
}

double CurveSmoother::next(double value)
{
    if (!std::isfinite(value))
        return value;
    m_sum = m_strength * m_sum + (1 - m_strength) * value;
    m_weight = m_strength * m_weight + (1 - m_strength);
    return m_sum / m_weight;
}

} // namespace mama
