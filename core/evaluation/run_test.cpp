#include "core/evaluation/run_test.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/path_text.h"
#include "core/protocol/run_cohort.h"
#include "core/protocol/run_folder.h"
#include "core/tables/importers/embed.h"
#include "core/text/captions/prompts.h"
#include "core/training/data/patient_free.h"

#include <algorithm>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;
constexpr auto testing = TextId("action.test_run", "test run");

// The parts of a run's patients, who are named by salted hashes in it.
class RunSplit
{
public:
    explicit RunSplit(const fs::path& run)
    {
        const json record = readJson(run / "split.json");
        if (!record.is_object() || !record.contains("patients") || !record["patients"].is_object())
            throw Error(ErrorCode::Format, {testing}, (run / "split.json").string(),
                        {TextId("run_test.no_split", "it says of no patient in which part he is")});
        m_salt = record.value("salt", std::string());
        for (const auto& [patient, part] : record["patients"].items())
            m_parts[patient] = part.get<std::string>();
    }
    std::string hashOf(const std::string& patient) const { return sha256(m_salt + patient); }
    // "train", "validation", "test"; empty: the run knows nothing of the patient.
    std::string partOf(const std::string& patient) const
    {
        const auto found = m_parts.find(hashOf(patient));
        return found == m_parts.end() ? std::string() : found->second;
    }

private:
    std::string m_salt;
    std::map<std::string, std::string> m_parts;
};

RunFolder::Checkpoint checkpointOf(const RunFolder& folder, const std::string& step)
{
    const auto all = folder.checkpoints();
    const auto wrong = [&](const UserText& why) {
        throw Error(ErrorCode::Usage, {testing}, folder.path().string(), why);
    };
    if (all.empty())
        wrong({TextId("run_test.no_checkpoint", "the run has no checkpoint yet")});
    if (step == "last")
        return all.back();
    const auto best = step == "best" ? folder.state().best : std::nullopt;
    if (step == "best" && !best)
        return all.back();
    const std::string wanted = best ? std::to_string(best->step) : step;
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const RunFolder::Checkpoint& each) { return std::to_string(each.step) == wanted; });
    if (found == all.end())
        wrong({TextId("run_test.no_such_step", "there is no checkpoint of step %1: the last is of step %2"), wanted,
               all.back().step});
    return *found;
}

bool isProbe(const Settings& settings) { return settings.is({"task", "probe"}) || settings.is({"task", "finetune"}); }

// The configuration that reads the images: with a file of parts every labelled image counts, whatever its caption; a
// seeded split depends on which images the run itself took.
Settings settingsFor(const RunTestRequest& request, const Settings& run, const std::string& label)
{
    json config = run.toJson();
    if (!request.data.empty()) {
        config["data"]["root"] = request.data.string();
        config["data"]["images"] = config["data"]["tables"] = "";
        config["data"]["split_file"] = (request.data / "split.csv").string();
    }
    if (!config["data"]["split_file"].get<std::string>().empty()) {
        config["task"] = "probe";
        config["data"]["label"] = label;
        config["data"]["limit"] = 0;
    }
    return Settings::resolve(config);
}

std::string className(const TrainingIndex& index, const std::string& label, const TrainingImage& image)
{
    const auto number = classOf(image.labels, label);
    if (!number)
        return {};
    const auto place = static_cast<std::size_t>(*number);
    if (label == densityLabel)
        return std::string(1, "ABCD"[place]);
    return label == biradsLabel || place >= index.classes.size() ? std::to_string(place) : index.classes[place];
}

// Of a pre-trained model, where nobody said: what the test part has labels of.
std::string labelFor(const RunTestRequest& request, const Settings& settings)
{
    if (isProbe(settings))
        return settings.text("data.label");
    if (!settings.is({"task", "pretrain"}))
        throw Error(
            ErrorCode::Usage, {testing}, request.run.string(),
            {TextId("run_test.no_classes", "a run of the task %1 tells no classes apart: mama evaluate-findings "
                                           "asks it"),
             settings.text("task")});
    return request.task.empty() ? std::string(densityLabel) : request.task;
}

void refuseKnown(const std::set<std::string>& patients, const RunSplit& split, const RunTestRequest& request)
{
    const auto seen = std::count_if(patients.begin(), patients.end(), [&](const std::string& patient) {
        const std::string part = split.partOf(patient);
        return part == "train" || part == "validation";
    });
    if (seen > 0)
        throw Error(ErrorCode::Data, {testing}, request.data.empty() ? request.run.string() : request.data.string(),
                    {TextId("run_test.seen", "%1 of %2 patients of the test part were trained or validated on: figures "
                                             "over them would flatter the model"),
                     seen, patients.size()});
}

} // namespace

RunTest readRunTest(const RunTestRequest& request, const Job& job)
{
    const RunFolder folder(request.run);
    if (!folder.exists())
        throw Error(ErrorCode::Usage, {testing}, request.run.string(),
                    {TextId("run_test.no_run", "there is no run in this folder")});
    const Settings settings = Settings::resolve(folder.config());
    const std::string label = labelFor(request, settings);
    const auto checkpoint = checkpointOf(folder, request.step);
    const RunSplit split(request.run);
    const TrainingIndex index = readTrainingIndex(settingsFor(request, settings, label), embedImporter(), job);
    RunTest made;
    made.model = checkpoint.folder;
    made.step = checkpoint.step;
    made.task = isProbe(settings) ? std::string() : label;
    made.table.file = request.data.empty() ? request.run : request.data;
    made.table.patients = true;
    std::set<std::string> patients;
    for (const std::size_t place : index.of(Split::Test)) {
        const TrainingImage& image = index.images[place];
        LabelledImage row;
        row.row = place + 1;
        row.path = image.path;
        row.labelText = className(index, label, image);
        if (row.labelText.empty())
            continue;
        patients.insert(image.fields.patient);
        row.patient = split.hashOf(image.fields.patient);
        row.side = image.fields.side == "R" ? Side::Right : image.fields.side == "L" ? Side::Left : Side::Unknown;
        row.view = image.fields.view;
        made.table.images.push_back(std::move(row));
    }
    if (made.table.images.empty())
        throw Error(ErrorCode::Data, {testing}, made.table.file.string(),
                    {TextId("run_test.nothing", "no image of the test part has the label %1"), label});
    refuseKnown(patients, split, request);
    made.patients = patients.size();
    made.about = {{"run", pathText(request.run)},
                  {"step", made.step},
                  {"part", "test"},
                  {"label", label},
                  {"patients", made.patients},
                  {"data", pathText(made.table.file)}};
    if (const auto cohort = RunCohort::read(request.data.empty() ? request.run : request.data))
        made.about["cohort"] = {{"name", cohort->name}, {"hash", cohort->hash}, {"split_hash", cohort->splitHash}};
    return made;
}

} // namespace mama
