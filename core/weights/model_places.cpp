#include "core/weights/model_places.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/installed_folders.h"
#include "core/base/path_text.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace fs = std::filesystem;

namespace mama {
namespace {

bool isModelFolder(const fs::path& path)
{
    std::error_code failed;
    return fs::is_regular_file(path / "model.json", failed);
}

} // namespace

std::vector<fs::path> modelFolders()
{
    std::vector<fs::path> out;
    if (const char* named = std::getenv("MAMA_MODELS")) {
        std::istringstream list(named);
        for (std::string folder; std::getline(list, folder, ':');)
            if (!folder.empty())
                out.emplace_back(folder);
    }
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed);
    if (!failed) {
        // In a build folder (build/PRESET/bin) the repository's own models, installed the share folder.
        const fs::path repository = program.parent_path().parent_path().parent_path().parent_path();
        if (fs::is_regular_file(repository / "CMakePresets.json", failed))
            out.push_back(repository / "resources");
        out.push_back(program.parent_path().parent_path() / "share" / "mama-workstation" / "models");
    }
    for (const fs::path& folder : installedFolders())
        out.push_back(folder / "models");
    return out;
}

std::vector<FoundModel> listModels(const std::vector<fs::path>& folders)
{
    std::vector<FoundModel> out;
    for (const fs::path& folder : folders) {
        std::error_code failed;
        std::vector<FoundModel> here;
        for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
            if (isModelFolder(entry->path()))
                here.push_back({entry->path().filename().string(), entry->path()});
        std::sort(here.begin(), here.end(), [](const FoundModel& a, const FoundModel& b) { return a.name < b.name; });
        for (FoundModel& model : here)
            if (std::none_of(out.begin(), out.end(), [&](const FoundModel& other) { return other.name == model.name; }))
                out.push_back(std::move(model));
    }
    return out;
}

fs::path findModel(const std::string& folderOrName)
{
    std::error_code failed;
    const fs::path folder = givenPath(folderOrName);
    if (isModelFolder(folder))
        return folder;
    const bool isName = folderOrName.find('/') == std::string::npos && !fs::exists(folder, failed);
    if (!isName)
        throw Error(
            ErrorCode::Model, {action::findModel}, folderOrName,
            fs::exists(folder, failed)
                ? UserText{TextId("model.no_model_folder",
                                  "not a model folder: it has no model.json; make one with mama checkpoint import")}
                : UserText{TextId("model.no_such_folder", "no such folder")});
    std::string names;
    for (const FoundModel& model : listModels(modelFolders())) {
        if (model.name == folderOrName)
            return model.path;
        names += (names.empty() ? "" : ", ") + model.name;
    }
    throw Error(ErrorCode::Model, {action::findModel}, folderOrName,
                {TextId("model.not_found", "neither a model folder nor the name of an installed model; installed: %1"),
                 names.empty() ? UserText{TextId("model.none_installed", "none")} : UserText(names)});
}

} // namespace mama
