#pragma once
#include "core/library/collection/set_import.h"
#include "core/phantom/phantom.h"
#include "core/tables/importers/data_sets.h"

#include <stdexcept>

namespace mama::test {

// A new library in `library` of so many small phantoms, which are written to `phantoms`.
inline void makePhantomLibrary(const std::filesystem::path& library, const std::filesystem::path& phantoms,
                               std::pair<std::uint64_t, int> seedAndStudies)
{
    PhantomOptions options;
    options.folder = phantoms;
    options.seed = seedAndStudies.first;
    options.studies = seedAndStudies.second;
    options.rows = 128;
    options.columns = 104;
    if (!writePhantoms(options, {}))
        throw std::runtime_error("no phantoms were written");
    Library::create(library);
    Library made(library);
    importSet(made, readEmbedSet(phantoms));
}

} // namespace mama::test
