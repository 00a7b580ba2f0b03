#pragma once
#include "core/library/collection/set_writer.h"

namespace mama {

// What the parts of SetWriter's work share.
inline std::string sideText(char side) { return side == ' ' ? std::string() : std::string(1, side); }

inline std::string labelKey(const char* level, std::int64_t target, std::string_view side, std::string_view task)
{
    return std::string(level) + '|' + std::to_string(target) + '|' + std::string(side) + '|' + std::string(task);
}

struct SetWriter::Statements
{
    explicit Statements(SQLite::Database& database);
    ~Statements();
    std::unique_ptr<SQLite::Statement> patient, study, findFolder, folder, file, image, finding, annotation, label,
        replace, mask;
};

} // namespace mama
