#pragma once
#include "core/tables/importers/importer.h"

namespace mama {

// EMBED's tables and the layout that phantoms share (datasets.md 2). Images are looked for by the table's path, and by
// its last parts under the images' folder. lesions.csv in the root gives the masks of masses and calcifications,
// by the image's path where it has a column for it; studies.csv says that the set is a phantom one, and so does the
// cohort.json of a library's hand-over.
const Importer& embedImporter();

} // namespace mama
