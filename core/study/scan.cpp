#include "core/study/scan.h"

#include "core/base/error.h"
#include "core/dicom/read/image_file.h"
#include "core/study/describe_image.h"
#include "core/study/orientation.h"
#include "core/study/slots.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>
#include <tuple>

namespace fs = std::filesystem;

namespace mama {
namespace {

struct Candidate
{
    fs::path path;
    bool named = false; // given by the user, not found in a folder
};

// One file's outcome: an image, a problem, or neither (not looked at).
struct Outcome
{
    std::optional<StudyImage> image;
    std::optional<ScanProblem> problem;
};

void listFolder(const fs::path& folder, const Job& job, std::vector<Candidate>& found,
                std::vector<ScanProblem>& problems)
{
    std::error_code failed;
    std::vector<fs::path> folders{folder};
    while (!folders.empty() && !job.cancelled()) {
        const fs::path here = folders.back();
        folders.pop_back();
        fs::directory_iterator it(here, failed);
        if (failed) {
            problems.push_back({here, failed.message()});
            continue;
        }
        // A link to a folder is not followed: it could lead back up.
        for (; it != fs::directory_iterator(); it.increment(failed)) {
            if (failed)
                break;
            std::error_code ignored;
            if (it->is_directory(ignored) && !it->is_symlink(ignored))
                folders.push_back(it->path());
            else if (it->is_regular_file(ignored))
                found.push_back({it->path(), false});
        }
        job.report(0, 0, "looking for files: " + std::to_string(found.size()));
    }
}

std::vector<Candidate> listFiles(const std::vector<fs::path>& paths, const Job& job, std::vector<ScanProblem>& problems)
{
    std::vector<Candidate> found;
    for (const fs::path& path : paths) {
        std::error_code failed;
        const fs::file_status status = fs::status(path, failed);
        if (fs::is_directory(status))
            listFolder(path, job, found, problems);
        else if (fs::is_regular_file(status))
            found.push_back({path, true});
        else
            problems.push_back(
                {path, fs::exists(status)
                           ? UserText{TextId("scan.neither_file_nor_folder", "neither a file nor a folder")}
                           : UserText{TextId("scan.not_there", "no such file or folder")}});
    }
    std::ranges::stable_sort(found, {}, &Candidate::path);
    found.erase(std::unique(found.begin(), found.end(),
                            [](const Candidate& a, const Candidate& b) { return a.path == b.path; }),
                found.end());
    return found;
}

// Whether the chest wall can be looked for: a mammogram, or a loose picture whose name gives the side.
bool worthLooking(const StudyImage& image)
{
    return (image.side == Side::Right || image.side == Side::Left) &&
           (image.header.modality == "MG" || image.header.format != "dicom");
}

// A file in a folder that claims nothing: a licence, a table, a note. Neither its name nor its first bytes are an
// image's.
bool claimsNothing(const fs::path& path)
{
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::string_view Images[] = {".dcm",  ".dicom", ".ima",  ".png", ".jpg",
                                                  ".jpeg", ".tif",   ".tiff", ".pgm"};
    if (std::ranges::find(Images, extension) != std::end(Images))
        return false;
    std::string head(132, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    if (head.size() == 132 && head.ends_with("DICM"))
        return false;
    return !extension.empty() || head.find('\0') == std::string::npos;
}

Outcome readFile(const Candidate& candidate, const ScanOptions& options)
{
    try {
        const auto file = ImageFile::open(candidate.path);
        if (file->kind() != FileKind::Image)
            return {std::nullopt, ScanProblem{candidate.path, textOf(file->kind()),
                                              candidate.named && file->kind() == FileKind::NotAnImage}};
        static_cast<void>(file->pipeline(0)); // pixels that nobody can read are refused now, not when they are shown
        StudyImage image = describeImage(candidate.path, file->header());
        if (options.readPixels && worthLooking(image)) {
            const int frame = image.header.frames / 2; // the middle slice of a stack
            orient(image, lookAtPixels(file->readFrame(frame), file->pipeline(frame)));
            takeWarnings(image, file->header());
        }
        return {std::move(image), std::nullopt};
    } catch (const Error& error) {
        if (!candidate.named && error.code() == ErrorCode::Format && claimsNothing(candidate.path))
            return {std::nullopt, ScanProblem{candidate.path, {TextId("scan.not_an_image", "not an image")}, false}};
        return {std::nullopt, ScanProblem{candidate.path, error.why()}};
    } catch (const std::bad_alloc&) {
        return {std::nullopt, ScanProblem{candidate.path, {TextId("scan.no_memory", "not enough memory")}}};
    } catch (const std::exception& error) {
        return {std::nullopt, ScanProblem{candidate.path, error.what()}};
    }
}

std::vector<Outcome> readAll(const std::vector<Candidate>& files, const Job& job, const ScanOptions& options)
{
    std::vector<Outcome> outcomes(files.size());
    std::atomic<std::size_t> next{0}, done{0};
    std::mutex reporting;
    const auto work = [&] {
        for (std::size_t i = next++; i < files.size() && !job.cancelled(); i = next++) {
            outcomes[i] = readFile(files[i], options);
            const std::size_t finished = ++done;
            const std::lock_guard lock(reporting);
            job.report(finished, files.size(), "reading images");
        }
    };
    const std::size_t wanted = options.threads > 0 ? static_cast<std::size_t>(options.threads)
                                                   : std::min(8U, std::max(1U, std::thread::hardware_concurrency()));
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min(wanted, files.size()); ++i)
        helpers.emplace_back(work);
    work();
    helpers.clear();
    return outcomes;
}

// A study's identity: its UID, else the folder (the one above, where the folder's name is what gave the view).
std::string keyOf(const StudyImage& image)
{
    if (!image.header.studyUid.empty())
        return image.header.studyUid;
    const fs::path folder = fs::absolute(image.path).lexically_normal().parent_path();
    return "folder:" + (image.viewSource == "folder name" ? folder.parent_path() : folder).string();
}

std::string uidOf(const std::string& key, std::set<std::string>& taken)
{
    if (!key.starts_with("folder:"))
        return key;
    const std::string plain = "folder:" + fs::path(key.substr(7)).filename().string();
    std::string uid = plain;
    for (int number = 2; !taken.insert(uid).second; ++number)
        uid = plain + " (" + std::to_string(number) + ")";
    return uid;
}

void describeStudy(Study& study)
{
    std::map<std::string, fs::path> seen;
    for (StudyImage& image : study.images) {
        const ImageHeader& header = image.header;
        if (study.date.empty())
            study.date = header.studyDate.empty() ? header.acquisitionDate : header.studyDate;
        if (study.patientId.empty())
            study.patientId = header.patientId;
        if (study.patientName.empty())
            study.patientName = header.patientName;
        if (header.sopUid.empty())
            continue;
        const auto [first, fresh] = seen.try_emplace(header.sopUid, image.path);
        if (!fresh)
            image.warnings.push_back(
                {TextId("scan.same_uid", "same SOP Instance UID as %1"), first->second.filename().string()});
    }
    fillSlots(study);
}

} // namespace

Cancellable<ScanReport> scan(const std::vector<fs::path>& paths, const Job& job, const ScanOptions& options)
{
    ScanReport report;
    const std::vector<Candidate> files = listFiles(paths, job, report.problems);
    std::vector<Outcome> outcomes = readAll(files, job, options);
    if (job.cancelled())
        return std::nullopt;
    std::map<std::string, Study> studies;
    for (Outcome& outcome : outcomes) {
        if (outcome.problem)
            report.problems.push_back(std::move(*outcome.problem));
        if (outcome.image)
            studies[keyOf(*outcome.image)].images.push_back(std::move(*outcome.image));
    }
    std::set<std::string> taken;
    for (auto& [key, study] : studies) {
        study.uid = uidOf(key, taken);
        describeStudy(study);
        report.studies.push_back(std::move(study));
    }
    std::ranges::stable_sort(report.studies, {}, [](const Study& study) { return std::tie(study.date, study.uid); });
    return report;
}

} // namespace mama
