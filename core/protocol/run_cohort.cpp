#include "core/protocol/run_cohort.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"

namespace mama {
namespace {

using nlohmann::json;

std::string textAt(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t numberAt(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

} // namespace

std::optional<RunCohort> RunCohort::read(const std::filesystem::path& folder)
{
    std::error_code failed;
    const std::filesystem::path file = folder / fileName;
    if (!std::filesystem::exists(file, failed))
        return std::nullopt;
    const json document = readJson(file);
    RunCohort cohort;
    if (document.is_object()) {
        cohort.name = textAt(document, "cohort");
        cohort.hash = textAt(document, "hash");
    }
    if (cohort.name.empty() || cohort.hash.empty())
        throw Error(ErrorCode::Format, {action::readRun}, file.string(),
                    {TextId("run.no_cohort", "it names no cohort with its hash")});
    cohort.expression = textAt(document, "expression");
    cohort.synthetic = textAt(document, "synthetic");
    cohort.studies = numberAt(document, "studies");
    cohort.patients = numberAt(document, "patients");
    cohort.images = numberAt(document, "images");
    if (const auto split = document.find("split"); split != document.end() && split->is_object())
        cohort.splitHash = textAt(*split, "hash");
    if (const auto sets = document.find("datasets"); sets != document.end() && sets->is_array())
        for (const json& each : *sets)
            if (each.is_object()) {
                const auto restricted = each.find("restricted");
                cohort.sets.push_back(
                    {textAt(each, "name"), textAt(each, "licence"),
                     restricted == each.end() || !restricted->is_boolean() || restricted->get<bool>()});
            }
    return cohort;
}

std::string RunCohort::trainedOn() const
{
    if (!synthetic.empty())
        return synthetic;
    std::string names;
    for (const DataSet& each : sets)
        names += (names.empty() ? " of " : ", ") + each.name;
    return "cohort " + name + " (" + hash.substr(0, 12) + ")" + names;
}

std::string RunCohort::terms() const
{
    std::string all;
    for (const DataSet& each : sets)
        if (each.restricted)
            all += (all.empty() ? "" : "; ") + each.name + ": " + each.licence;
    return all.empty() ? all : "Trained on data that may not be passed on (" + all + "): neither may this model.";
}

} // namespace mama
