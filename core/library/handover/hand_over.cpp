#include "core/library/handover/hand_over.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/library/handover/handed_study.h"
#include "core/library/handover/training_tables.h"
#include "core/tables/cell.h"
#include "core/text/captions/captions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace mama {
namespace {

constexpr std::size_t atOnce = 100; // studies, between which others come to the library

void add(std::vector<ImagesLeftOut>& list, const UserText& why)
{
    const auto known =
        std::find_if(list.begin(), list.end(), [&](const ImagesLeftOut& each) { return each.why == why; });
    if (known == list.end())
        list.push_back({why, 1});
    else
        ++known->images;
}

UserText whyNot(const HandedImage& image)
{
    if (image.state == "none")
        return {TextId("hand_over.not_released", "not in the data set's release")};
    if (image.state == "missing" || image.state == "refused")
        return {TextId("hand_over.no_file", "the file is missing or cannot be read")};
    if (image.fields.imageType != "2D")
        return {TextId("hand_over.no_2d", "no 2D mammogram")};
    return {};
}

void take(HandOverPlan& plan, const HandedStudy& study)
{
    for (const HandedImage& image : study.images) {
        ++plan.images;
        if (const UserText why = whyNot(image); !why.empty()) {
            add(plan.leftOut, why);
            continue;
        }
        ++plan.usable;
        const std::size_t place = study.findingOf(image.fields.side);
        const HandedFinding none, &finding = place < study.findings.size() ? study.findings[place] : none;
        if (const auto lacks = buildCaption(image.fields, finding.fields, {}).lacks)
            add(plan.withoutCaption, textOf(*lacks));
        TaskValues labels = finding.labels;
        labels.insert(image.labels.begin(), image.labels.end());
        for (const auto& [task, value] : labels)
            ++plan.labels[columnOf(task)];
    }
}

// What the run is to learn, into the settings that the export wrote.
void choose(const HandOverRequest& request)
{
    const std::filesystem::path file = request.folder / "train.json";
    nlohmann::json settings = readJson(file);
    if (!request.label.empty()) {
        settings["task"] = "probe";
        settings["data"]["label"] = request.label;
    } else if (request.knownCaptions) {
        settings["data"]["captions"] = "known";
    } else {
        settings["data"].erase("captions");
    }
    writeAtomically(file, std::string_view(settings.dump(1) + "\n"));
}

// The one command, if nothing stands on it by now.
void takeBack(Library& library, const Change& change)
{
    try {
        if (change.command != 0)
            library.undo(change.command);
    } catch (const Error&) { // it stays, and the log says so
    }
}

} // namespace

std::int64_t HandOverPlan::captions() const
{
    std::int64_t without = 0;
    for (const ImagesLeftOut& each : withoutCaption)
        without += each.images;
    return usable - without;
}

Cancellable<HandOverPlan> planHandOver(Library& library, std::span<const std::int64_t> studies, const Job& job)
{
    HandOverPlan plan;
    plan.studies = static_cast<std::int64_t>(studies.size());
    plan.terms = termsOf(library, studies);
    std::set<std::string> patients;
    for (std::size_t begin = 0; begin < studies.size(); begin += atOnce) {
        if (job.cancelled())
            return std::nullopt;
        job.report(begin, studies.size(), "look at studies");
        library.read([&](SQLite::Database& database) {
            StudyReader reader(database);
            for (std::size_t i = begin; i < std::min(begin + atOnce, studies.size()); ++i) {
                const HandedStudy study = reader.read(studies[i]);
                patients.insert(study.patient);
                take(plan, study);
            }
        });
    }
    plan.patients = static_cast<std::int64_t>(patients.size());
    return plan;
}

Cancellable<HandOver> handOver(Library& library, const HandOverRequest& request, const Job& job)
{
    checkExportFolder(request.folder);
    HandOver made;
    const auto takeAllBack = [&] {
        takeBack(library, made.parted);
        takeBack(library, made.frozen);
    };
    try {
        job.report(0, 0, "freeze");
        made.frozen = freezeStudies(library, request.name, request.chosen);
        SplitRequest split = request.split;
        split.cohort = std::string(trimmed(request.name));
        job.report(0, 0, "split");
        made.parted = splitCohort(library, split);
        if (const auto parts = splitOf(library, {split.cohort, {}}))
            made.warnings = parts->warnings;
        auto exported = exportTraining(library, split.cohort, request.folder, job);
        if (!exported) {
            takeAllBack();
            return std::nullopt;
        }
        made.exported = std::move(*exported);
        choose(request);
        return made;
    } catch (const Error&) {
        takeAllBack();
        throw;
    }
}

} // namespace mama
