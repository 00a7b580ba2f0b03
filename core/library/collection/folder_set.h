#pragma once
#include "core/base/progress.h"
#include "core/tables/importers/set_rows.h"

namespace mama {

// Any folder of DICOM or other images without a table, as rows of the library: exams and women as the headers say, of
// loose images by their folder. What is no image is told in the report. Empty: cancelled.
Cancellable<SetRows> readFolderSet(const std::filesystem::path& root, const Job& job = {});

} // namespace mama
