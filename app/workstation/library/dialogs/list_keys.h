#pragma once

class QLineEdit;
class QListWidget;

namespace mama {

// Up and Down in the line choose in the list while one types. The list must outlive the line.
void letLineChoose(QLineEdit& line, QListWidget& list);

} // namespace mama
