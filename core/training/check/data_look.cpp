#include "core/training/check/data_look.h"

#include "core/protocol/run_cohort.h"
#include "core/tables/importers/embed.h"
#include "core/training/data/training_index.h"
#include "core/training/settings/data_folders.h"

#include <filesystem>

namespace mama {
namespace {

void addClasses(std::vector<UserText>& out, const TrainingIndex& index, const std::string& label)
{
    std::vector<std::size_t> counts(index.classes.size());
    for (const TrainingImage& image : index.images)
        if (const auto found = classOf(image.labels, label))
            ++counts[static_cast<std::size_t>(*found)];
    std::string all;
    for (std::size_t i = 0; i < counts.size(); ++i)
        all += (i == 0 ? "" : ", ") + index.classes[i] + ": " + std::to_string(counts[i]);
    if (!all.empty())
        out.push_back({TextId("data.classes", "Images by %1: %2"), label, all});
}

void addCohort(std::vector<UserText>& out, const std::filesystem::path& folder)
{
    const auto cohort = folder.empty() ? std::nullopt : RunCohort::read(folder);
    if (!cohort)
        return;
    out.push_back({TextId("data.cohort", "Cohort %1, %2"), cohort->name, cohort->hash.substr(0, 12)});
    for (const RunCohort::DataSet& each : cohort->sets)
        out.push_back(each.restricted
                          ? UserText{TextId("data.restricted", "%1 is restricted: %2"), each.name, each.licence}
                          : UserText{TextId("data.licence", "%1: %2"), each.name, each.licence});
}

} // namespace

DataLook lookAtData(const Settings& settings)
{
    const TrainingIndex index = readTrainingTables(settings, embedImporter());
    DataLook look{DataFacts::of(index), {}};
    std::vector<UserText>& out = look.sentences;
    out.push_back({TextId("data.parts", "Images to train %1, to validate %2, to test %3"),
                   index.of(Split::Train).size(), index.of(Split::Validation).size(), index.of(Split::Test).size()});
    if (const UserText left = leftOutText(index); !left.empty())
        out.push_back(left);
    addClasses(out, index, settings.text("data.label"));
    addCohort(out, handoverFolder(settings));
    return look;
}

} // namespace mama
