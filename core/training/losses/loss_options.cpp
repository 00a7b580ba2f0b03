#include "core/training/losses/loss_options.h"

#include "core/base/error.h"
#include "core/training/settings/training_actions.h"

namespace mama {

LossSchedule lossScheduleOf(std::string_view text)
{
    for (const LossSchedule schedule : {LossSchedule::Reference, LossSchedule::Paper, LossSchedule::PaperMean})
        if (text == name(schedule))
            return schedule;
    throw Error(ErrorCode::Usage, {action::chooseLoss}, std::string(text),
                {TextId("loss.unknown_schedule", "expected reference, paper or paper_mean")});
}

Negatives negativesOf(std::string_view text)
{
    if (text != "local" && text != "gathered")
        throw Error(ErrorCode::Usage, {action::chooseLoss}, std::string(text),
                    {TextId("loss.unknown_negatives", "expected local or gathered")});
    return text == "local" ? Negatives::Local : Negatives::Gathered;
}

const char* name(LossSchedule schedule)
{
    return schedule == LossSchedule::Reference ? "reference" : schedule == LossSchedule::Paper ? "paper" : "paper_mean";
}

bool isLate(const LossOptions& options, std::int64_t step) { return step >= options.lateLoss; }

bool usesSecondView(const LossOptions& options, bool late)
{
    return (late || options.schedule != LossSchedule::Reference) &&
           (options.secondViewWeight > 0 || options.simclrWeight > 0);
}

bool usesLocal(const LossOptions& options, bool late) { return late && options.localWeight > 0; }

} // namespace mama
