#include "core/weights/model_folder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/weights/files/checked.h"
#include "core/weights/files/pages.h"

#include <algorithm>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

// Removes the unfinished folder unless it was renamed into place.
struct TemporaryFolder
{
    fs::path path;
    ~TemporaryFolder()
    {
        std::error_code ignored;
        if (!path.empty())
            fs::remove_all(path, ignored);
    }
};

// Larger elements first, so that every tensor lies on a multiple of its element's size.
std::vector<NamedTensor> inFileOrder(const std::vector<CanonicalTensor>& tensors)
{
    std::vector<NamedTensor> ordered;
    for (const CanonicalTensor& tensor : tensors)
        ordered.push_back(tensor.named());
    std::stable_sort(ordered.begin(), ordered.end(), [](const NamedTensor& a, const NamedTensor& b) {
        return bytesPerElement(a.info.type) > bytesPerElement(b.info.type);
    });
    return ordered;
}

void checkTarget(const fs::path& folder)
{
    const bool replaceable =
        !fs::exists(folder) ||
        (fs::is_directory(folder) && (fs::is_empty(folder) || fs::is_regular_file(folder / "model.json")));
    if (!replaceable)
        throw Error(ErrorCode::Usage, {action::writeModel}, folder.string(),
                    {TextId("weights.exists_already_not_model_folder", "it exists already and is not a model folder")});
}

} // namespace

bool writeModelFolder(const ImportedModel& model, const fs::path& target, const Job& job)
{
    const fs::path folder = target.filename().empty() ? target.parent_path() : target;
    checkTarget(folder);
    const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
    const std::string unique = folder.filename().string() + ".part-" + std::to_string(::getpid());
    TemporaryFolder temporary{parent / ("." + unique)};
    try {
        fs::create_directories(temporary.path);
        job.report(0, 0, "Writing the model");
        writeSafetensors(temporary.path / "model.safetensors", inFileOrder(model.tensors), {{"format", "pt"}});
        nlohmann::json description = model.description;
        description["name"] = folder.filename().string();
        description["hash"] = sha256OfFile(temporary.path / "model.safetensors");
        writeAtomically(temporary.path / "model.json", description.dump(2) + "\n");
        for (const fs::path& file : model.tokenizerFiles)
            fs::copy_file(file, temporary.path / file.filename());
        for (const auto& file : model.weightFiles) // what was written is theirs as a whole, or nothing is
            file->check();
        if (job.cancelled())
            return false;
        TemporaryFolder replaced;
        if (fs::exists(folder)) {
            fs::rename(folder, parent / (".old-" + unique));
            replaced.path = parent / (".old-" + unique);
        }
        fs::rename(temporary.path, folder);
        temporary.path.clear();
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorCode::Io, {action::writeModel}, folder.string(), error.code().message());
    }
    return true;
}

} // namespace mama
