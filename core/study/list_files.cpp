#include "core/study/list_files.h"

#include <algorithm>
#include <set>
#include <string>
#include <sys/stat.h>
#include <utility>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr TextId notAFile("scan.neither_file_nor_folder", "neither a file nor a folder"); // a pipe, a socket, a device

class Walk
{
public:
    Walk(const Job& job, std::vector<ScanProblem>& problems) : m_job(job), m_problems(problems) {}

    void folder(const fs::path& start)
    {
        std::vector<fs::path> folders{start};
        while (!m_job.cancelled() && (!folders.empty() || !m_links.empty())) {
            if (folders.empty()) {
                folders.push_back(*m_links.begin());
                m_links.erase(m_links.begin());
            }
            const fs::path here = folders.back();
            folders.pop_back();
            if (fresh(here))
                read(here, folders);
            m_job.report(0, 0, "looking for files: " + std::to_string(found.size()));
        }
    }

    std::vector<FoundFile> found;

private:
    bool fresh(const fs::path& path)
    {
        struct stat info
        {
        };
        return ::stat(path.c_str(), &info) != 0 || m_read.emplace(info.st_dev, info.st_ino).second;
    }

    void read(const fs::path& here, std::vector<fs::path>& folders)
    {
        std::error_code failed;
        fs::directory_iterator it(here, failed);
        for (; !failed && it != fs::directory_iterator(); it.increment(failed)) {
            std::error_code ignored;
            const bool link = it->is_symlink(ignored);
            if (it->is_directory(ignored)) {
                if (link)
                    m_links.insert(it->path());
                else
                    folders.push_back(it->path());
            } else if (it->is_regular_file(ignored)) {
                found.push_back({it->path()});
            } else {
                m_problems.push_back(
                    {it->path(), link ? UserText{TextId("scan.dead_link", "a link to what is not there or is no file")}
                                      : UserText{notAFile}});
            }
        }
        if (failed)
            m_problems.push_back({here, failed.message()});
    }

    const Job& m_job;
    std::vector<ScanProblem>& m_problems;
    std::set<fs::path> m_links;
    std::set<std::pair<std::uint64_t, std::uint64_t>> m_read;
};

} // namespace

std::vector<FoundFile> listFiles(const std::vector<fs::path>& paths, const Job& job, std::vector<ScanProblem>& problems)
{
    Walk walk(job, problems);
    for (const fs::path& path : paths) {
        std::error_code failed;
        if (path.empty()) {
            problems.push_back({path, {TextId("scan.no_name", "an empty name names no file and no folder")}});
            continue;
        }
        const fs::file_status status = fs::status(path, failed);
        if (fs::is_directory(status))
            walk.folder(path);
        else if (fs::is_regular_file(status))
            walk.found.push_back({path, true, {}, {}});
        else
            problems.push_back({path, fs::exists(status)
                                          ? UserText{notAFile}
                                          : UserText{TextId("scan.not_there", "no such file or folder")}});
    }
    std::ranges::stable_sort(walk.found, {}, &FoundFile::path);
    const auto same = [](const FoundFile& a, const FoundFile& b) { return a.path == b.path; };
    walk.found.erase(std::unique(walk.found.begin(), walk.found.end(), same), walk.found.end());
    return std::move(walk.found);
}

} // namespace mama
