#pragma once
#include "app/workstation/library/library_page.h"
#include "app/workstation/look/theme.h"
#include "app/workstation/models/models_page.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/shell/key_book.h"
#include "app/workstation/train/train_page.h"

#include <QMainWindow>
#include <QSettings>
#include <map>
#include <vector>

class QMenu;
class QStackedWidget;
class QTabBar;

namespace mama {

class MessageStrip;
class StatusArea;

// The window around the pages: their tabs, menus and keys, the theme, the strip of messages and the status bar. What
// the pages show and do is theirs.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    // The settings must outlive the window.
    MainWindow(const QString& engineProgram, QSettings& settings, QWidget* parent = nullptr);

    ReadPage& read() { return *m_read; }
    TrainPage& train() { return *m_train; }
    LibraryPage& library() { return *m_library; }
    ModelsPage& models() { return *m_models; }
    void showPage(Page& page);
    void open(const QStringList& paths); // on the page that takes them: a study, or a run

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; // of the whole program
    void keyPressEvent(QKeyEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    template <class P>
    P* addPage(P* page)
    {
        take(*page);
        return page;
    }
    void take(Page& page);
    void buildCentre();
    void fitScreen();
    void connectPages();
    void connectStatus();

    // main_window_menus.cpp
    void buildMenus();
    void buildThemes(QMenu* menu);
    QMenu* menu(const QString& englishTitle);
    QAction* command(QMenu* menu, const char* id, const QString& title, std::function<void()> act);
    void giveKey(QAction& action);
    void showKeysInTips();
    void showKeys();
    void takeKeys(const KeyChoice& choice);
    void showPalette();
    void showAbout();
    void setTheme(Theme theme);

    void showOnly(const Page& page);
    void showPage(Page& page, bool fromTabs);
    void showTitle();
    void settleKeys(const Page& page);

    QSettings& m_settings;
    KeyBook m_keys;
    QStackedWidget* m_stack;
    QTabBar* m_tabs;
    MessageStrip* m_message;
    QWidget* m_head; // tabs and messages; stands in the page that is shown
    StatusArea* m_status;
    std::vector<Page*> m_pages;
    ReadPage* m_read;
    TrainPage* m_train;
    LibraryPage* m_library;
    ModelsPage* m_models;
    std::map<QString, QMenu*> m_menus; // by English title
    QMenu* m_panels = nullptr;
    QString m_caption; // of the study that is read
    std::vector<QAction*> m_commands;
};

} // namespace mama
