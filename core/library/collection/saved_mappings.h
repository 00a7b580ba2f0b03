#pragma once
#include "core/library/collection/library.h"
#include "core/tables/importers/mapped_set.h"

namespace mama {

// Mappings of tables' columns that a library keeps by name.
std::map<std::string, TableMapping> savedMappings(Library& library);
Change saveMapping(Library& library, const std::string& name, const TableMapping& mapping); // in another's place too
Change removeMapping(Library& library, const std::string& name);
// The mapping for a table: the saved one that names most of its columns and all of whose columns it has, else by the
// columns' names. library: may be null.
TableMapping mappingFor(Library* library, std::span<const std::string> heading);

} // namespace mama
