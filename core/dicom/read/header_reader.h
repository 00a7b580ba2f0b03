#pragma once
#include "core/dicom/read/image_file.h"

class DcmItem;

namespace mama {

// The facts of a data set that hanging, geometry and provenance need. Pixel facts (rows to frames) are those of
// the tags as they stand. Never throws on odd values: they are left out, with a warning where it matters.
ImageHeader readHeader(DcmItem& dataset);

// What kind of object it is, from its SOP class and whether it has pixels.
FileKind kindOf(const std::string& sopClass, const std::string& modality, bool hasPixels, int bitsAllocated);

} // namespace mama
