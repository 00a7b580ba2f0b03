#include "core/training/loop/stop_rules.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>

namespace mama {
namespace {

constexpr std::size_t window = 10;
constexpr std::size_t evenWindow = 50, guessWindow = 100;
constexpr double variation = 0.03, learnt = 0.8, atGuess = 0.02;
constexpr double least = 1; // a rise of less is noise, whatever it is a multiple of

template <class Losses>
double meanOf(const Losses& losses)
{
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

// Standard deviation as a share of the mean.
template <class Losses>
double spreadOf(const Losses& losses)
{
    const double mean = meanOf(losses);
    double squares = 0;
    for (const double loss : losses)
        squares += (loss - mean) * (loss - mean);
    return std::sqrt(squares / static_cast<double>(losses.size())) / mean;
}

void keep(std::deque<double>& losses, double loss, std::size_t size)
{
    losses.push_back(loss);
    if (losses.size() > size)
        losses.pop_front();
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
    m_even.clear();
    m_terms.clear();
}

void StopRules::finished(double loss, const std::map<std::string, double>& terms, double rate)
{
    m_leftOut = 0;
    if (m_first.size() < window) {
        m_first.push_back(loss);
        return;
    }
    if (rate > m_rate) {
        m_even.clear();
        m_terms.clear();
    }
    m_rate = rate;
    keep(m_last, loss, window);
    keep(m_even, loss, evenWindow);
    for (const auto& [name, value] : terms)
        if (m_limits.guessing.contains(name))
            keep(m_terms[name], value, guessWindow);
    if (m_limits.divergence <= 0)
        return;
    diverged();
    collapsed();
    guesses();
}

bool StopRules::isEven(const std::deque<double>& losses, std::size_t steps) const
{
    return m_limits.pairs >= 2 && m_rate > 0 && losses.size() >= steps &&
           spreadOf(losses) < variation / std::sqrt(static_cast<double>(m_limits.pairs));
}

void StopRules::diverged() const
{
    if (m_last.size() < window)
        return;
    const double first = meanOf(m_first), now = meanOf(m_last);
    if (now > m_limits.divergence * first && now > first + least)
        throw StoppedByRule(
            "divergence", false,
            {TextId("stop.divergence", "the loss is %1 on average over the last 10 steps and was %2 over the first 10, "
                                       "above stop.divergence, %3 times"),
             shown(now), shown(first), shown(m_limits.divergence)});
}

void StopRules::collapsed() const
{
    if (!isEven(m_even, evenWindow) || meanOf(m_even) < learnt * meanOf(m_first))
        return;
    throw StoppedByRule("collapse", false,
                        {TextId("stop.collapse", "the loss stays at %1 whatever the images are (%2 of it over 50 "
                                                 "steps): every sample gets the same embedding"),
                         shown(meanOf(m_even)), shown(100 * spreadOf(m_even)) + " %"});
}

void StopRules::guesses() const
{
    for (const auto& [name, losses] : m_terms) {
        if (!isEven(losses, guessWindow))
            continue;
        const double mean = meanOf(losses);
        for (const double guess : m_limits.guessing.at(name))
            if (std::abs(mean - guess) < atGuess * guess)
                throw StoppedByRule(
                    "collapse", false,
                    {TextId("stop.collapse_of_term",
                            "the term %1 of the loss stays at %2, what guessing costs, whatever the images are (%3 of "
                            "it over 100 steps): what it compares is the same for every sample"),
                     name, shown(mean), shown(100 * spreadOf(losses)) + " %"});
    }
}

void StopRules::leftOut(const NotFinite& why)
{
    if (++m_leftOut >= m_limits.notFinite)
        throw StoppedByRule("not-finite", true,
                            {TextId("stop.not_finite", "%1 %2, and %3 steps in a row were left out (stop.not_finite)"),
                             why.where(), why.why(), m_leftOut});
}

nlohmann::json StopRules::state() const
{
    return {{"left_out", m_leftOut}, {"first", m_first}, {"last", m_last},
            {"even", m_even},        {"rate", m_rate},   {"terms", m_terms}};
}

void StopRules::restore(const nlohmann::json& state)
{
    m_leftOut = state.at("left_out").get<std::int64_t>();
    m_first = state.at("first").get<std::vector<double>>();
    m_last = state.at("last").get<std::deque<double>>();
    m_even = state.value("even", std::deque<double>());
    m_rate = state.value("rate", 0.0);
    m_terms = state.value("terms", std::map<std::string, std::deque<double>>());
}

} // namespace mama
