#pragma once
#include "core/dicom/codes/side.h"
#include "core/library/collection/known_state.h"
#include "core/library/collection/library.h"
#include "core/study/slot.h"

#include <array>
#include <filesystem>
#include <span>
#include <vector>

namespace mama {

struct StudyImage;

// What a header says of an image that decides whether it hangs: bits of image.flags.
namespace image_flag {
constexpr std::int64_t processing = 1, presentation = 2, partialView = 4, secondary = 8, magnified = 16, hinted = 32,
                       capture = 64, colour = 128, contrast = 256; // contrast: recombined or high energy
}

// An image as tables and headers told the library of it, before anybody looks at its pixels.
struct LibraryImage
{
    std::int64_t id = 0, study = 0, file = 0, flags = 0;
    std::optional<int> frame;
    std::filesystem::path root, below; // of its file: see placeOfFile
    Side side = Side::Unknown;
    std::string view, modifiers, type, taken, sop; // taken: "20130504 101500"
    std::string state, fault, pixels, look; // of its file; pixels: hash of the stored values, look: of what in the
                                            // header shapes them on screen; if known
    KnownState known;                       // of its file when it was read last; 0: it was not
    bool passed = false;                    // the file pass has read it
    Slot slot = Slot::Extra;
};

// The images of these studies, in their order: hung ones by slot, then the extras in their fixed order. One that is not
// there has none.
std::vector<std::vector<LibraryImage>> imagesOf(Library& library, std::span<const std::int64_t> studies);
// The images that lie in these files, in their order, by frame and id.
std::vector<std::vector<LibraryImage>> imagesInFiles(Library& library, std::span<const std::int64_t> files);
// Some images with a larger id than `after`, by id, that a file is expected of; what hangs is not decided.
std::vector<LibraryImage> imagesAfter(Library& library, std::int64_t after, int limit);
// Decides what hangs and sorts, by the rules of core/study/slots: the images of one study. One whose file is missing or
// refused hangs where there is no other, one that its data set does not publish nowhere.
void hang(std::vector<LibraryImage>& images);

// Which of a study's images, hung and sorted, its four places show: those that hang there; of a study that none hangs
// of up to four extras, right ones on the left. -1: none.
std::array<int, 4> placesOf(const std::vector<LibraryImage>& images);

// What hangs in a study's four places: ids of images in the order of Slot, 0 where none does.
struct HungImages
{
    std::int64_t study = 0;
    std::array<std::int64_t, 4> images{};
};
std::vector<HungImages> hungImages(Library& library); // of every study that has images, by its id

// What the library keeps of a header for these rules.
std::int64_t flagsOf(const StudyImage& image);
std::string takenAt(const StudyImage& image);
std::string typeOf(const StudyImage& image);      // "2D", "cview" or "3D", as EMBED's tables say it
std::string modifiersOf(const StudyImage& image); // labels of ViewKind, a comma between; "" where there are none

} // namespace mama
