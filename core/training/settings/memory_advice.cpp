#include "core/training/settings/memory_advice.h"

#include "core/training/settings/start_description.h"

#include "core/base/files.h"
#include "core/base/machine_memory.h"
#include "core/image/model_input.h"
#include "core/training/settings/memory_estimate.h"
#include "core/training/settings/run_needs.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace mama {
namespace {

// Of what is in reach a part is lost between blocks.
constexpr double usable = 0.9;

double resident(std::size_t field)
{
    std::ifstream file("/proc/self/statm"); // total, resident, ...; in pages
    double pages[2] = {};
    file >> pages[0] >> pages[1];
    return pages[field] * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::string gigabytes(double bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GB", bytes / 1e9);
    return text;
}

Settings changed(const Settings& settings, const nlohmann::json& patch)
{
    nlohmann::json config = settings.toJson();
    config.merge_patch(patch);
    return Settings::resolve(config);
}

// The largest batch below the run's that fits with as many pairs a step.
std::optional<std::int64_t> batchThatFits(const Settings& settings, const nlohmann::json& description, double reach)
{
    const std::int64_t batch = settings.integer("batch");
    for (std::int64_t other = batch / 2; other >= 1; other /= 2)
        if (estimateMemory(changed(settings, {{"batch", other}}), description).total() < reach)
            return other;
    return {};
}

std::optional<std::int64_t> sizeThatFits(const Settings& settings, const nlohmann::json& description, double reach)
{
    const std::int64_t patch = description.at("image").value("patch", std::int64_t{defaultPatch});
    std::int64_t size = settings.integer("data.input_size");
    if (size == 0)
        size = description.value("/input/size"_json_pointer, std::int64_t{defaultInputSize});
    for (size -= patch; size >= 4 * patch; size -= patch)
        if (estimateMemory(changed(settings, {{"data", {{"input_size", size}}}}), description).total() < reach)
            return size;
    return {};
}

UserText general()
{
    return {TextId("memory.general", "lower batch and raise accumulation, or lower data.input_size or prefetch")};
}

UserText advice(const Settings& settings, const nlohmann::json& description)
{
    const double need = estimateMemory(settings, description).total(), reach = memoryInReach();
    // An estimate below what there is was wrong; then less of everything is all that can be said.
    const double target = std::min(usable * reach, 0.7 * need);
    const auto batch = batchThatFits(settings, description, target);
    const auto size = sizeThatFits(settings, description, target);
    const std::int64_t pairs = settings.integer("accumulation") * settings.integer("batch"), other = batch.value_or(1),
                       accumulation = (pairs + other - 1) / other;
    if (batch && size)
        return {TextId("memory.batch_or_size",
                       "about %1 are needed and %2 are in reach: batch %3 with accumulation %4 would fit, or "
                       "data.input_size %5"),
                gigabytes(need),
                gigabytes(reach),
                *batch,
                accumulation,
                *size};
    if (batch)
        return {
            TextId("memory.batch", "about %1 are needed and %2 are in reach: batch %3 with accumulation %4 would fit"),
            gigabytes(need), gigabytes(reach), *batch, accumulation};
    if (size)
        return {TextId("memory.size", "about %1 are needed and %2 are in reach: data.input_size %3 would fit"),
                gigabytes(need), gigabytes(reach), *size};
    return {TextId("memory.nothing",
                   "about %1 are needed and %2 are in reach, too little even for batch 1: take a smaller model, or a "
                   "machine with more memory"),
            gigabytes(need), gigabytes(reach)};
}

} // namespace

double memoryInReach()
{
    const double held = resident(1);
    double reach = std::min(held + freeMemory(), groupMemoryLimit());
    rlimit own{};
    if (::getrlimit(RLIMIT_AS, &own) == 0 && own.rlim_cur != RLIM_INFINITY)
        reach = std::min(reach, held + std::max(0.0, static_cast<double>(own.rlim_cur) - resident(0)));
    return reach;
}

UserText memoryAdvice(const Settings& settings)
{
    try {
        return settings.text("device").starts_with("cuda") ? general() : advice(settings, startDescription(settings));
    } catch (const std::exception&) { // a start that cannot be read
        return general();
    }
}

} // namespace mama
