#include "core/library/collection/region_pass.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/image/breast_outline.h"
#include "core/image/measure/mask_contours.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/region_clipping.h"
#include "core/library/collection/region_geometry.h"
#include "core/library/collection/region_rows.h"
#include "core/library/utc_time.h"
#include "core/tables/importers/set_rows.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <cmath>
#include <cstring>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::size_t mostContours = 200; // of one mask: more is noise
constexpr double onIt = 0.25;             // a region of which less lies on the breast is off it
constexpr const char* openQuery =
    " FROM annotation JOIN image ON image.id = image JOIN file ON file.id = file JOIN folder ON folder.id ="
    " folder JOIN root ON root.id = root WHERE frame_note = ? AND decision = ''";

struct Candidate
{
    std::int64_t id = 0;
    std::string path, decision;
};

// A finding and the files one of which is its mask.
struct MaskedFinding
{
    std::int64_t finding = 0, image = 0, batch = 0;
    fs::path root, imageFile;
    int rows = 0, columns = 0; // of the image; 0: its header was not read
    std::vector<Candidate> files;
    std::vector<std::vector<float>> contours;
    std::string decision;
};

struct OpenRegion
{
    std::int64_t id = 0;
    RegionShape shape;
    std::vector<float> given;
    std::string note, decision;
};

struct OpenImage
{
    fs::path root, below;
    std::vector<OpenRegion> regions;
};

std::vector<MaskedFinding> maskedFindings(Library& library)
{
    std::vector<MaskedFinding> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(
            database, "SELECT mask_file.id, finding, image, mask_file.path, root.path, folder.path || '/' || name,"
                      " ifnull(rows, 0), ifnull(cols, 0), mask_file.batch FROM mask_file JOIN image ON image.id ="
                      " image JOIN file ON file.id = file JOIN folder ON folder.id = folder JOIN root ON root.id"
                      " = root WHERE decision = '' ORDER BY finding, mask_file.id");
        while (each.executeStep()) {
            if (out.empty() || out.back().finding != each.getColumn(1).getInt64())
                out.push_back({each.getColumn(1).getInt64(),
                               each.getColumn(2).getInt64(),
                               each.getColumn(8).getInt64(),
                               each.getColumn(4).getString(),
                               each.getColumn(5).getString(),
                               each.getColumn(6).getInt(),
                               each.getColumn(7).getInt(),
                               {},
                               {},
                               {}});
            out.back().files.push_back({each.getColumn(0).getInt64(), each.getColumn(3).getString(), {}});
        }
    });
    return out;
}

std::vector<OpenImage> openImages(Library& library)
{
    std::vector<OpenImage> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database,
                               std::string("SELECT annotation.id, image.id, annotation.kind, geometry, root.path,"
                                           " folder.path || '/' || name") +
                                   openQuery + " ORDER BY image.id");
        each.bind(1, openFrame);
        std::int64_t last = 0;
        while (each.executeStep()) {
            if (last != each.getColumn(1).getInt64())
                out.push_back({each.getColumn(4).getString(), each.getColumn(5).getString(), {}});
            last = each.getColumn(1).getInt64();
            out.back().regions.push_back(
                {each.getColumn(0).getInt64(), {each.getColumn(2).getString(), numbersAt(each, 3)}, {}, {}, {}});
        }
    });
    return out;
}

// 255 where a picture of no more than two values is not 0; empty: it has more, or colours.
std::optional<Raster<std::uint8_t>> twoValued(const StoredImage& image)
{
    if (image.channels != 1 || image.samples() == 0)
        return std::nullopt;
    Raster<std::uint8_t> mask(image.rows, image.columns);
    const std::size_t size = bytesPerSample(image.type);
    std::uint32_t other = 0;
    for (std::size_t i = 0; i < image.samples(); ++i) {
        std::uint32_t value = 0;
        std::memcpy(&value, image.bytes.data() + i * size, size);
        if (value == 0)
            continue;
        if (other == 0)
            other = value;
        if (value != other)
            return std::nullopt;
        mask.values[i] = 255;
    }
    return other == 0 ? std::nullopt : std::optional(std::move(mask));
}

// Image size by its file, where no header was read.
bool findSize(MaskedFinding& finding)
{
    if (finding.rows > 0 && finding.columns > 0)
        return true;
    const fs::path file = placeOfFile(finding.root, finding.imageFile);
    if (file.empty())
        return false;
    try {
        const auto opened = ImageFile::open(file);
        finding.rows = opened->header().rows;
        finding.columns = opened->header().columns;
    } catch (const Error&) {
        return false;
    }
    return finding.rows > 0 && finding.columns > 0;
}

void scale(std::vector<std::vector<float>>& contours, double x, double y)
{
    for (std::vector<float>& contour : contours)
        for (std::size_t i = 0; i + 1 < contour.size(); i += 2) {
            contour[i] = static_cast<float>(contour[i] * x);
            contour[i + 1] = static_cast<float>(contour[i + 1] * y);
        }
}

// False: a file that may be the mask is not there, and no other is.
bool decideMask(MaskedFinding& finding, std::vector<RefusedFile>& problems)
{
    double nearest = std::log(1.3) * 2; // masks differ from their image by up to 15 %
    std::optional<Raster<std::uint8_t>> best;
    Candidate* chosen = nullptr;
    bool allThere = findSize(finding);
    for (Candidate& each : finding.files) {
        const fs::path file = placeOfFile(finding.root, each.path);
        if (file.empty() || finding.rows == 0) {
            allThere = false;
            continue;
        }
        try {
            auto mask = twoValued(ImageFile::open(file)->readFrame(0));
            each.decision = mask ? "two values, but not of the image's size" : "crop: more than two values";
            if (!mask)
                continue;
            const double difference = std::abs(std::log(double(mask->rows) / finding.rows)) +
                                      std::abs(std::log(double(mask->columns) / finding.columns));
            if (difference >= nearest)
                continue;
            nearest = difference;
            chosen = &each;
            best = std::move(mask);
        } catch (const Error& error) {
            each.decision = "cannot be read: " + error.why().english();
            problems.push_back({pathText(file), error.why().english()});
        }
    }
    if (!chosen)
        return allThere;
    chosen->decision = "mask";
    for (Candidate& each : finding.files)
        if (each.decision.empty())
            each.decision = "not there; another file is the mask";
    finding.contours = contoursOf(*best);
    if (finding.contours.size() > mostContours)
        finding.contours.resize(mostContours);
    finding.decision = "outline of " + chosen->path;
    if (best->rows != finding.rows || best->columns != finding.columns) {
        scale(finding.contours, double(finding.columns) / best->columns, double(finding.rows) / best->rows);
        finding.decision += ", scaled from " + std::to_string(best->columns) + " x " + std::to_string(best->rows);
    }
    return true;
}

void keep(SQLite::Database& database, const MaskedFinding& finding)
{
    SQLite::Statement file(database, "UPDATE mask_file SET decision = ? WHERE id = ?");
    for (const Candidate& each : finding.files) {
        file.bind(1, each.decision);
        file.bind(2, each.id);
        file.exec();
        file.reset();
    }
    SQLite::Statement add(
        database, "INSERT INTO annotation(image, finding, kind, geometry, frame_note, author, at, batch, decision)"
                  " SELECT ?1, ?2, 'contour', ?3, '', dataset.name, ?4, ?5, ?6 FROM image JOIN study ON study.id ="
                  " study JOIN dataset ON dataset.id = study.dataset WHERE image.id = ?1");
    const std::string now = utcNow();
    for (const std::vector<float>& contour : finding.contours) {
        add.bind(1, finding.image);
        add.bind(2, finding.finding);
        bindNumbers(add, 3, contour);
        add.bind(4, now);
        add.bind(5, finding.batch);
        add.bind(6, finding.decision);
        add.exec();
        add.reset();
    }
}

std::string percent(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

void decide(OpenRegion& region, const Raster<std::uint8_t>& breast, int columns)
{
    RegionShape other = mirrored(region.shape, columns);
    const double asItStands = shareOnBreast(region.shape, breast), turned = shareOnBreast(other, breast);
    if (std::max(asItStands, turned) < onIt) {
        region.note = openFrame;
        region.decision = "off the breast as it stands and mirrored: perhaps of the other side";
    } else if (turned > asItStands) {
        region.decision = "mirrored: then " + percent(turned) + " of it lies on the breast, as the table has it " +
                          percent(asItStands);
        region.given = std::exchange(region.shape.geometry, std::move(other.geometry));
    } else {
        region.decision =
            "as the table has it: " + percent(asItStands) + " of it lies on the breast, mirrored " + percent(turned);
    }
}

void keep(SQLite::Database& database, const OpenImage& image)
{
    SQLite::Statement set(database,
                          "UPDATE annotation SET geometry = ?, given = ?, frame_note = ?, decision = ? WHERE id ="
                          " ? AND decision = ''");
    for (const OpenRegion& region : image.regions) {
        bindNumbers(set, 1, region.shape.geometry);
        region.given.empty() ? set.bind(2) : bindNumbers(set, 2, region.given);
        set.bind(3, region.note);
        set.bind(4, region.decision);
        set.bind(5, region.id);
        set.exec();
        set.reset();
    }
}

// False: its file is not there or cannot be read.
bool decide(OpenImage& image, RegionPass& pass)
{
    const fs::path file = placeOfFile(image.root, image.below);
    if (file.empty())
        return false;
    try {
        const auto opened = ImageFile::open(file);
        const StoredImage pixels = opened->readFrame(0);
        const auto breast = findBreast(pixels, opened->pipeline(0)).maskByEight(pixels.rows, pixels.columns);
        for (OpenRegion& region : image.regions) {
            decide(region, breast, pixels.columns);
            ++(region.note.empty() ? pass.decided : pass.open);
        }
        return true;
    } catch (const Error& error) {
        pass.problems.push_back({pathText(file), error.why().english()});
        return false;
    }
}

} // namespace

RegionPass decideRegions(Library& library, const Job& job)
{
    RegionPass pass;
    std::vector<MaskedFinding> findings = maskedFindings(library);
    std::vector<OpenImage> images = openImages(library);
    const std::size_t all = findings.size() + images.size();
    std::size_t done = 0;
    for (MaskedFinding& finding : findings) {
        if (job.cancelled())
            break;
        job.report(done++, all, "regions");
        if (!decideMask(finding, pass.problems)) {
            ++pass.left;
            continue;
        }
        pass.masks += !finding.contours.empty();
        library.note([&](SQLite::Database& database) { keep(database, finding); });
    }
    for (OpenImage& image : images) {
        if (job.cancelled())
            break;
        job.report(done++, all, "regions");
        if (decide(image, pass))
            library.note([&](SQLite::Database& database) { keep(database, image); });
        else
            ++pass.left;
    }
    pass.left += static_cast<std::int64_t>(all - done);
    pass.clipped = clipRegions(library);
    return pass;
}

std::int64_t openRegions(Library& library)
{
    std::int64_t count = 0;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement open(database, std::string("SELECT count(*)") + openQuery);
        open.bind(1, openFrame);
        open.executeStep();
        count = open.getColumn(0).getInt64() +
                database.execAndGet("SELECT count(DISTINCT finding) FROM mask_file WHERE decision = ''").getInt64();
    });
    return count;
}

} // namespace mama
