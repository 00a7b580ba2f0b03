#include "core/training/data/split_record.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"

#include <map>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

std::map<std::string, std::string> patientsOf(const TrainingIndex& index)
{
    std::map<std::string, std::string> patients;
    for (const TrainingImage& image : index.images)
        patients.emplace(sha256(image.fields.patient), name(image.split));
    return patients;
}

std::string hashOf(const json& record)
{
    json hashed = record;
    hashed.erase("hash");
    return sha256(hashed.dump());
}

std::size_t differences(const std::map<std::string, std::string>& now, const std::map<std::string, std::string>& before)
{
    std::size_t count = 0;
    for (const auto& [patient, split] : now) {
        const auto found = before.find(patient);
        count += found == before.end() || found->second != split;
    }
    for (const auto& [patient, split] : before)
        count += !now.contains(patient);
    return count;
}

} // namespace

std::string keepSplit(const TrainingIndex& index, std::int64_t seed, const std::filesystem::path& file)
{
    const auto patients = patientsOf(index);
    json record{{"seed", seed}, {"patients", patients}};
    for (const Split split : {Split::Train, Split::Validation, Split::Test}) {
        std::size_t count = 0;
        for (const auto& [patient, where] : patients)
            count += where == name(split);
        record["count"][name(split)] = {{"patients", count}, {"images", index.of(split).size()}};
    }
    record["hash"] = hashOf(record);
    if (!std::filesystem::exists(file)) {
        writeAtomically(file, std::string_view(record.dump(1) + "\n"));
        return record["hash"];
    }
    const json before = readJson(file);
    if (!before.is_object() || !before.contains("hash") || before["hash"] != hashOf(before))
        throw Error(ErrorCode::Format, "train", file.string(), "was changed: it does not match its own hash");
    const std::size_t elsewhere = differences(patients, before["patients"].get<std::map<std::string, std::string>>());
    if (elsewhere > 0)
        throw Error(ErrorCode::Data, "train", file.string(),
                    "the data set gives another split now: " + std::to_string(elsewhere) + " of " +
                        std::to_string(patients.size()) + " patients are new, gone or in another part");
    return before["hash"];
}

} // namespace mama
