#pragma once
#include "core/image/geometry.h"
#include "core/image/grey_pipeline.h"
#include "core/image/stored_image.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mama {

// How pictures become model input; named and versioned, part of every cache key. A profile is data:
// resources/profiles/*.json holds the built-in four, a model folder may name further files of the same form.
struct Profile
{
    std::string name = "mama"; // mama-embed-reference | mama-rsna-reference | mama | mama-aspect | a file's own
    int version = 1;
    int size = 518;             // model input is size x size
    bool reference = false;     // 8-bit conversion by the maximum, square padding, whole-box Otsu, Pillow-like resize
    int firstLongSide = 0;      // reference: area resize to this long side first (1080), 0 = none
    bool jpeg = false;          // reference: JPEG of quality 75 in between
    int squareSide = 518;       // reference: long side before Otsu (518 EMBED, 1024 RSNA)
    bool keepAspect = false;    // padded on the side away from the chest wall
    float mean = 0.5F, deviation = 0.5F;
};

const std::vector<Profile>& builtInProfiles();
// A built-in profile by name, or a JSON file. Error(Usage) lists the names there are.
Profile findProfile(const std::string& nameOrPath);

struct PreparedImage
{
    Profile profile;
    Geometry geometry;
    int size = 0;
    std::vector<float> values; // [size, size], one of three equal channels, normalised
    Raster<std::uint8_t> seenGrey; // [size, size] before normalisation, 0-255 (reference: exact 8-bit picture)
    Raster<std::uint8_t> breast;   // [stored rows / 8 up, stored columns / 8 up] 1 inside the breast
    int otsuThreshold = -1;        // of the 8-bit image that was thresholded; -1 when none
    bool cropped = true;           // false: no bright pixel, whole image used
};

// size 0: the profile's own. patch: pixels a patch of the model's grid.
PreparedImage prepare(const StoredImage& image, const GreyPipeline& pipeline, const Profile& profile, int size = 0, int patch = 14);

} // namespace mama
