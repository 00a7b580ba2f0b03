#pragma once
#include "core/base/user_text.h"

#include <optional>

namespace SQLite {
class Database;
}

namespace mama {

// Of a cohort: patients of different data sets that have the same key and a file name or SOP instance in common, and
// are not known to be one person. A split may put such a woman into two parts. Empty: there are none.
std::optional<UserText> sharedWomen(SQLite::Database& database, std::int64_t cohort);

} // namespace mama
