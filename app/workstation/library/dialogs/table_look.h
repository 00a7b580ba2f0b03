#pragma once

class QTableView;

namespace mama {

// A list of a dialog: rows as high as a line, headings above the beginnings of their cells, left by Tab.
void lookLikeList(QTableView& table);
// Columns as wide as what they hold, but for the last, which fills the rest, also of a table that was hidden before.
void fitColumns(QTableView& table);

} // namespace mama
