#pragma once
#include "core/base/user_text.h"

#include <cstdint>
#include <map>
#include <optional>

namespace SQLite {
class Database;
}

namespace mama {

// Women of a cohort, as splits know them, who have a picture in common: each with the first one of her group; who
// shares none stands for herself and is left out. By the hash of stored values that the file pass finds, so that copies
// in another syntax or under another header count too; pictures without contrast do not.
std::map<std::int64_t, std::int64_t> personsSharingPictures(SQLite::Database& database, std::int64_t cohort);

// Of a split: what it says of them. Those that were kept together, or that it has put into two parts, as one does that
// was made before their files were read; also how many files of the cohort were not read, if some were. Empty: nothing.
std::optional<UserText> sharedPictures(SQLite::Database& database, std::int64_t cohort, std::int64_t split);

} // namespace mama
