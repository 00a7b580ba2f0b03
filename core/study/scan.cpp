#include "core/study/scan.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/dicom/read/archive.h"
#include "core/dicom/read/image_file.h"
#include "core/image/files/other_picture.h"
#include "core/study/describe_image.h"
#include "core/study/group_images.h"
#include "core/study/open_media.h"
#include "core/study/orientation.h"
#include "core/study/side_and_view.h"
#include "core/study/slots.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <fstream>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <tuple>

namespace fs = std::filesystem;

namespace mama {
namespace {

// One file's outcome: an image, a problem, or neither (not looked at).
struct Outcome
{
    std::list<StudyImage> image; // one at most
    std::optional<ScanProblem> problem;
    bool other = false; // problem: no image and none claimed
};

// Whether the chest wall can be looked for: a mammogram, or a loose picture whose name gives the side.
bool worthLooking(const StudyImage& image)
{
    return (image.side == Side::Right || image.side == Side::Left) && isMammogram(image.header);
}

std::string capitals(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string firstBytes(const fs::path& path, std::size_t count)
{
    std::string head(count, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return head;
}

bool namedAsImage(const fs::path& path)
{
    const std::string extension = capitals(path.extension().string());
    static constexpr std::string_view Images[] = {".DCM",  ".DICOM", ".IMA",  ".PNG", ".JPG",
                                                  ".JPEG", ".TIF",   ".TIFF", ".PGM"};
    return std::ranges::find(Images, extension) != std::end(Images);
}

// A file in a folder that claims nothing: a licence, a table, a note, what a system leaves beside the files (names with
// a dot in front; AppleDouble). Neither its name nor its first bytes are an image's.
bool claimsNothing(const fs::path& path)
{
    const std::string name = path.filename().string(), head = firstBytes(path, 132);
    if (head.size() == 132 && head.ends_with("DICM"))
        return false;
    if (name.starts_with('.') || head.starts_with(std::string_view("\0\x05\x16\x07", 4)))
        return true;
    if (namedAsImage(path))
        return false;
    return !path.extension().empty() || head.find('\0') == std::string::npos;
}

// Archives, which may hold images that nobody has looked at; tables and models are ZIP files too, under other names.
UserText archiveText(const FoundFile& file)
{
    const std::string extension = capitals(file.path.extension().string());
    const std::string head = firstBytes(file.path, longestArchiveHead);
    const Archive* kind = archiveOf(std::as_bytes(std::span(head)));
    const bool wanted =
        kind && (file.named || extension.empty() || namedAsImage(file.path) ||
                 (" " + std::string(kind->extensions) + " ").find(" " + extension + " ") != std::string::npos);
    return !wanted ? UserText{}
           : file.archive.empty()
               ? archiveText(*kind)
               : UserText{TextId("scan.nested_archive", "a %1 archive inside an archive: unpack both, "
                                                        "then open the folder"),
                          kind->name};
}

// A picture that marks findings in another one: by a word of its name or of its folder's, or by its description.
bool isLesionMask(const StudyImage& image)
{
    const auto hasWord = [](std::string text, std::initializer_list<std::string_view> wanted) {
        std::ranges::transform(text, text.begin(), [](unsigned char c) {
            return static_cast<char>(std::isalnum(c) ? std::toupper(c) : ' ');
        });
        return std::ranges::any_of(wanted, [&](std::string_view word) {
            return (" " + text + " ").find(" " + std::string(word) + " ") != std::string::npos;
        });
    };
    if (image.header.format == "dicom")
        return hasWord(image.header.seriesDescription, {"ROI MASK"});
    const fs::path folder = fs::absolute(image.path).lexically_normal().parent_path();
    return hasWord(image.path.stem().string(), {"MASK", "MASKS"}) ||
           hasWord(folder.filename().string(), {"MASK", "MASKS"});
}

Outcome readFile(const FoundFile& candidate, const ScanOptions& options)
{
    try {
        const auto file = ImageFile::open(candidate.path);
        if (file->kind() != FileKind::Image)
            return {{},
                    ScanProblem{candidate.place(), textOf(file->kind()),
                                candidate.named && file->kind() == FileKind::NotAnImage}};
        // Pixels that nobody can read are refused now, not when they are shown.
        const GreyPipeline first = file->pipeline(0);
        StudyImage image = describeImage(candidate.path, file->header());
        image.origin = candidate.origin;
        if (isLesionMask(image))
            return {{}, ScanProblem{candidate.place(), {TextId("scan.lesion_mask", "lesion mask")}, false}, true};
        if (options.readPixels && worthLooking(image)) {
            const int frame = image.header.frames / 2; // the middle slice of a stack
            orient(image, lookAtPixels(file->readFrame(frame), frame == 0 ? first : file->pipeline(frame)));
            takeWarnings(image, file->header());
        }
        Outcome read;
        read.image.push_back(std::move(image));
        return read;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Format) {
            if (const UserText archive = archiveText(candidate); !archive.empty())
                return {{}, ScanProblem{candidate.place(), archive, candidate.named || !candidate.archive.empty()}};
            const std::string head = firstBytes(candidate.path, longestPictureHead);
            if (const UserText other = otherPictureText(std::as_bytes(std::span(head)));
                !other.empty() && !candidate.path.filename().string().starts_with('.'))
                return {{}, ScanProblem{candidate.place(), other}};
            if (!candidate.named && claimsNothing(candidate.path))
                return {{}, ScanProblem{candidate.place(), {TextId("scan.not_an_image", "not an image")}, false}, true};
        }
        return {{}, ScanProblem{candidate.place(), error.why()}};
    } catch (const std::bad_alloc&) {
        return {{}, ScanProblem{candidate.place(), {TextId("scan.no_memory", "not enough memory")}}};
    } catch (const std::exception& error) {
        return {{}, ScanProblem{candidate.place(), error.what()}};
    }
}

std::vector<Outcome> readAll(const std::vector<FoundFile>& files, const Job& job, const ScanOptions& options)
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
                {TextId("scan.same_uid", "same SOP Instance UID as %1"), pathText(first->second.filename())});
    }
    fillSlots(study);
}

} // namespace

Cancellable<ScanReport> scan(const std::vector<fs::path>& paths, const Job& job, const ScanOptions& options)
{
    ScanReport report;
    const auto media = openMedia(paths, job, report.problems);
    if (!media)
        return std::nullopt;
    std::vector<Outcome> outcomes = readAll(media->files, job, options);
    if (job.cancelled())
        return std::nullopt;
    std::list<StudyImage> images;
    for (Outcome& outcome : outcomes) {
        if (outcome.problem)
            (outcome.other ? report.others : report.problems).push_back(std::move(*outcome.problem));
        images.splice(images.end(), outcome.image);
    }
    report.studies = groupImages(std::move(images));
    for (Study& study : report.studies) {
        describeStudy(study);
        study.unpacked = media->unpacked;
    }
    std::ranges::stable_sort(report.studies, {}, [](const Study& study) { return std::tie(study.date, study.uid); });
    return report;
}

} // namespace mama
