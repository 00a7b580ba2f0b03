#pragma once
#include "core/dicom/codes/side.h"
#include "core/dicom/codes/view_codes.h"
#include "core/image/geometry.h"
#include "core/image/grey_pipeline.h"
#include "core/image/stored_image.h"

#include <filesystem>
#include <string>

namespace mama {

// A synthetic mammogram to be written. Pixels lie as stored: chest wall at the left edge of a left breast and at the
// right edge of a right one, which the patient orientation says. Every object states that it is synthetic.
struct SyntheticMammogram
{
    Raster<std::uint16_t> pixels; // MONOCHROME2, at most 2^bitsStored - 1
    int bitsStored = 12;          // 9 to 16 of 16
    Side side = Side::Left;       // or Right
    View view = View::CC;         // or MLO
    Spacing spacing;              // mm at the detector
    double windowCentre = 2048, windowWidth = 4096;
    WindowFunction window = WindowFunction::Linear; // or Sigmoid
    std::string studyUid, seriesUid, sopUid, patientId, accession;
    std::string date; // YYYYMMDD
    std::string studyDescription, model;
    int instance = 1;
};

// Digital Mammography X-Ray Image Storage, For Presentation, explicit little endian. The file appears complete or not
// at all. Error(Usage) for pixels, bits, spacing, a place or a window that no such object may hold, Error(Io) naming
// the file.
void writeMammogram(const std::filesystem::path& path, const SyntheticMammogram& image);

} // namespace mama
