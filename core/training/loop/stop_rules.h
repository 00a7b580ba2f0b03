#pragma once
#include "core/base/error.h"
#include "core/training/loop/not_finite.h"

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mama {

// A run does not learn any more, and a rule ends it.
class StoppedByRule : public Error
{
public:
    // rule: "not-finite", "divergence", "collapse". sound: the weights are those of the last step that was well.
    StoppedByRule(const char* rule, bool sound, const UserText& why)
        : Error(ErrorCode::Data, {action::train}, std::string("rule ") + rule, why), m_sound(sound)
    {}
    bool weightsAreSound() const { return m_sound; }

private:
    bool m_sound;
};

// When a run ends by itself because it does not learn any more. A function of its losses alone, so that a resumed run
// ends at the same step.
//   not-finite  stop.not_finite steps in a row were left out, since the loss or a gradient was no number
//   divergence  the mean loss of the last 10 steps is above stop.divergence times that of the first 10, and by more
//               than 1; the first 10 are counted anew where the terms of the loss change
//   collapse    of a loss that compares the samples of a batch: over 50 steps whose rate did not rise it hardly varies
//               (by less than 3 % / sqrt(pairs) of its mean, where a model at work varies several times as much), at
//               four fifths or more of the mean of the first 10: every sample gets the same embedding. Likewise each
//               of its terms that compare samples, which over 100 such steps hardly varies and is within a fiftieth
//               of what guessing costs: one of them may learn nothing beside others that vary. Off with
//               stop.divergence 0
class StopRules
{
public:
    struct Limits
    {
        std::int64_t notFinite = 5;
        double divergence = 1.5; // 0: never
        std::int64_t pairs = 0;  // of a step whose loss compares them; 0: it does not
        // Terms of the loss that compare the pairs of a batch, with the losses of guessing, any of which it may be.
        std::map<std::string, std::vector<double>> guessing;
    };
    explicit StopRules(Limits limits) : m_limits(std::move(limits)) {}

    void newTerms();
    // After each step: its loss and the terms of it. StoppedByRule.
    void finished(double loss, const std::map<std::string, double>& terms, double rate);
    void leftOut(const NotFinite& why);

    // For a checkpoint.
    nlohmann::json state() const;
    void restore(const nlohmann::json& state);

private:
    bool isEven(const std::deque<double>& losses, std::size_t steps) const; // hardly varies over so many
    void diverged() const;
    void collapsed() const;
    void guesses() const;

    Limits m_limits;
    std::int64_t m_leftOut = 0; // in a row
    std::vector<double> m_first;
    std::deque<double> m_last, m_even;                 // the last 10; the last 50 since the rate rose
    std::map<std::string, std::deque<double>> m_terms; // of each that compares pairs the last 100 since then
    double m_rate = 0;
};

} // namespace mama
