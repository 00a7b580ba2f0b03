#include "core/tables/importers/disk_files.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr int deepest = 12; // folders; a link that leads back up ends here

} // namespace

DiskFiles::DiskFiles(const fs::path& root) : m_root(root)
{
    list(root, 0);
    std::sort(m_files.begin(), m_files.end());
    for (const std::string& file : m_files) {
        m_byName[lastPart(file)].push_back(file);
        const std::size_t name = file.rfind('/');
        m_byParent[name == file.npos ? "" : file.substr(0, name)].push_back(file);
        for (std::size_t at = 0, slash = file.find('/'); slash != file.npos; at = slash + 1, slash = file.find('/', at))
            m_byFolder[file.substr(at, slash - at)].push_back(file);
    }
    for (const auto& [parent, files] : m_byParent)
        m_parents[lastPart(parent)].push_back(parent);
}

void DiskFiles::list(const fs::path& folder, int depth)
{
    std::error_code failed;
    if (depth > deepest)
        return;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        if (entry.path().filename().string().starts_with('.'))
            continue;
        if (entry.is_directory(failed))
            list(entry.path(), depth + 1);
        else if (entry.is_regular_file(failed))
            m_files.push_back(entry.path().lexically_relative(m_root).generic_string());
    }
}

std::string DiskFiles::placeOf(const std::string& path) const
{
    const auto found = m_byName.find(lastPart(path));
    if (found == m_byName.end() || std::binary_search(m_files.begin(), m_files.end(), path) || found->second.size() > 1)
        return path;
    return found->second.front();
}

const std::vector<std::string>& DiskFiles::below(const std::string& folder) const
{
    static const std::vector<std::string> none;
    const auto found = m_byFolder.find(folder);
    return found == m_byFolder.end() ? none : found->second;
}

std::vector<std::string> DiskFiles::in(std::string folder) const
{
    while (!folder.empty()) {
        std::vector<std::string> out;
        int places = 0;
        const auto named = m_parents.find(lastPart(folder));
        for (const std::string& parent : named == m_parents.end() ? std::vector<std::string>() : named->second)
            if (parent == folder || parent.ends_with("/" + folder)) {
                out = m_byParent.at(parent);
                ++places;
            }
        if (places == 1)
            return out;
        const std::size_t slash = folder.find('/');
        if (places > 1 || slash == folder.npos)
            return {};
        folder.erase(0, slash + 1);
    }
    return {};
}

std::string slashed(std::string path)
{
    std::replace(path.begin(), path.end(), '\\', '/');
    while (path.starts_with("./"))
        path.erase(0, 2);
    return path;
}

std::string firstPart(const std::string& path) { return path.substr(0, path.find('/')); }

std::string lastPart(const std::string& path)
{
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? path : path.substr(slash + 1);
}

} // namespace mama
