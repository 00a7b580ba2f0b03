#pragma once
#include <QList>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

class QAction;
class QMenu;
class QVBoxLayout;

namespace mama {

// Why a command cannot be used now: a property of its action, told where commands are searched.
inline constexpr const char* whyDisabled = "whyDisabled";

// A page of the window: a widget of its own, panels and tools included, that offers its commands. The shell gives it a
// tab, its commands a place in the menus and keys (core/keys/key_map.cpp). A further page is a folder with such a class
// and one line in shell/main_window.cpp.
class Page : public QWidget
{
    Q_OBJECT
public:
    struct MenuEntry // a command, a submenu or a line
    {
        QString menu; // by its English title: "&View"
        QAction* action;
    };

    // name: "read", of the command that shows the page ("view.read"); title: "&Read", of its tab and that command.
    Page(const QString& name, const QString& title, QWidget* parent);

    const QString& title() const { return m_title; }
    const std::vector<MenuEntry>& menus() const { return m_menus; }
    const std::vector<QAction*>& commands() const { return m_commands; } // also those of submenus; objectName is the id
    virtual QList<QAction*> panels() const { return {}; }          // that show and hide what stands beside its content
    virtual bool takes(const QStringList&) const { return false; } // files and folders that were dropped
    virtual void open(const QStringList&) {}                       // if it takes them
    // What would be lost if the window closed now, as a question; empty: nothing.
    virtual QString unsaved() const { return {}; }
    virtual void takeKeyboard() { setFocus(); } // it came to the front, and the keyboard is nowhere
    virtual void keep() {}                      // the window closes: settings take what is to be remembered

    // The place above the page's content, between its panels, where the shell puts its tabs and messages.
    QVBoxLayout* head() const { return m_head; }
    // Logical pixels at left and right below that place that panels lie over: messages of several lines leave them
    // free.
    virtual QMargins covered() const { return {}; }
    // What puts the message away that is to be seen; false: there is none.
    void setMessageAway(std::function<bool()> away) { m_messageAway = std::move(away); }

Q_SIGNALS:
    void told(const QString& text, bool isError); // for the strip of messages; empty: nothing more to say
    void outdated(const QString& text);           // what was told is so no more
    void acting();                                // a command begins
    void wanted();                                // the page is to come to the front
    void coveredChanged();

protected:
    struct Command
    {
        const char* id; // stable, for settings and key map: "study.next"
        QString title;
        std::function<void()> act;
        const char* icon = ""; // of resources/icons
        bool escapes = false;  // it puts away what is nearest to the user, one thing a press
    };
    QAction* add(const QString& menu, Command command);
    QAction* add(QMenu* submenu, Command command);
    QAction* make(Command command); // without a place in the menus
    void addLine(const QString& menu);
    QMenu* addSubmenu(const QString& menu, const QString& title);
    // Why this command can do nothing now; empty: it can. It is told in its place.
    virtual QString whyNot(const QAction&) const { return {}; }
    bool putMessageAway() { return m_messageAway && m_messageAway(); }

private:
    void run(QAction& action, const Command& command);

    QString m_title;
    QVBoxLayout* m_head;
    std::function<bool()> m_messageAway;
    std::vector<MenuEntry> m_menus;
    std::vector<QAction*> m_commands;
};

} // namespace mama
