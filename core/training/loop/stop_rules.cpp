#include "core/training/loop/stop_rules.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>

namespace mama {
namespace {

constexpr std::size_t window = 10;
constexpr double least = 1; // a rise of less is noise, whatever it is a multiple of

template <class Losses>
double meanOf(const Losses& losses)
{
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

std::string shown(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

} // namespace

void StopRules::newTerms()
{
    m_first.clear();
    m_last.clear();
}

void StopRules::finished(double loss)
{
    m_leftOut = 0;
    if (m_first.size() < window) {
        m_first.push_back(loss);
        return;
    }
    m_last.push_back(loss);
    if (m_last.size() > window)
        m_last.pop_front();
    if (m_limits.divergence <= 0 || m_last.size() < window)
        return;
    const double first = meanOf(m_first), now = meanOf(m_last);
    if (now > m_limits.divergence * first && now > first + least)
        throw StoppedByRule(
            "divergence",
            {TextId("stop.divergence", "the loss is %1 on average over the last 10 steps and was %2 over the first 10, "
                                       "above stop.divergence, %3 times"),
             shown(now), shown(first), shown(m_limits.divergence)});
}

void StopRules::leftOut(const NotFinite& why)
{
    if (++m_leftOut >= m_limits.notFinite)
        throw StoppedByRule("not-finite",
                            {TextId("stop.not_finite", "%1 %2, and %3 steps in a row were left out (stop.not_finite)"),
                             why.where(), why.why(), m_leftOut});
}

nlohmann::json StopRules::state() const { return {{"left_out", m_leftOut}, {"first", m_first}, {"last", m_last}}; }

void StopRules::restore(const nlohmann::json& state)
{
    m_leftOut = state.at("left_out").get<std::int64_t>();
    m_first = state.at("first").get<std::vector<double>>();
    m_last = state.at("last").get<std::deque<double>>();
}

} // namespace mama
