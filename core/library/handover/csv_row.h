#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace mama {

// A line of a CSV file, with quotes where they are needed.
void writeCsvRow(std::ostream& out, const std::vector<std::string>& fields);

} // namespace mama
