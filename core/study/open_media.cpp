#include "core/study/open_media.h"

#include "core/base/error.h"
#include "core/dicom/read/dicom_directory.h"
#include "core/media/zip_unpacking.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

// A name in an archive: put behind the archive's own, whatever it begins with.
fs::path inArchive(const fs::path& archive, const std::string& name) { return archive.native() + "/" + name; }

// False: cancelled.
bool addZip(const fs::path& archive, const Job& job, MediaFiles& media, std::vector<ScanProblem>& problems)
{
    auto unpacked = unpackZip(archive, job);
    if (!unpacked)
        return false;
    for (const auto& [name, why] : unpacked->refused)
        problems.push_back({inArchive(archive, name), why});
    std::vector<ScanProblem> odd;
    for (FoundFile& file : listFiles({unpacked->root}, job, odd)) {
        file.archive = archive;
        file.origin = archive / file.path.lexically_relative(unpacked->root);
        media.files.push_back(std::move(file));
    }
    media.unpacked.push_back(std::move(unpacked->folder));
    return true;
}

void addDirectory(const fs::path& directory, MediaFiles& media, std::vector<ScanProblem>& problems)
{
    try {
        DicomDirectory named = readDicomDirectory(directory);
        for (auto& [path, why] : named.problems)
            problems.push_back({path, why});
        for (fs::path& file : named.files)
            media.files.push_back({std::move(file), true, {}, {}});
    } catch (const Error& error) {
        problems.push_back(
            {directory,
             {TextId("scan.damaged_directory", "%1; open its folder instead: all files in it are looked at then"),
              error.why()}});
    }
}

} // namespace

Cancellable<MediaFiles> openMedia(const std::vector<fs::path>& paths, const Job& job,
                                  std::vector<ScanProblem>& problems)
{
    MediaFiles media;
    for (FoundFile& file : listFiles(paths, job, problems)) {
        if (job.cancelled())
            return {};
        if (!file.named || (!isZip(file.path) && !isDicomDirectory(file.path))) {
            media.files.push_back(std::move(file));
            continue;
        }
        if (!isZip(file.path)) {
            addDirectory(file.path, media, problems);
            continue;
        }
        try {
            if (!addZip(file.path, job, media, problems))
                return {};
        } catch (const Error& error) {
            problems.push_back({file.path, error.why()});
        }
    }
    std::ranges::stable_sort(media.files, {}, &FoundFile::path);
    const auto same = [](const FoundFile& a, const FoundFile& b) { return a.path == b.path; };
    media.files.erase(std::unique(media.files.begin(), media.files.end(), same), media.files.end());
    return media;
}

} // namespace mama
