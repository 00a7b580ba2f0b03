#include "core/training/data/split_record.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/hash.h"

#include <map>
#include <nlohmann/json.hpp>
#include <random>

namespace mama {
namespace {

using nlohmann::json;

constexpr std::size_t saltWords = 8; // of 32 bits

// Identifiers are short and can be tried out one by one, or looked up: not in a list that holds for another run.
std::string newSalt()
{
    std::random_device random;
    std::string words;
    for (std::size_t i = 0; i < saltWords; ++i)
        words += std::to_string(random()) + '-';
    return sha256(words);
}

std::map<std::string, std::string> patientsOf(const TrainingIndex& index, const std::string& salt)
{
    std::map<std::string, std::string> patients;
    for (const TrainingImage& image : index.images)
        patients.emplace(sha256(salt + image.fields.patient), name(image.split));
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

json recordOf(const TrainingIndex& index, std::int64_t seed, const std::string& salt)
{
    const auto patients = patientsOf(index, salt);
    json record{{"seed", seed}, {"salt", salt}, {"patients", patients}};
    for (const Split split : {Split::Train, Split::Validation, Split::Test}) {
        std::size_t count = 0;
        for (const auto& [patient, where] : patients)
            count += where == name(split);
        record["count"][name(split)] = {{"patients", count}, {"images", index.of(split).size()}};
    }
    record["hash"] = hashOf(record);
    return record;
}

} // namespace

std::string keepSplit(const TrainingIndex& index, std::int64_t seed, const std::filesystem::path& file)
{
    if (!std::filesystem::exists(file)) {
        const json record = recordOf(index, seed, newSalt());
        writeAtomically(file, std::string_view(record.dump(1) + "\n"));
        return record["hash"];
    }
    const json before = readJson(file);
    if (!before.is_object() || !before.contains("hash") || before["hash"] != hashOf(before))
        throw Error(ErrorCode::Format, {action::train}, file.string(),
                    {TextId("split.changed", "was changed: it does not match its own hash")});
    const auto patients = patientsOf(index, before.value("salt", std::string())); // older programs used none
    const std::size_t elsewhere = differences(patients, before["patients"].get<std::map<std::string, std::string>>());
    if (elsewhere > 0)
        throw Error(ErrorCode::Data, {action::train}, file.string(),
                    {TextId("split.another", "the data set gives another split now: %1 of %2 patients are new, gone or "
                                             "in another part"),
                     elsewhere, patients.size()});
    return before["hash"];
}

} // namespace mama
