#pragma once
#include "core/tables/importers/set_rows.h"

#include <span>

namespace mama {

// A finding that an earlier import brought.
struct KnownFinding
{
    std::int64_t id = 0, image = 0, content = 0; // image: that its box lies in; 0: none
    std::string side, kinds, row;                // row: "clinical.csv:12"
    int number = 0;
};

// A row of the tables, as it is compared with those.
struct TableFinding
{
    const SetFinding* finding = nullptr;
    std::int64_t image = 0; // that its box lies in; 0: none
};

// Which of a study's known findings each row is, by index; -1: it is a new one. A row that has not changed is known by
// its content. The others are the same finding where image, side and number agree, then side and number, then the
// number alone: of several alike the first that is left.
std::vector<std::ptrdiff_t> matchFindings(std::span<const KnownFinding> known, std::span<const TableFinding> rows);

} // namespace mama
