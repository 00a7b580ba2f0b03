#pragma once
#include "app/workstation/page/page.h"
#include "app/workstation/runs/run_monitor.h"
#include "app/workstation/runs/run_view.h"
#include "widgets/viewer/scene/map_overlay.h"

#include <QMap>
#include <QSettings>
#include <QWidget>

class QLabel;
class QSplitter;
class QStackedWidget;

namespace mama {

class CheckpointPanel;
class CurveControls;
class RunDetails;
class RunHeader;
class RunList;

// The page on which runs are started and watched. Runs are processes of their own: this page only reads their folders
// and asks through them, so that closing the window changes nothing.
class TrainPage : public Page
{
    Q_OBJECT
public:
    // `program` is mama. The settings must outlive the page.
    TrainPage(const QString& program, QSettings& settings, QWidget* parent = nullptr);

    bool takes(const QStringList& paths) const override; // one run folder
    void open(const QStringList& paths) override;

    void openRun(const QString& folder); // adds it to the list and chooses it
    void chooseRun();                    // asks for a folder
    void newRun();                       // shows the form
    void findInLog();

    const RunView* run(const QString& folder) const;
    const RunView* current() const;
    CurvePlot& plot() { return *m_plot; }
    CheckpointPanel& checkpoints();
    void pinStudy(const QStringList& paths); // for the checkpoints
    void setOverlayStyle(const viewer::OverlayStyle& style);

protected:
    void changeEvent(QEvent* event) override;

private:
    void buildCommands();
    QWidget* buildRun();
    void connectList();
    void take(const std::shared_ptr<const RunNews>& news);
    void forget(const QString& folder);
    void showItem(const QString& folder);
    void showCurveNames();
    void showColours();
    void drawAgain();
    void drawNew(const QString& folder);
    void showCurrent();
    void makeRoom();
    const RunView* other() const;

    QString m_program;
    QSettings& m_settings;
    RunMonitor m_monitor;
    QMap<QString, RunView> m_runs;
    QMap<QString, std::size_t> m_given, m_marked; // samples of the shown curve, and markers, that the plot has
    RunList* m_list = nullptr;
    QStackedWidget* m_pane = nullptr; // what to do without a run, or the run
    RunHeader* m_header = nullptr;
    CurveControls* m_controls = nullptr;
    CurvePlot* m_plot = nullptr;
    QLabel* m_readOut = nullptr;
    RunDetails* m_details = nullptr;
    QSplitter* m_rows = nullptr;
    QList<int> m_rowSizes; // before the checkpoints took more room
};

} // namespace mama
