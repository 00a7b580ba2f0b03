#include "core/training/loop/schedule.h"

#include "core/base/error.h"
#include "core/training/settings/training_actions.h"

#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

namespace mama {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& key, const UserText& why)
{
    throw Error(ErrorCode::Format, {action::readSchedule}, key, why);
}

// The first of the names that is there, as a number.
void take(const json& from, std::initializer_list<const char*> names, double& value)
{
    for (const char* name : names)
        if (const auto found = from.find(name); found != from.end()) {
            if (!found->is_number() || !std::isfinite(found->get<double>()))
                fail(name, {TextId("schedule.no_number", "%1 is not a number"), found->dump()});
            value = found->get<double>();
            return;
        }
}

void take(const json& from, std::initializer_list<const char*> names, std::int64_t& value)
{
    double number = static_cast<double>(value);
    take(from, names, number);
    if (number != std::floor(number) || std::abs(number) > 1e15)
        fail(*names.begin(), {TextId("schedule.no_whole_number", "must be a whole number")});
    value = static_cast<std::int64_t>(number);
}

void takeAll(const json& from, Schedule& schedule)
{
    take(from, {"max_lr", "lr", "learning_rate"}, schedule.maxLr);
    take(from, {"min_lr"}, schedule.minLr);
    take(from, {"warm_up_steps", "warm_up", "warmup_steps"}, schedule.warmUpSteps);
    take(from, {"steps", "max_steps", "total_steps"}, schedule.steps);
}

} // namespace

double Schedule::rate(std::int64_t step) const
{
    const std::int64_t at = step % steps;
    const double range = maxLr - minLr;
    if (at < warmUpSteps)
        return range * static_cast<double>(at) / static_cast<double>(warmUpSteps) + minLr;
    const double done = static_cast<double>(at - warmUpSteps) / static_cast<double>(steps - warmUpSteps);
    return minLr + range * (1 + std::cos(std::numbers::pi * done)) / 2;
}

Schedule Schedule::fromJson(const json& config)
{
    if (!config.is_object())
        fail("config", {TextId("schedule.no_object", "is not a JSON object")});
    Schedule schedule;
    if (const auto task = config.find("task"); task != config.end() && (*task == "probe" || *task == "finetune"))
        schedule = probe();
    takeAll(config, schedule);
    if (const auto own = config.find("schedule"); own != config.end()) {
        if (!own->is_object())
            fail("schedule", {TextId("schedule.no_object_inside", "is not a JSON object")});
        takeAll(*own, schedule);
    }
    if (schedule.steps < 1)
        fail("steps", {TextId("schedule.no_steps", "must be at least 1")});
    if (schedule.warmUpSteps < 0 || schedule.warmUpSteps >= schedule.steps)
        fail("warm_up_steps",
             {TextId("schedule.warm_up_range", "%1, expected 0 to %2"), schedule.warmUpSteps, schedule.steps - 1});
    if (schedule.minLr < 0 || schedule.maxLr < schedule.minLr)
        fail("max_lr", {TextId("schedule.rates", "must be at least min_lr, and neither below 0")});
    return schedule;
}

json Schedule::toJson() const
{
    return {{"max_lr", maxLr}, {"min_lr", minLr}, {"warm_up_steps", warmUpSteps}, {"steps", steps}};
}

} // namespace mama
