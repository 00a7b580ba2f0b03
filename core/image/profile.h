#pragma once
#include "core/image/geometry.h"
#include "core/image/grey_pipeline.h"
#include "core/image/stored_image.h"

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace mama {

// How pictures become model input; named and versioned, part of every cache key. A profile is data:
// resources/profiles/*.json holds the built-in ones, a model folder may name further files of the same form.
struct Profile
{
    enum class Pipeline {
        Float,     // ours: MaMA's own
        Reference, // MaMA's: 8-bit conversion by the maximum, square padding, whole-box Otsu, Pillow-like resize
        MammoClip, // Mammo-CLIP's: 8 bits by the range, box of the breast, area resize, range 0..1 again
        EightBit   // other models': 8 bits by the range, one resize as a picture library's
    };
    // How a picture of other sides than the input's is brought into it. Pad is ours: nothing is cut off or distorted.
    enum class Fit { Stretch, CentreCrop, Pad };
    enum class Resizer { PillowBilinear, PillowBicubic, TensorFlowBilinear };

    std::string name = "mama"; // of a built-in one, or a file's own
    int version = 1;
    std::string description; // for people: what is done, cut off, distorted
    Pipeline pipeline = Pipeline::Float;
    Extent size = defaultInputSize;    // of the model's input
    int stride = defaultPatch;         // pixels from cell to cell of the models that it is made for
    bool scaleToMaximum = true;        // Reference: the maximum becomes 255; false: 8-bit pictures as they are
    int firstLongSide = 0;             // Reference: area resize to this long side first (1080), 0 = none
    bool jpeg = false;                 // Reference: saved as JPEG and read back in between
    int jpegQuality = 75;              //
    int squareSide = defaultInputSize; // Reference: long side before Otsu (518 EMBED, 1024 RSNA)
    bool keepAspect = false;           // Float, MammoClip: padded on the side away from the chest wall
    Fit fit = Fit::Stretch;            // EightBit, as the next two
    Resizer resizer = Resizer::PillowBicubic;
    bool cropHalfEven = true; // offset of a centre crop: half to even as torchvision, else cut off
    std::array<float, 3> mean{0.5F, 0.5F, 0.5F}, deviation{0.5F, 0.5F, 0.5F}; // of the three channels

    CellSize cell(const Extent& input) const; // of the grid over an input of that size
};

const std::vector<Profile>& builtInProfiles();
// A built-in profile by name, or a JSON file. Error(Usage) lists the names there are.
Profile findProfile(const std::string& nameOrPath);
// The form of resources/profiles/*.json. Error(Format) names the field that is unknown, missing or impossible.
Profile profileFromJson(const nlohmann::json& json);
nlohmann::json toJson(const Profile& profile);
// The profile with what a model's own configuration says: some of "rows", "columns", "mean", "deviation", "resizer",
// "crop_half_even". Errors as above.
Profile withSettings(Profile profile, const nlohmann::json& settings);

struct PreparedImage
{
    Profile profile;
    Geometry geometry;
    Extent size;
    std::vector<float> values;     // [rows, columns], the first channel, normalised
    std::vector<float> unit;       // the same in 0..1 before normalisation where the channels differ, else empty
    Raster<std::uint8_t> seenGrey; // [rows, columns] before normalisation, 0-255 (8-bit pipelines: the exact picture)
    Raster<std::uint8_t> breast;   // [stored rows / 8 up, stored columns / 8 up] 1 inside the breast
    int otsuThreshold = -1;        // of the 8-bit picture that was thresholded; -1 when no pixel is above it
    bool cropped = true;           // false: no bright pixel, whole image used
    // Reference only: the 8-bit pictures between the steps, for comparison with the reference's own
    struct Stages
    {
        Raster<std::uint8_t> eightBit, firstResize, square;
    };
};

struct PrepareOptions
{
    Extent size;                             // pixels of the model's input; 0: the profile's own
    CellSize patch;                          // pixels of a cell of the model's grid; 0: as the profile says
    PreparedImage::Stages* stages = nullptr; // gets the reference pipeline's pictures
};

// Error(Data) for an image without pixels, and for one of a single value where that cannot be scaled.
//
// The float pipeline: modality, MONOCHROME1 turned over, padding black; 0..1 spans the unpadded
// values without the outermost 1e-5 of the pixels (at least 4) at either end, so that a hot pixel changes nothing;
// crop = box of what is above Otsu's threshold in the breast, the largest component of a copy reduced to at most 512
// pixels; then one
// resize from full resolution, area means where it shrinks, linear where it grows.
PreparedImage prepare(const StoredImage& image, const GreyPipeline& pipeline, const Profile& profile,
                      const PrepareOptions& options = {});

// What a model is given: [3, rows, columns], each channel normalised by its own mean and deviation.
std::vector<float> inputOf(const PreparedImage& prepared);

} // namespace mama
