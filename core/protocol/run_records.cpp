#include "core/protocol/run_records.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <array>
#include <limits>
#include <string_view>

namespace mama {
namespace {

using nlohmann::json;

constexpr std::array statusNames = {"starting", "running", "paused", "finished", "stopped", "failed"};
constexpr std::array askNames = {"stop", "pause", "resume", "checkpoint"};

template <class Names>
std::optional<std::size_t> placeOf(const Names& names, std::string_view wanted)
{
    for (std::size_t place = 0; place < names.size(); ++place)
        if (wanted == names[place])
            return place;
    return {};
}

double numberOf(const json& value)
{
    return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

// A member as its type; the default stays if it is missing or null.
template <class T>
void take(const json& from, const char* key, T& value)
{
    const auto found = from.find(key);
    if (found == from.end() || found->is_null())
        return;
    try {
        value = found->get<T>();
    } catch (const json::exception&) {
        throw Error(ErrorCode::Format, {action::readRun}, key,
                    {TextId("run.wrong_type", "is a %1"), found->type_name()});
    }
}

// As take(), but null is NaN.
void takeNumber(const json& from, const char* key, double& value)
{
    if (const auto found = from.find(key); found != from.end())
        value = numberOf(*found);
}

void takeNumbers(const json& from, const char* key, std::map<std::string, double>& values)
{
    const auto found = from.find(key);
    if (found == from.end() || !found->is_object())
        return;
    for (const auto& [entry, value] : found->items())
        values[entry] = numberOf(value);
}

json toJson(const StepRecord& record)
{
    json line = {{"kind", "step"},
                 {"step", record.step},
                 {"epoch", record.epoch},
                 {"samples", record.samples},
                 {"time", record.time},
                 {"lr", record.lr},
                 {"loss", record.loss},
                 {"terms", record.terms},
                 {"scale", record.scale},
                 {"grad_norm", record.gradNorm},
                 {"images_per_s", record.imagesPerSecond},
                 {"loading_share", record.loadingShare},
                 {"memory_mb", record.memoryMb},
                 {"cpu", record.cpu}};
    if (!record.gradients.empty())
        line["grad_norms"] = record.gradients;
    if (record.gpu)
        line["gpu"] = *record.gpu;
    if (record.gpuMemoryMb)
        line["gpu_memory_mb"] = *record.gpuMemoryMb;
    return line;
}

json toJson(const EvalRecord& record)
{
    json metrics = json::object();
    for (const auto& [metric, figure] : record.metrics)
        metrics[metric] = {{"value", figure.value}, {"low", figure.low}, {"high", figure.high}, {"n", figure.n}};
    return {
        {"kind", "eval"}, {"step", record.step}, {"time", record.time}, {"split", record.split}, {"metrics", metrics}};
}

json toJson(const EventRecord& record)
{
    return {{"kind", "event"},
            {"step", record.step},
            {"time", record.time},
            {"event", record.event},
            {"text", record.text}};
}

StepRecord stepRecordOf(const json& line)
{
    StepRecord record;
    take(line, "step", record.step);
    take(line, "samples", record.samples);
    takeNumber(line, "epoch", record.epoch);
    takeNumber(line, "time", record.time);
    takeNumber(line, "lr", record.lr);
    takeNumber(line, "loss", record.loss);
    takeNumber(line, "grad_norm", record.gradNorm);
    takeNumber(line, "images_per_s", record.imagesPerSecond);
    takeNumber(line, "loading_share", record.loadingShare);
    takeNumber(line, "memory_mb", record.memoryMb);
    takeNumber(line, "cpu", record.cpu);
    takeNumbers(line, "terms", record.terms);
    takeNumbers(line, "scale", record.scale);
    takeNumbers(line, "grad_norms", record.gradients);
    if (const auto gpu = line.find("gpu"); gpu != line.end() && gpu->is_number())
        record.gpu = gpu->get<double>();
    if (const auto memory = line.find("gpu_memory_mb"); memory != line.end() && memory->is_number())
        record.gpuMemoryMb = memory->get<double>();
    return record;
}

EvalRecord evalRecordOf(const json& line)
{
    EvalRecord record;
    take(line, "step", record.step);
    takeNumber(line, "time", record.time);
    take(line, "split", record.split);
    const auto metrics = line.find("metrics");
    if (metrics == line.end() || !metrics->is_object())
        return record;
    for (const auto& [metric, figure] : metrics->items()) {
        MetricValue& value = record.metrics[metric];
        takeNumber(figure, "value", value.value);
        takeNumber(figure, "low", value.low);
        takeNumber(figure, "high", value.high);
        take(figure, "n", value.n);
    }
    return record;
}

EventRecord eventRecordOf(const json& line)
{
    EventRecord record;
    take(line, "step", record.step);
    takeNumber(line, "time", record.time);
    take(line, "event", record.event);
    take(line, "text", record.text);
    return record;
}

} // namespace

const char* name(RunStatus status) { return statusNames[static_cast<std::size_t>(status)]; }

json RunState::toJson() const
{
    json state = {
        {"status", name(status)},
        {"task", task},
        {"step", step},
        {"steps", steps},
        {"epoch", epoch},
        {"samples", samples},
        {"started", started},
        {"heartbeat", heartbeat},
        {"pid", pid},
        {"host", host},
        {"process", process},
        {"elapsed_s", elapsedSeconds},
        {"eta_s", nullptr},
        {"reason", reason},
        {"last_checkpoint", lastCheckpoint},
        {"unreadable", {{"count", unreadable.count}, {"share", unreadable.share}, {"files", unreadable.files}}}};
    if (eta)
        state["eta_s"] = {eta->first, eta->second};
    if (best)
        state["best"] = {{"step", best->step}, {"metric", best->metric}, {"value", best->value}};
    return state;
}

RunState RunState::fromJson(const json& from)
{
    if (!from.is_object())
        throw Error(ErrorCode::Format, {action::readRun}, "state",
                    {TextId("run.not_an_object", "is not a JSON object")});
    RunState state;
    std::string status = name(state.status);
    take(from, "status", status);
    const auto place = placeOf(statusNames, status);
    if (!place)
        throw Error(
            ErrorCode::Format, {action::readRun}, "status",
            {TextId("run.unknown_status", "\"%1\" is none of starting, running, paused, finished, stopped, failed"),
             status});
    state.status = static_cast<RunStatus>(*place);
    take(from, "task", state.task);
    take(from, "step", state.step);
    take(from, "steps", state.steps);
    take(from, "epoch", state.epoch);
    take(from, "samples", state.samples);
    take(from, "started", state.started);
    take(from, "heartbeat", state.heartbeat);
    take(from, "pid", state.pid);
    take(from, "host", state.host);
    take(from, "process", state.process);
    take(from, "elapsed_s", state.elapsedSeconds);
    take(from, "reason", state.reason);
    take(from, "last_checkpoint", state.lastCheckpoint);
    if (const auto eta = from.find("eta_s"); eta != from.end() && eta->is_array() && eta->size() == 2)
        state.eta = {numberOf((*eta)[0]), numberOf((*eta)[1])};
    if (const auto best = from.find("best"); best != from.end() && best->is_object()) {
        state.best.emplace();
        take(*best, "step", state.best->step);
        take(*best, "metric", state.best->metric);
        takeNumber(*best, "value", state.best->value);
    }
    if (const auto unreadable = from.find("unreadable"); unreadable != from.end() && unreadable->is_object()) {
        take(*unreadable, "count", state.unreadable.count);
        take(*unreadable, "share", state.unreadable.share);
        take(*unreadable, "files", state.unreadable.files);
    }
    return state;
}

json toJson(const RunRecord& record)
{
    return std::visit([](const auto& one) { return toJson(one); }, record);
}

std::optional<RunRecord> recordOf(const json& line)
{
    const auto kind = line.is_object() ? line.find("kind") : line.end();
    if (!line.is_object() || kind == line.end())
        return {};
    try {
        if (*kind == "step")
            return stepRecordOf(line);
        if (*kind == "eval")
            return evalRecordOf(line);
        if (*kind == "event")
            return eventRecordOf(line);
    } catch (const Error&) {
        // a member of a wrong type: no record
    }
    return {};
}

std::int64_t stepOf(const RunRecord& record)
{
    return std::visit([](const auto& one) { return one.step; }, record);
}

json ControlRequest::toJson() const { return {{"ask", askNames[static_cast<std::size_t>(ask)]}, {"id", id}}; }

std::optional<ControlRequest> ControlRequest::fromJson(const json& from)
{
    if (!from.is_object() || !from.contains("ask") || !from["ask"].is_string())
        return {};
    const auto place = placeOf(askNames, from["ask"].get<std::string>());
    if (!place)
        return {};
    ControlRequest request{static_cast<Ask>(*place), 0};
    if (const auto id = from.find("id"); id != from.end() && id->is_number_integer())
        request.id = id->get<std::int64_t>();
    return request;
}

} // namespace mama
