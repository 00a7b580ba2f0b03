#pragma once

class QTableView;

namespace mama {

// A list of a dialog: rows as high as a line, headings above the beginnings of their cells, left by Tab.
void lookLikeList(QTableView& table);

} // namespace mama
