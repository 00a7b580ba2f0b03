#pragma once
#include "core/image/stored_image.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// From stored integers to what a screen shows, in the one order of the standard (PS3.3 C.11, PS3.4 N.2):
// stored -> padding -> modality LUT or rescale -> VOI window or LUT -> polarity -> display.
// Pure arithmetic; core/dicom fills the description from a file's tags.
namespace mama {

// A lookup table: PS3.3 C.11.1.1. Input below firstMapped gives the first entry, above the last.
struct LookupTable
{
    int firstMapped = 0;
    int bits = 16; // of each entry
    std::vector<std::uint16_t> entries;
    std::string explanation;
};

enum class WindowFunction { Linear, LinearExact, Sigmoid };

struct Window
{
    double centre = 0;
    double width = 1;
    WindowFunction function = WindowFunction::Linear;
    std::string explanation; // as the file says, or "auto" when made from the pixels
};

// One entry of the list that a reader chooses from: the windows in stored order, then the VOI LUTs.
struct VoiChoice
{
    std::optional<Window> window;
    std::optional<LookupTable> table;
    const std::string& explanation() const { return window ? window->explanation : table->explanation; }
};

struct GreyPipeline
{
    std::optional<std::pair<std::int64_t, std::int64_t>> padding; // closed range of stored values that are no picture
    std::optional<LookupTable> modalityTable;                     // else slope and intercept
    double slope = 1;
    double intercept = 0;
    std::vector<VoiChoice> voi; // may be empty: then the range of the unpadded pixels
    bool inverted = false;      // MONOCHROME1: applied once, after VOI
    int bits = 0;               // BitsStored, for colour only: full scale is 2^bits - 1; 0: that of the sample type
};

// The stored sample as an integer, sign included; index counts samples (interleaved for colour).
std::int64_t storedValue(const StoredImage& image, std::size_t index);

// float32 after modality LUT or rescale, [rows, columns]; padded pixels keep their mapped value. Colour gives
// its luminance (ITU-R BT.601, rounded to stored units) and no modality step, which colour does not have.
Raster<float> modalityValues(const StoredImage& image, const GreyPipeline& pipeline);

// True where the stored value lies in the padding range; all false for colour.
Raster<std::uint8_t> paddingMask(const StoredImage& image, const GreyPipeline& pipeline);

// A choice's window; of a table, which has none, the one that covers its inputs.
Window windowOf(const VoiChoice& voi);

// VOI output in 0..1 of one value after modality, before polarity. Formulas: PS3.3 C.11.2.1.
double applyWindow(const Window& window, double value);
// The entry over 2^bits - 1, at most 1. A value between two inputs is rounded to the nearer.
double applyTable(const LookupTable& table, double value);
// A value through modality LUT or rescale.
double applyModality(const GreyPipeline& pipeline, std::int64_t stored);

// The window that covers the unpadded pixels' full range, named "auto": lowest 0, highest 1.
Window automaticWindow(const StoredImage& image, const GreyPipeline& pipeline);

// 8-bit picture as the window shows it, [rows, columns]: choice is an index into pipeline.voi (ignored when that
// is empty); padding is black whatever the polarity; values round half up. Colour gives its luminance.
Raster<std::uint8_t> displayImage(const StoredImage& image, const GreyPipeline& pipeline, std::size_t choice = 0);

// Colour for the screen: [rows, columns, 3], RGB, full scale to 255. Only for images of three channels.
std::vector<std::uint8_t> displayColour(const StoredImage& image, const GreyPipeline& pipeline);

} // namespace mama
