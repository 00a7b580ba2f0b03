#include "core/zeroshot/model_catalogue.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/model_files.h"

#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace mama {
namespace {

// With what the model's own configuration says of its input. own: it is the model's own profile, else one that the
// user prefers, whose way of resizing stays.
Profile settled(const Profile& profile, const Model& model, bool own)
{
    const nlohmann::json& description = model.description();
    nlohmann::json settings = description.is_object() ? description.value("input", nlohmann::json()) : nlohmann::json();
    // MaMA's own says it all by the profile's name; what goes on from another group's model keeps its settings.
    const bool told = settings.is_object() &&
                      (model.info().kind == ModelKind::Clip || settings.contains("mean") ||
                       settings.contains("deviation") || settings.contains("resizer") || settings.contains("fit"));
    if (!told)
        return profile;
    if (!own)
        settings.erase("resizer");
    return withSettings(profile, settings);
}

Profile profileOf(const fs::path& folder, const Model& model)
{
    const ModelInfo& info = model.info();
    std::error_code failed;
    const fs::path own = folder / (info.profile + ".json");
    const Profile profile = fs::is_regular_file(own, failed) ? findProfile(own.string()) : findProfile(info.profile);
    if (profile.version != info.profileVersion)
        throw Error(ErrorCode::Model, {action::loadModel}, folder.string(),
                    {TextId("model.other_profile_version", "it wants profile %1 version %2, here is version %3"),
                     info.profile, info.profileVersion, profile.version});
    return settled(profile, model, true);
}

} // namespace

Profile profileFor(const Model& model, const std::string& nameOrPath)
{
    return settled(findProfile(nameOrPath), model, false);
}

LoadedModel loadModel(const std::string& folderOrName, const ComputeOptions& options, const Job& job)
{
    LoadedModel out;
    out.folder = findModel(folderOrName);
    const ModelFiles files(out.folder);
    out.model = Model::load(out.folder, options, job);
    if (!out.model)
        return out;
    out.profile = profileOf(out.folder, *out.model);
    files.checkUnchanged(); // the hash covers a profile of its own too
    out.reference = findReference(out.folder, out.model->info().hash, out.model->info().embedding);
    return out;
}

} // namespace mama
