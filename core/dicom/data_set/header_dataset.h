#pragma once
#include "core/dicom/data_set/dicom_source.h"

#include <memory>
#include <vector>

class DcmDataset;

namespace mama {

// The header in DCMTK's form: what scanDataSet found before the pixel data. joined holds its bytes where they are not
// one piece, and must outlive the result. Error(Format) names the offset up to which it could be read.
std::unique_ptr<DcmDataset> readHeaderDataset(const DicomSource& source, const DataSetScan& scan,
                                              std::vector<std::byte>& joined);

} // namespace mama
