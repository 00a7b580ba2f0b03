#pragma once
#include <map>
#include <string>

namespace SQLite {
class Database;
}

namespace mama {

// What the codes of labels mean, as the data sets' legends say: by task and code. Where two sets say it differently,
// both.
using CodeMeanings = std::map<std::pair<std::string, std::string>, std::string>;
// dataset 0: of all.
CodeMeanings codeMeanings(SQLite::Database& database, std::int64_t dataset = 0);

} // namespace mama
