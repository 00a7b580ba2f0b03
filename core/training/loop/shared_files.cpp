#include "core/training/loop/shared_files.h"

#include "core/base/error.h"
#include "core/training/settings/training_actions.h"

#include <vector>

namespace fs = std::filesystem;

namespace mama {

SharedFiles::SharedFiles(fs::path folder) : m_folder(std::move(folder))
{
    std::error_code failed;
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(m_folder, failed))
        if (entry.path().filename().string().starts_with("."))
            left.push_back(entry.path());
    for (const fs::path& path : left)
        fs::remove(path, failed);
}

void SharedFiles::provide(const std::string& name, const std::function<bool(const fs::path&)>& same,
                          const std::function<void(const fs::path&)>& write) const
{
    std::error_code failed;
    if (fs::is_regular_file(file(name), failed) && same(file(name)))
        return;
    write(file(name));
}

void SharedFiles::place(const std::string& name, const fs::path& folder) const
{
    std::error_code failed;
    fs::create_hard_link(file(name), folder / name, failed);
    if (!failed)
        return;
    // No hard links here, as many as there may be, another file system, a file of another user: a copy does the same.
    if (!fs::copy_file(file(name), folder / name, failed))
        throw Error(ErrorCode::Io, {action::writeCheckpoint}, (folder / name).string(), failed.message());
}

} // namespace mama
