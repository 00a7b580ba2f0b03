#pragma once
#include "core/image/geometry.h"
#include "core/image/grey_pipeline.h"
#include "core/image/stored_image.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace mama {

// How pictures become model input; named and versioned, part of every cache key. A profile is data:
// resources/profiles/*.json holds the built-in four, a model folder may name further files of the same form.
struct Profile
{
    std::string name = "mama"; // mama-embed-reference | mama-rsna-reference | mama | mama-aspect | a file's own
    int version = 1;
    int size = defaultInputSize; // model input is size x size
    bool reference = false;      // 8-bit conversion by the maximum, square padding, whole-box Otsu, Pillow-like resize
    bool scaleToMaximum = true;  // reference: the maximum becomes 255; false: 8-bit pictures as they are
    int firstLongSide = 0;       // reference: area resize to this long side first (1080), 0 = none
    bool jpeg = false;           // reference: saved as JPEG and read back in between
    int jpegQuality = 75;
    int squareSide = defaultInputSize; // reference: long side before Otsu (518 EMBED, 1024 RSNA)
    bool keepAspect = false;           // padded on the side away from the chest wall
    float mean = 0.5F, deviation = 0.5F;
};

const std::vector<Profile>& builtInProfiles();
// A built-in profile by name, or a JSON file. Error(Usage) lists the names there are.
Profile findProfile(const std::string& nameOrPath);
// The form of resources/profiles/*.json. Error(Format) names the field that is unknown, missing or impossible.
Profile profileFromJson(const nlohmann::json& json);
nlohmann::json toJson(const Profile& profile);

struct PreparedImage
{
    Profile profile;
    Geometry geometry;
    int size = 0;
    std::vector<float> values;     // [size, size], one of three equal channels, normalised
    Raster<std::uint8_t> seenGrey; // [size, size] before normalisation, 0-255 (reference: exact 8-bit picture)
    Raster<std::uint8_t> breast;   // [stored rows / 8 up, stored columns / 8 up] 1 inside the breast
    int otsuThreshold = -1;        // of the 8-bit picture that was thresholded; -1 when no pixel is above it
    bool cropped = true;           // false: no bright pixel, whole image used
    // reference only: the 8-bit pictures between the steps, for comparison with the reference's own
    struct Stages
    {
        Raster<std::uint8_t> eightBit, firstResize, square;
    };
};

struct PrepareOptions
{
    int size = 0;                            // pixels of the model's input; 0: the profile's own
    int patch = defaultPatch;                // pixels of a patch of the model's grid
    PreparedImage::Stages* stages = nullptr; // gets the reference pipeline's pictures
};

// Error(Data) for an image without pixels.
//
// The float pipeline (reference = false): modality, MONOCHROME1 turned over, padding black; 0..1 spans the unpadded
// values without the outermost 1e-5 of the pixels (at least 4) at either end, so that a hot pixel changes nothing;
// crop = box of what is above Otsu's threshold in the breast, the largest component of a copy reduced to at most 512
// pixels; then one
// resize from full resolution, area means where it shrinks, linear where it grows.
PreparedImage prepare(const StoredImage& image, const GreyPipeline& pipeline, const Profile& profile,
                      const PrepareOptions& options = {});

} // namespace mama
