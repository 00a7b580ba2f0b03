#pragma once
#include "app/workstation/engine/model_session.h"
#include "app/workstation/look/theme.h"
#include "app/workstation/read/study_session.h"
#include "widgets/viewer/pane_view.h"

#include <QMainWindow>
#include <QSettings>
#include <filesystem>
#include <vector>

class QComboBox;
class QDockWidget;
class QLabel;
class QMenu;
class QStackedWidget;
class QTabBar;
class QToolBar;

namespace mama {

class MapPanel;
class QueryPanel;
class StatusArea;
class StudyPanel;
class TrainPage;

// The window: studies on the left, the four views, sentences and maps on the right. It ties the two sessions to the
// widgets and holds no logic of its own about studies, engine or maps.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    // The settings must outlive the window.
    MainWindow(const QString& engineProgram, QSettings& settings, QWidget* parent = nullptr);
    ~MainWindow() override;

    void open(const std::vector<std::filesystem::path>& paths);
    void setModel(const QString& folder);
    void ask(const QString& sentence);

    StudySession& studies() { return *m_studies; }
    ModelSession& session() { return *m_session; }
    viewer::PaneView& view() { return *m_view; }
    TrainPage& train() { return *m_train; }
    enum class Page { Read, Train };
    void showPage(Page page);

Q_SIGNALS:
    // For measurements and screenshots: the first frame that shows all pictures of the study.
    void studyOnScreen();
    // All maps of the selected sentence are on screen.
    void mapsOnScreen();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    void buildPanels(const QString& engineProgram);
    void buildMenus();
    void buildViewMenu(QMenu* menu);
    void addLayoutButton(QAction* grid, QMenu* layouts);
    void showViewState();
    void showKeysInTips();
    void buildPages(const QString& engineProgram, QWidget* reading);
    void buildPageCommands(QMenu* view);
    void buildTrainMenu();
    void showOnly(int page);
    void pinStudy(); // the one on screen, for the train page's checkpoints
    QAction* command(QMenu* menu, const char* id, const QString& title, const QString& key, std::function<void()> act,
                     const QString& icon = {});
    void connectStudies();
    void connectSession();
    void chooseFiles(bool folder);
    void chooseModel();
    void rememberModel(const QString& folder);
    void showKeys();
    void showAbout();
    void setTheme(Theme theme);
    void takePicture(const LoadedImage& image);
    void showMaps();
    void showQueryRange();
    void updateHint();
    void updateWindows();
    void updateTitle();
    void tell(const QString& text, bool isError); // the strip above the views
    void restore();
    QString presetKey(Slot slot) const;

    QSettings& m_settings;
    StudySession* m_studies;
    ModelSession* m_session;
    viewer::PaneView* m_view;
    QStackedWidget* m_pages;
    QStackedWidget* m_tabs;
    QTabBar* m_tabBar;
    TrainPage* m_train;
    std::vector<QDockWidget*> m_hiddenDocks; // closed for the train page, to be shown again
    QLabel* m_start;
    QLabel* m_message;
    StudyPanel* m_studyPanel;
    QueryPanel* m_queryPanel;
    MapPanel* m_mapPanel;
    StatusArea* m_status;
    QToolBar* m_tools;
    QComboBox* m_windows;
    QMenu* m_recentModels = nullptr;
    QString m_encodingProblem;
    int m_refused = 0; // files of the scan
    std::vector<QAction*> m_commands;
};

} // namespace mama
