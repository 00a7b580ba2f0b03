#pragma once
#include "core/dicom/codes/side.h"
#include "core/image/stored_image.h"
#include "core/study/orientation.h"

#include <filesystem>
#include <optional>
#include <string>

namespace mama {

class PictureSurvey;

// What one reading of an image's pixels gave for a list of studies. Kept as stored, with what tells how it hangs: a
// side that a table corrects later needs no second reading.
struct Thumb
{
    static constexpr int longestSide = 256, quality = 80;
    // Raised when thumbnails come to look otherwise, or files are read that were not before: all are made anew.
    static constexpr int renderer = 1;

    std::vector<std::byte> jpeg; // grey by the image's first window, padding black; empty: see fault
    int rows = 0, columns = 0;   // of the image, stored pixels
    PixelEvidence evidence;      // where its chest wall and breast are
    std::pair<std::string, std::string> patientOrientation; // (0020,0020) row, column
    std::string fault;                                      // why the file gives no picture, in English
};

// Of a frame that is read and looked at already.
Thumb thumbOf(const PictureSurvey& picture, const ImageHeader& header);

// One reading of the file. frame: 0-based; empty: of a stack its middle slice. What is wrong with the file's content is
// its fault; Error(Io) and std::bad_alloc are thrown, since they may be gone next time.
Thumb makeThumb(const std::filesystem::path& path, std::optional<int> frame);

// A thumbnail as it hangs, chest wall inward.
struct HungThumb
{
    Raster<std::uint8_t> picture; // empty: a damaged thumbnail
    bool mirrored = false, flipped = false;
    // Where the breast begins at the chest wall, as hung: share of the picture's width; at the edge where unknown.
    double wall = 0;
};
HungThumb hang(const Thumb& thumb, Side side, const std::string& view);

} // namespace mama
