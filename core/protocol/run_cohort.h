#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mama {

// What a run was trained on, as a library's hand-over says it in cohort.json, which the run folder keeps: no patient is
// named in it.
struct RunCohort
{
    struct DataSet
    {
        std::string name, licence;
        bool restricted = true; // may not be passed on
    };
    std::string name, expression, hash, splitHash, synthetic;
    std::int64_t studies = 0, patients = 0, images = 0;
    std::vector<DataSet> sets;

    static constexpr const char* fileName = "cohort.json";
    // Of a folder that was handed over, or of a run's; empty without the file. Error(Format) names the file.
    static std::optional<RunCohort> read(const std::filesystem::path& folder);

    std::string trainedOn() const; // "cohort dense (1a2b3c4d5e6f) of RSNA-Mammo", for model.json
    std::string terms() const;     // of the sets that may not be passed on; empty: none
};

} // namespace mama
