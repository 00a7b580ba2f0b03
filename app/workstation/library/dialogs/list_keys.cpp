#include "app/workstation/library/dialogs/list_keys.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <algorithm>

namespace mama {
namespace {

class ListKeys : public QObject
{
public:
    ListKeys(QLineEdit& line, QListWidget& list) : QObject(&line), m_list(list) { line.installEventFilter(this); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() != QEvent::KeyPress)
            return QObject::eventFilter(watched, event);
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key != Qt::Key_Up && key != Qt::Key_Down)
            return QObject::eventFilter(watched, event);
        const int row = m_list.currentRow() + (key == Qt::Key_Down ? 1 : -1);
        m_list.setCurrentRow(std::clamp(row, 0, std::max(m_list.count() - 1, 0)));
        return true;
    }

private:
    QListWidget& m_list;
};

} // namespace

void letLineChoose(QLineEdit& line, QListWidget& list) { new ListKeys(line, list); }

} // namespace mama
