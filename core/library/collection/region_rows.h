#pragma once
#include <vector>

namespace SQLite {
class Statement;
}

namespace mama {

// A region's numbers as its row keeps them, float32 one after another.
std::vector<float> numbersAt(SQLite::Statement& row, int column);
void bindNumbers(SQLite::Statement& statement, int place, const std::vector<float>& numbers); // must outlive its run

} // namespace mama
