#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mama {

// What lies in a data set's folder: copies of a set differ in their folders, so files are found by name, or by a folder
// above them. Paths are relative to the folder, with "/", in order. Folders that cannot be read have nothing in them.
class DiskFiles
{
public:
    explicit DiskFiles(const std::filesystem::path& root);

    const std::vector<std::string>& all() const { return m_files; }
    // The file of this name: at the path itself, else the only one of that name; else the path as it is.
    std::string placeOf(const std::string& path) const;
    // Those below any folder of this name.
    const std::vector<std::string>& below(const std::string& folder) const;
    // Those right in the folder that the end of this path names, the longest that is there.
    std::vector<std::string> in(std::string folder) const;

private:
    void list(const std::filesystem::path& folder, int depth);

    std::filesystem::path m_root;
    std::vector<std::string> m_files;
    std::map<std::string, std::vector<std::string>, std::less<>> m_byName, m_byFolder, m_byParent, m_parents;
};

// "a/b/c.dcm": "a" and "c.dcm"; backslashes are slashes.
std::string firstPart(const std::string& path);
std::string lastPart(const std::string& path);
std::string slashed(std::string path);

} // namespace mama
