#pragma once
#include <QString>

class QLabel;
class QListWidget;
class QListWidgetItem;
class QWidget;

namespace mama {

// What the lists of the panels have in common.
QLabel* heading(const QString& text, QWidget* parent);
QListWidget* makeList(QWidget* parent, const QString& name);
// Of images that can be dragged to a cell; each item has its image as this data, else it is its row.
constexpr int draggedRole = Qt::UserRole;
QListWidget* makeImageList(QWidget* parent, const QString& name);
// Words, and what is said of them beside.
void tell(QListWidgetItem* item, const QString& text, const QString& tip);

} // namespace mama
