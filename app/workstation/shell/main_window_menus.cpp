// Menus, keys and what the shell's own commands do.
#include "app/workstation/look/icons.h"
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/page/menu_keys.h"
#include "app/workstation/screens/pictures_apart.h"
#include "app/workstation/screens/view_apart.h"
#include "app/workstation/shell/command_palette.h"
#include "app/workstation/shell/keys_dialog.h"
#include "app/workstation/shell/main_window.h"
#include "app/workstation/shell/message_strip.h"
#include "app/workstation/shell/shortcuts.h"
#include "core/base/error.h"
#include "core/keys/key_map.h"
#include "widgets/look/sentence.h"

#include <QActionGroup>
#include <QApplication>
#include <QMenuBar>
#include <QMessageBox>
#include <algorithm>
#include <tuple>

namespace mama {

QMenu* MainWindow::menu(const QString& englishTitle)
{
    QMenu*& found = m_menus[englishTitle];
    if (!found) {
        found = new QMenu(QCoreApplication::translate("Menu", englishTitle.toUtf8().constData()), this);
        keepLettersInMenu(*found);
        const auto help = m_menus.find(QStringLiteral("&Help")); // stays the last
        menuBar()->insertMenu(help == m_menus.end() || help->second == found ? nullptr : help->second->menuAction(),
                              found);
    }
    return found;
}

void MainWindow::giveKey(QAction& action)
{
    const std::string key = m_keys.choice().keyOf(action.objectName().toStdString());
    giveShortcut(action, QKeySequence::fromString(QString::fromStdString(key), QKeySequence::PortableText));
    m_commands.push_back(&action);
}

QAction* MainWindow::command(QMenu* menu, const char* id, const QString& title, std::function<void()> act)
{
    QAction* action = menu->addAction(title);
    action->setObjectName(QLatin1String(id));
    connect(action, &QAction::triggered, this, std::move(act));
    giveKey(*action);
    return action;
}

// The shell's frame and what the pages offer; a page's own menus stand before Help.
void MainWindow::buildMenus()
{
    QMenu *file = menu(QStringLiteral("&File")), *help = nullptr, *view = nullptr;
    menu(QStringLiteral("&Study"));
    view = menu(QStringLiteral("&View"));
    menu(QStringLiteral("&Model"));
    help = menu(QStringLiteral("&Help"));
    for (Page* page : m_pages)
        command(view, ("view." + page->objectName().toUtf8()).constData(), page->title(),
                [this, page] { showPage(*page); });
    view->addSeparator();
    for (const Page* page : m_pages) {
        for (const Page::MenuEntry& entry : page->menus())
            menu(entry.menu)->addAction(entry.action);
        for (QAction* action : page->commands())
            giveKey(*action);
    }
    file->addSeparator();
    command(file, "file.quit", tr("&Quit"), [this] { close(); });
    view->addSeparator();
    buildThemes(view->addMenu(tr("T&heme")));
    m_panels = view->addMenu(tr("&Panels"));
    command(view, "view.fullscreen", tr("&Full screen"), [this] {
        QWidget* whole = this; // or the window of pictures that has the keyboard
        for (QWidget* apart : {m_read->apart().window(), m_read->viewApart().window()})
            whole = apart && apart->isActiveWindow() ? apart : whole;
        whole->isFullScreen() ? whole->showNormal() : whole->showFullScreen();
    });
    command(help, "help.commands", tr("Find a &command…"), [this] { showPalette(); });
    command(help, "help.keys", tr("&Keys and mouse…"), [this] { showKeys(); });
    command(help, "help.about", tr("&About MaMA Workstation"), [this] { showAbout(); });
    std::stable_sort(m_commands.begin(), m_commands.end(), [](const QAction* a, const QAction* b) {
        return placeInKeyMap(a->objectName().toStdString()) < placeInKeyMap(b->objectName().toStdString());
    });
    showKeysInTips();
}

void MainWindow::buildThemes(QMenu* menu)
{
    auto* themes = new QActionGroup(this);
    const Theme chosen = themeFromName(m_settings.value(settings_keys::theme).toString());
    for (const auto& [kind, id, title] : {std::tuple{Theme::System, "view.theme.desktop", tr("As the &desktop")},
                                          {Theme::Dark, "view.theme.dark", tr("D&ark")},
                                          {Theme::Light, "view.theme.light", tr("&Light")}}) {
        QAction* action = command(menu, id, title, [this, value = kind] { setTheme(value); });
        action->setCheckable(true);
        action->setChecked(kind == chosen);
        themes->addAction(action);
    }
}

void MainWindow::showKeysInTips()
{
    for (QAction* action : m_commands) {
        const QString title = action->text().remove(QLatin1Char('&')),
                      key = action->shortcut().toString(QKeySequence::NativeText);
        action->setToolTip(key.isEmpty() ? title : tr("%1 (%2)").arg(title, key));
    }
}

void MainWindow::setTheme(Theme theme)
{
    m_settings.setValue(settings_keys::theme, nameOf(theme));
    applyTheme(*qApp, theme);
    for (QAction* action : m_commands)
        if (const QString icon = action->property("icon").toString(); !icon.isEmpty())
            action->setIcon(themedIcon(icon));
}

void MainWindow::showKeys()
{
    KeysDialog dialog(m_commands, m_keys.choice(), this);
    if (dialog.exec() == QDialog::Accepted)
        takeKeys(dialog.choice());
}

void MainWindow::takeKeys(const KeyChoice& choice)
{
    try {
        if (const QString aside = m_keys.take(choice); !aside.isEmpty())
            m_message->tell(tr("The keys are saved. What stood in keys.json is kept beside it as %1.").arg(aside),
                            false);
    } catch (const Error& error) {
        return m_message->tell(tr("%1 The keys stay as they were.").arg(shownSentence(error)), true);
    }
    for (QAction* action : m_commands) {
        const std::string key = choice.keyOf(action->objectName().toStdString());
        giveShortcut(*action, QKeySequence::fromString(QString::fromStdString(key), QKeySequence::PortableText));
    }
    m_read->view().setMouse(choice.mouse);
    settleKeys(*static_cast<Page*>(m_stack->currentWidget()));
    showKeysInTips();
}

// Of the page on screen and of the window; the keyboard goes back to where it was before the command runs.
void MainWindow::showPalette()
{
    std::vector<QAction*> able;
    for (QAction* command : m_commands) {
        const auto* owner = qobject_cast<const Page*>(command->parent());
        if (!owner || owner == m_stack->currentWidget())
            able.push_back(command);
    }
    auto* palette = new CommandPalette(std::move(able), this);
    connect(palette, &CommandPalette::chosen, this,
            [](QAction* command) { QMetaObject::invokeMethod(command, &QAction::trigger, Qt::QueuedConnection); });
    palette->open();
    palette->activateWindow();
}

void MainWindow::showAbout()
{
    QMessageBox::about(
        this, tr("About MaMA Workstation"),
        tr("<h3>MaMA Workstation %1</h3><p>Research workstation for mammography vision-language models.</p>"
           "<p><b>Not for clinical use.</b></p><p>Method: Du, Onofrey, Dvornek, arXiv 2409.18119. Licence: Apache-2.0.</p>"
           "<p>Similarities are cosines between embeddings, not probabilities. Network access: only what you get on the page Models.</p>")
            .arg(QCoreApplication::applicationVersion()));
}

} // namespace mama
