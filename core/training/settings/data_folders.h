#pragma once
#include "core/tables/importers/importer.h"
#include "core/training/settings/settings.h"

namespace mama {

// Where the data set of data.root, data.images and data.tables lies: what is not given is images/ and tables/ of the
// root, or the root itself where it has none. Looks at the disk. Error(Usage) if neither root nor tables are given.
DataSetFolders dataFolders(const Settings& settings);

// Where the cohort.json of a library's hand-over would lie: in data.root, else beside data.split_file; may be empty.
std::filesystem::path handoverFolder(const Settings& settings);

} // namespace mama
