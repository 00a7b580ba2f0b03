#include "core/download/public_import.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/download/hub_address.h"
#include "core/weights/import_weights.h"
#include "core/weights/model_folder.h"

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

// By what is in the file, never by its name.
void checkKind(const PublicFiles& files, const json& description)
{
    for (const auto& [pointer, expected] : files.model.expects.items()) {
        const json::json_pointer at(pointer);
        const json actual = description.contains(at) ? description.at(at) : json();
        if (actual != expected)
            throw Error(ErrorCode::Model, {action::importWeights}, (files.folder / files.model.weights).string(),
                        {TextId("public.other_model", "this is not %1: its %2 is %3, where %4 was expected"),
                         files.model.title, pointer.substr(1), actual.dump(), expected.dump()});
    }
}

void addProvenance(const PublicFiles& files, json& description)
{
    const CatalogueModel& model = files.model;
    json list = json::array();
    for (const CatalogueFile& file : model.files) {
        const auto facts = files.facts.find(file.name);
        json entry{{"name", file.name}};
        if (!file.repository.empty())
            entry["repository"] = file.repository + "/" + file.path;
        if (facts != files.facts.end()) {
            entry["sha256"] = facts->second.sha256;
            entry["bytes"] = facts->second.bytes ? json(*facts->second.bytes) : json();
            if (!facts->second.commit.empty())
                entry["commit"] = facts->second.commit;
        }
        list.push_back(std::move(entry));
    }
    json& provenance = description["provenance"];
    const bool given = !files.from.starts_with("http://") && !files.from.starts_with("https://");
    provenance["trained_on"] =
        model.trainedOn + (given ? " (so says the catalogue of files of this name; they were not checked)" : "");
    provenance["licence"] = model.licence + ". " + model.terms;
    provenance["public"] = {
        {"name", model.name}, {"title", model.title}, {"page", model.page}, {"from", files.from}, {"files", list}};
}

std::string licenceText(const PublicFiles& files)
{
    const CatalogueModel& model = files.model;
    return model.title + "\n\nLicence: " + model.licence + "\nTerms: " + model.terms + "\n" + model.notFor +
           "\nTrained on: " + model.trainedOn + "\nPage: " + model.page +
           (model.gated() ? "\nTerms accepted at: " + model.acceptAt : "") + "\nFrom: " + files.from +
           "\n\nThese are the words of this program's catalogue; the full text is the makers', at the page above.\n";
}

} // namespace

Cancellable<json> importPublic(const PublicFiles& files, const fs::path& made, const Job& job)
{
    ImportOptions options;
    options.checkpoint = files.folder / files.model.weights;
    if (!files.model.textModel.empty())
        options.textModel = files.folder / files.model.textModel;
    auto model = importWeights(options, job);
    if (!model)
        return {};
    checkKind(files, model->description);
    addProvenance(files, model->description);
    if (!writeModelFolder(*model, made, job))
        return {};
    writeAtomically(made / "licence.txt", licenceText(files));
    return model->report.json();
}

} // namespace mama
