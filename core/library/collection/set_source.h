#pragma once
#include "core/library/collection/library.h"
#include "core/tables/importers/set_rows.h"

namespace mama {

// What is to be imported: a data set's folder, by the reader of a name or, without one, as what its tables are
// recognised as.
struct SetSource
{
    std::filesystem::path root;
    std::string name;
};

// Its rows, read by the words that the library has for it. library: null, there is none yet. Error as the readers say.
SetRows readSet(const SetSource& source, Library* library);

} // namespace mama
