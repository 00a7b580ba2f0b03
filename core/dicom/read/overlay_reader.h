#pragma once
#include "core/dicom/read/image_file.h"

class DcmItem;

namespace mama {

// Overlay planes (60xx), those with data of their own; embedded gives those in the pixels' unused high bits: the
// words of the first frame as stored, and their size. Planes that are larger than their data are left out.
std::vector<OverlayPlane> readOverlays(DcmItem& dataset, const std::vector<std::uint16_t>& embedded, int rows,
                                       int columns);

// Whether a plane lies in the pixels' high bits.
bool hasEmbeddedOverlay(DcmItem& dataset);

} // namespace mama
