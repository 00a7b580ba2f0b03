#include "app/workstation/page/page.h"

#include "app/workstation/look/icons.h"
#include "app/workstation/page/menu_keys.h"

#include <QAction>
#include <QMenu>
#include <QVBoxLayout>

namespace mama {

Page::Page(const QString& name, const QString& title, QWidget* parent)
    : QWidget(parent), m_title(title), m_head(new QVBoxLayout)
{
    setObjectName(name);
    m_head->setContentsMargins(0, 0, 0, 0);
    m_head->setSpacing(0);
}

QAction* Page::make(Command command)
{
    auto* action = new QAction(command.title, this);
    action->setObjectName(QLatin1String(command.id));
    if (const QString icon = QString::fromLatin1(command.icon); !icon.isEmpty()) {
        action->setProperty("icon", icon); // to be drawn again when the theme changes
        action->setIcon(themedIcon(icon));
    }
    connect(action, &QAction::triggered, this, [this, action, command = std::move(command)] { run(*action, command); });
    m_commands.push_back(action);
    return action;
}

void Page::run(QAction& action, const Command& command)
{
    if (!command.escapes)
        Q_EMIT acting();
    const QString why = whyNot(action);
    if (why.isEmpty())
        return command.act();
    if (action.isCheckable())
        action.setChecked(!action.isChecked()); // as it was
    Q_EMIT told(why, false);
}

QAction* Page::add(const QString& menu, Command command)
{
    QAction* action = make(std::move(command));
    m_menus.push_back({menu, action});
    return action;
}

QAction* Page::add(QMenu* submenu, Command command)
{
    QAction* action = make(std::move(command));
    submenu->addAction(action);
    return action;
}

void Page::addLine(const QString& menu)
{
    auto* line = new QAction(this);
    line->setSeparator(true);
    m_menus.push_back({menu, line});
}

QMenu* Page::addSubmenu(const QString& menu, const QString& title)
{
    auto* submenu = new QMenu(title, this);
    keepLettersInMenu(*submenu);
    m_menus.push_back({menu, submenu->menuAction()});
    return submenu;
}

} // namespace mama
