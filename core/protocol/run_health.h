#pragma once
#include "core/base/user_text.h"
#include "core/protocol/run_records.h"

#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// Something odd about a run, in plain words.
struct HealthFinding
{
    std::string rule; // that found it, one of healthRules()
    UserText text;
};

// The rules, in the order in which findings come. README.md says what each one asks.
std::span<const std::string_view> healthRules();

// What is odd about a run: a function of its configuration, records and state alone, so that the window, the log and
// `mama run show` say the same, of a run at work, of one that ended, and of one on another machine. "Steps" are records
// of steps; those whose loss is no number count for steps-not-finite alone. Stretches begin anew where the terms of the
// loss change (the event late_loss); those of the speed also where another process goes on (resumed).
//   loss-flat             after the warm-up, 200 steps or more: the mean loss of the last 50 steps is not below that of
//                         the first 50 by twice the standard error of the difference. From 2,000 steps on also, while
//                         the rate is at least half of its highest: the last quarter of the steps against the quarter
//                         before, in means of 50
//   validation-rising     loss_clip before late_loss or where it is all, else loss: higher at each of the last three
//                         evaluations than at the one before, and at the last by a twentieth above the lowest
//   image-gradients-zero  the norm of the image encoder's gradient is zero in each of the last 20 steps
//   text-gradients-zero   the text encoder's, where it trains, likewise
//   temperature-at-bound  a learned factor is at loss.scale_limit in each of the last 50 steps
//   steps-not-finite      of the last 50 steps one or more were left out: loss or gradient was no number
//   images-refused        images of the data set cannot be read
//   waiting-for-data      more than 30 % of the time of the last 50 steps went into waiting for batches
//   slower-than-at-start  the median speed of the last 50 steps is below half of that of the steps 6 to 55
class RunHealth
{
public:
    explicit RunHealth(const nlohmann::json& config); // complete or not: what it lacks takes its rules away
    void add(const RunRecord& record);
    void clear(); // the metrics were replaced (MetricsReader::News::restarted)
    std::vector<HealthFinding> findings(const RunState& state) const;

private:
    struct Seen
    {
        double loss = 0, lr = 0, speed = 0, waited = 0;
        double image = -1, text = -1; // norms of gradients; below 0: none is told
        bool finite = true;
        std::string bound; // names of factors at their bound
    };
    void step(const StepRecord& record);
    void evaluation(const EvalRecord& record);
    void newTerms();
    void addLossFlat(std::vector<HealthFinding>& found) const;
    void addValidation(std::vector<HealthFinding>& found) const;
    void addGradients(std::vector<HealthFinding>& found) const;
    void addRecent(std::vector<HealthFinding>& found) const;
    void addSpeed(std::vector<HealthFinding>& found) const;

    double m_scaleLimit = 0;                  // 0: not known
    std::deque<Seen> m_last;                  // steps
    std::vector<double> m_first, m_blocks;    // losses of the first steps; means of 50 losses
    double m_block = 0, m_highestRate = 0;    // of the block at work: the sum
    std::int64_t m_losses = 0;                // finite ones since the terms changed
    std::vector<double> m_firstSpeeds;        // after the first steps
    std::int64_t m_stepsHere = 0;             // of the process at work
    std::vector<double> m_validation, m_clip; // loss; loss_clip
    bool m_late = false;
};

} // namespace mama
