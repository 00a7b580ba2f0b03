#include "app/workstation/shell/shortcuts.h"

#include <QAction>
#include <QMenu>
#include <algorithm>

namespace mama {

void giveShortcut(QAction& action, const QKeySequence& key)
{
    action.setShortcut(key);
    const int first = key.isEmpty() ? 0 : key[0].key();
    const bool always = !action.property(ofPictures).toBool() || (first >= Qt::Key_F1 && first <= Qt::Key_F35);
    action.setShortcutContext(always ? Qt::WindowShortcut : Qt::WidgetShortcut);
}

QString placeInMenus(const QAction& action)
{
    QString text = action.text();
    for (const QAction* of = &action; of;) {
        const auto homes = of->associatedObjects();
        const auto menu = std::find_if(homes.begin(), homes.end(), [](const QObject* each) {
            return qobject_cast<const QMenu*>(each) && !each->property("ofTools").toBool();
        });
        if (menu == homes.end())
            break;
        of = static_cast<const QMenu*>(*menu)->menuAction();
        if (!of->text().isEmpty()) // not the menu bar's own
            text.prepend(of->text() + QStringLiteral(" ▸ "));
    }
    return text.remove(QLatin1Char('&'));
}

} // namespace mama
