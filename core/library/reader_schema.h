#pragma once
#include "core/library/database.h"

namespace mama {

// Of the file with the reader's own work.
const Schema& readerSchema();

} // namespace mama
