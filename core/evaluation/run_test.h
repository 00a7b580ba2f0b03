#pragma once
#include "core/evaluation/labelled_table.h"
#include "core/training/data/training_index.h"

#include <nlohmann/json.hpp>

namespace mama {

// Which run is asked what, on which images that nobody trained on.
struct RunTestRequest
{
    std::filesystem::path run;  // its folder
    std::filesystem::path data; // another hand-over; empty: the run's own
    std::string step = "best";  // best, last, or the step of a checkpoint
    std::string task;           // of a pre-trained model: birads, density, cancer; empty: density, else birads
};

struct RunTest
{
    std::filesystem::path model; // the checkpoint
    std::int64_t step = 0;
    std::string task;    // of the prompts; empty: the model is a probe
    LabelledTable table; // the test part's images; patients under salted hashes, as the run's split.json has them
    std::size_t patients = 0;
    nlohmann::json about; // run, step, part, patients, cohort: for the report
};

// Error(Usage) where there is no run or checkpoint, or the run learns no classes; Error(Data) where no image of the
// test part has the label, or a patient of it was trained or validated on, with how many.
RunTest readRunTest(const RunTestRequest& request, const Job& job = {});

} // namespace mama
