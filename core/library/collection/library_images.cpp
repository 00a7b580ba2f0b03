#include "core/library/collection/library_images.h"

#include "core/study/slots.h"
#include "core/study/study.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace mama {
namespace {

constexpr const char* columns =
    "SELECT image.id, study, file.id, flags, frame, root.path, folder.path, file.name, side, view, modifiers, type,"
    " taken, ifnull(sop, ''), state, ifnull(fault, ''), ifnull(pixels, ''), ifnull(look, ''), ifnull(size, 0),"
    " ifnull(mtime, 0), passed IS NOT NULL FROM image JOIN file ON file.id = image.file"
    " JOIN folder ON folder.id = file.folder JOIN root ON root.id = folder.root";

Side sideOf(const std::string& text) { return text == "R" ? Side::Right : text == "L" ? Side::Left : Side::Unknown; }

LibraryImage imageAt(SQLite::Statement& row)
{
    const auto text = [&](int column) { return row.getColumn(column).getString(); };
    LibraryImage image;
    image.id = row.getColumn(0).getInt64();
    image.study = row.getColumn(1).getInt64();
    image.file = row.getColumn(2).getInt64();
    image.flags = row.getColumn(3).getInt64();
    if (!row.getColumn(4).isNull())
        image.frame = row.getColumn(4).getInt();
    image.root = text(5);
    image.below = std::filesystem::path(text(6)) / text(7);
    image.side = sideOf(text(8));
    image.view = text(9);
    image.modifiers = text(10);
    image.type = text(11);
    image.taken = text(12);
    image.sop = text(13);
    image.state = text(14);
    image.fault = text(15);
    image.pixels = text(16);
    image.look = text(17);
    image.known.size = row.getColumn(18).getInt64();
    image.known.mtime = row.getColumn(19).getInt64();
    image.passed = row.getColumn(20).getInt() != 0;
    return image;
}

// "spot" is what EMBED's tables say of spot compression and magnification alike.
std::vector<std::string> labelsOf(const std::string& modifiers)
{
    std::vector<std::string> labels;
    for (std::size_t at = 0; at < modifiers.size();) {
        const std::size_t end = std::min(modifiers.find(',', at), modifiers.size());
        const std::string word = modifiers.substr(at, end - at);
        labels.push_back(word == "spot" ? "S" : word);
        at = end + 1;
    }
    return labels;
}

StudyImage factsOf(const LibraryImage& image, std::size_t index)
{
    const auto is = [&](std::int64_t flag) { return (image.flags & flag) != 0; };
    StudyImage facts;
    facts.path = image.root / image.below;
    facts.frame = image.frame.value_or(0);
    facts.side = image.side;
    facts.view = image.view;
    facts.modifiers = labelsOf(image.modifiers);
    facts.presentation = is(image_flag::processing) ? "processing" : is(image_flag::presentation) ? "presentation" : "";
    facts.synthetic = image.type == "cview";
    facts.tomosynthesis = image.type == "3D";
    facts.capture = is(image_flag::capture);
    if (is(image_flag::hinted))
        facts.hints = {"unknown modifier"};
    if (is(image_flag::contrast))
        facts.contrast = "high energy";
    if (is(image_flag::secondary))
        facts.header.imageType = {"", "SECONDARY"};
    if (is(image_flag::magnified))
        facts.header.magnification = 2;
    facts.header.format = "dicom";
    facts.header.channels = is(image_flag::colour) ? 3 : 1;
    facts.header.partialView = is(image_flag::partialView);
    facts.header.acquisitionTime = image.taken;
    facts.header.sopUid = image.sop;
    facts.chestWallColumn = static_cast<int>(index); // which one it is: nothing there asks for the pixels
    return facts;
}

// By the rules alone, whether there are files or not.
void hangAll(std::vector<LibraryImage>& images)
{
    Study study;
    study.images.reserve(images.size());
    for (std::size_t i = 0; i < images.size(); ++i)
        study.images.push_back(factsOf(images[i], i));
    fillSlots(study);
    std::vector<LibraryImage> sorted;
    sorted.reserve(images.size());
    for (const StudyImage& each : study.images) {
        sorted.push_back(std::move(images[static_cast<std::size_t>(each.chestWallColumn)]));
        sorted.back().slot = each.slot;
    }
    images = std::move(sorted);
}

} // namespace

void hang(std::vector<LibraryImage>& images)
{
    std::vector<LibraryImage> there, away, unpublished;
    for (LibraryImage& image : images) {
        const bool gone = image.state == "missing" || image.state == "refused";
        (image.state == "none" ? unpublished : gone ? away : there).push_back(std::move(image));
    }
    hangAll(there);
    hangAll(away);
    images = std::move(there);
    std::array<bool, 4> taken{};
    for (const LibraryImage& image : images)
        if (image.slot != Slot::Extra)
            taken[static_cast<std::size_t>(image.slot)] = true;
    for (LibraryImage& image : away)
        if (image.slot != Slot::Extra && taken[static_cast<std::size_t>(image.slot)])
            image.slot = Slot::Extra;
    for (std::vector<LibraryImage>* others : {&away, &unpublished})
        std::move(others->begin(), others->end(), std::back_inserter(images));
    std::stable_sort(images.begin(), images.end(),
                     [](const LibraryImage& a, const LibraryImage& b) { return a.slot < b.slot; });
}

std::vector<std::vector<LibraryImage>> imagesOf(Library& library, std::span<const std::int64_t> studies)
{
    std::unordered_map<std::int64_t, std::vector<LibraryImage>> found;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, std::string(columns) + " WHERE study IN (SELECT value FROM json_each(?))"
                                                                " ORDER BY image.id");
        each.bind(1, nlohmann::json(std::vector<std::int64_t>(studies.begin(), studies.end())).dump());
        while (each.executeStep()) {
            LibraryImage image = imageAt(each);
            found[image.study].push_back(std::move(image));
        }
    });
    for (auto& [study, images] : found)
        hang(images);
    std::vector<std::vector<LibraryImage>> out;
    out.reserve(studies.size());
    for (const std::int64_t study : studies)
        out.push_back(found[study]);
    return out;
}

std::vector<std::vector<LibraryImage>> imagesInFiles(Library& library, std::span<const std::int64_t> files)
{
    std::unordered_map<std::int64_t, std::vector<LibraryImage>> found;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, std::string(columns) + " WHERE image.file IN (SELECT value FROM json_each(?))"
                                                                " ORDER BY frame, image.id");
        each.bind(1, nlohmann::json(std::vector<std::int64_t>(files.begin(), files.end())).dump());
        while (each.executeStep()) {
            LibraryImage image = imageAt(each);
            found[image.file].push_back(std::move(image));
        }
    });
    std::vector<std::vector<LibraryImage>> out;
    out.reserve(files.size());
    for (const std::int64_t file : files)
        out.push_back(std::move(found[file]));
    return out;
}

std::vector<LibraryImage> imagesAfter(Library& library, std::int64_t after, int limit)
{
    std::vector<LibraryImage> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, std::string(columns) + " WHERE image.id > ? AND state <> 'none'"
                                                                " ORDER BY image.id LIMIT ?");
        each.bind(1, after);
        each.bind(2, limit);
        while (each.executeStep())
            out.push_back(imageAt(each));
    });
    return out;
}

std::array<int, 4> placesOf(const std::vector<LibraryImage>& images)
{
    std::array<int, 4> places{-1, -1, -1, -1};
    bool anyHangs = false;
    for (std::size_t i = 0; i < images.size(); ++i)
        if (images[i].slot != Slot::Extra) {
            places[static_cast<std::size_t>(images[i].slot)] = static_cast<int>(i);
            anyHangs = true;
        }
    for (std::size_t i = 0; !anyHangs && i < images.size(); ++i) {
        const std::array order = images[i].side == Side::Left ? std::array{1, 3, 0, 2} : std::array{0, 2, 1, 3};
        const auto* free = std::find_if(order.begin(), order.end(),
                                        [&](int place) { return places[static_cast<std::size_t>(place)] < 0; });
        if (free != order.end())
            places[static_cast<std::size_t>(*free)] = static_cast<int>(i);
    }
    return places;
}

std::vector<HungImages> hungImages(Library& library)
{
    std::vector<HungImages> out;
    std::vector<LibraryImage> images;
    const auto finish = [&] {
        if (images.empty())
            return;
        hang(images);
        HungImages study{images.front().study, {}};
        for (const LibraryImage& image : images)
            if (image.slot != Slot::Extra)
                study.images[static_cast<std::size_t>(image.slot)] = image.id;
        out.push_back(study);
        images.clear();
    };
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, std::string(columns) + " ORDER BY study, image.id");
        while (each.executeStep()) {
            LibraryImage image = imageAt(each);
            if (!images.empty() && images.front().study != image.study)
                finish();
            images.push_back(std::move(image));
        }
        finish();
    });
    return out;
}

std::int64_t flagsOf(const StudyImage& image)
{
    const ImageHeader& header = image.header;
    std::int64_t flags = 0;
    const auto set = [&](std::int64_t flag, bool on) { flags |= on ? flag : 0; };
    set(image_flag::processing, image.presentation == "processing");
    set(image_flag::presentation, image.presentation == "presentation");
    set(image_flag::partialView, header.partialView);
    set(image_flag::secondary, isSecondary(image));
    set(image_flag::magnified, isSomewhatMagnified(image));
    set(image_flag::hinted, !image.hints.empty());
    set(image_flag::capture, image.capture);
    set(image_flag::colour, header.format == "dicom" && header.channels > 1);
    set(image_flag::contrast, image.contrast == "recombined" || image.contrast == "high energy");
    return flags;
}

std::string takenAt(const StudyImage& image)
{
    const std::string& time = timeOf(image);
    return image.header.acquisitionDate.empty() && time.empty() ? "" : image.header.acquisitionDate + " " + time;
}

std::string typeOf(const StudyImage& image) { return image.tomosynthesis ? "3D" : image.synthetic ? "cview" : "2D"; }

std::string modifiersOf(const StudyImage& image)
{
    std::string out;
    for (const std::string& label : image.modifiers)
        out += (out.empty() ? "" : ",") + label;
    return out;
}

} // namespace mama
