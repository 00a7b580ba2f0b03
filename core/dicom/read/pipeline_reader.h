#pragma once
#include "core/base/user_text.h"
#include "core/dicom/codec/pixel_layout.h"
#include "core/image/grey_pipeline.h"

class DcmItem;

namespace mama {

// The grey pipeline of one frame from its tags, functional groups before the image level. Windows of an invalid
// width and unusable tables are left out with a warning.
GreyPipeline readPipeline(DcmItem& dataset, int frame, const PixelLayout& layout, std::vector<UserText>& warnings);

} // namespace mama
