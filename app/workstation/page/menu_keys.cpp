#include "app/workstation/page/menu_keys.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMenu>

namespace mama {
namespace {

class LetterKeeper : public QObject
{
public:
    using QObject::QObject;

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::ShortcutOverride &&
            !(static_cast<QKeyEvent*>(event)->modifiers() & (Qt::ControlModifier | Qt::AltModifier))) {
            event->accept();
            return true;
        }
        return QObject::eventFilter(watched, event);
    }
};

} // namespace

void keepLettersInMenu(QMenu& menu) { menu.installEventFilter(new LetterKeeper(&menu)); }

} // namespace mama
