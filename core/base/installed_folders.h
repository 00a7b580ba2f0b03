#pragma once
#include <filesystem>
#include <vector>

namespace mama {

// Where installed models and language models are looked for, one after the other: the cache folder, and where it is
// without $MAMA_CACHE, which moves what is cached but not what was installed before.
std::vector<std::filesystem::path> installedFolders();

// Where the user's own work is kept, which nothing can make again: $XDG_DATA_HOME/mama-workstation, else
// ~/.local/share/mama-workstation. Not created here.
std::filesystem::path workFolder();

} // namespace mama
