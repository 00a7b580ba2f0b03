#include "core/training/settings/data_folders.h"

#include "core/base/error.h"
#include "core/training/settings/training_actions.h"

namespace fs = std::filesystem;

namespace mama {
namespace {

fs::path below(const fs::path& root, const char* name)
{
    std::error_code failed;
    return fs::is_directory(root / name, failed) ? root / name : root;
}

} // namespace

DataSetFolders dataFolders(const Settings& settings)
{
    DataSetFolders folders{settings.text("data.root"), settings.text("data.images"), settings.text("data.tables"),
                           settings.text("data.label") == "none" ? std::string() : settings.text("data.label")};
    if (folders.root.empty() && folders.tables.empty())
        throw Error(ErrorCode::Usage, {action::readDataSet}, "data.root",
                    {TextId("data.none_given", "neither data.root nor data.tables is given")});
    if (folders.images.empty())
        folders.images = below(folders.root, "images");
    if (folders.tables.empty())
        folders.tables = below(folders.root, "tables");
    return folders;
}

fs::path handoverFolder(const Settings& settings)
{
    const fs::path root = settings.text("data.root"), split = settings.text("data.split_file");
    return root.empty() ? split.parent_path() : root;
}

} // namespace mama
