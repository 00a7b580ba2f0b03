#pragma once
#include "core/base/user_text.h"
#include "core/dicom/codec/sample_values.h"
#include "core/image/grey_pipeline.h"

#include <optional>

class DcmItem;

namespace mama {

// LUT Descriptor (0028,3002) and LUT Data (0028,3006) of a modality or VOI LUT item, any representation, 8-bit
// entries one or two a word. signedInput: the first mapped value may be negative. Empty with a warning if unusable.
std::optional<LookupTable> readLookupTable(DcmItem& item, bool signedInput, std::vector<UserText>& warnings);

// A VOI LUT whose entries need more bits than its descriptor says, or far fewer than the 16 that many writers give as
// the size of their words: the table's own range is taken, with a warning. Fewer bits than another number says: a
// warning.
void settleRange(LookupTable& table, std::vector<UserText>& warnings);

// The three palette tables (0028,1101)-(0028,1203), segmented ones (0028,1221)-(0028,1223) expanded.
// Error(Format) names the tag if a table is missing.
Palette readPalette(DcmItem& dataset, const PixelLayout& layout, const std::string& where);

} // namespace mama
