#pragma once
#include "core/base/progress.h"
#include "core/library/collection/library.h"
#include "core/tables/importers/mapped_set.h"

namespace mama {

// What is to be imported: a data set's folder, by the reader of a name or, without one, as what its tables are
// recognised as; or, as "folder", any folder of images, with a table whose columns are mapped or without one.
struct SetSource
{
    std::filesystem::path root;
    std::string name;
    std::filesystem::path table{}; // of "folder"; empty: none
    TableMapping mapping{};        // empty: mappingFor() its heading
};
inline constexpr const char* folderSource = "folder";

// Its rows, read by the words that the library has for it. library: null, there is none yet. Error as the readers say.
SetRows readSet(const SetSource& source, Library* library, const Job& job = {});

} // namespace mama
