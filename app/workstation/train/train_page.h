#pragma once
#include "app/workstation/page/page.h"
#include "app/workstation/runs/run_colours.h"
#include "app/workstation/runs/run_monitor.h"
#include "app/workstation/runs/run_view.h"
#include "widgets/charts/curve_legend.h"
#include "widgets/viewer/scene/map_overlay.h"

#include <QMap>
#include <QSettings>
#include <QWidget>

class QLabel;
class QSplitter;
class QStackedWidget;
class QTabBar;

namespace mama {

class CheckpointPanel;
class CurveControls;
class RunDetails;
class RunHeader;
class RunList;
class RunScatter;
class RunTable;

// The page on which runs are started and watched. Runs are processes of their own: this page only reads their folders
// and asks through them, so that closing the window changes nothing.
class TrainPage : public Page
{
    Q_OBJECT
public:
    // `program` is mama. The settings must outlive the page.
    TrainPage(const QString& program, QSettings& settings, QWidget* parent = nullptr);

    bool takes(const QStringList& paths) const override; // one run, or a folder of runs
    void open(const QStringList& paths) override;

    void openRun(const QString& folder); // or a folder of runs: adds it to the list and chooses it or its newest
    void chooseRun();                    // asks for a folder
    void tryRun(const QString& folder);  // as openRun(), or says why it is none
    void newRun();                       // shows the form
    // The form with the settings of a folder that the library handed over (its train.json) filled in; or says why not.
    // model: to start from, where the settings name none and the form of last time had none; empty: none is loaded.
    void newRunFrom(const QString& handover, const QString& model = {});
    void findInLog();
    void saveCurves(); // asks for a file: PNG, SVG or CSV by its ending
    void saveCurves(const QString& file);
    enum class View { Run, Table, Scatter };
    void showView(View view); // of the chosen run, or of all that are listed

    const RunView* run(const QString& folder) const;
    const RunView* current() const;
    CurvePlot& plot() { return *m_plot; }
    RunList& list() { return *m_list; }
    RunTable& table() { return *m_table; }
    RunScatter& scatter() { return *m_scatter; }
    CheckpointPanel& checkpoints();
    void pinStudy(const QStringList& paths);
    void setReadFirst(bool on); // checkpoints show nothing of a model // for the checkpoints
    void setOverlayStyle(const viewer::OverlayStyle& style);

protected:
    void changeEvent(QEvent* event) override;

private:
    void buildCommands();
    QWidget* buildViews();
    QWidget* buildRun();
    void connectRun();
    void connectList();
    void say(const QString& error);
    void askForRun(const nlohmann::json& settings, const QString& model);
    void follow();
    void take(const std::shared_ptr<const RunNews>& news);
    void forget(const QString& folder);
    void showReadOut(const QString& text);
    void removeParts(const QString& folder); // of several curves of a run that are drawn together
    void takeOff(const QString& folder);     // what is drawn of a run
    void showLegend();
    int freeNumber() const;
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
    QMap<QString, RunView> m_runs; // that are followed: drawn now, or a short while ago
    QStringList m_recent;          // of them, drawn last at the end
    RunColours m_colours;
    QMap<QString, int> m_numbers;                 // of the runs that are drawn
    QMap<QString, std::size_t> m_given, m_marked; // samples of the shown curve, and markers, that the plot has
    QMap<QString, QStringList> m_parts;           // curves that the plot has of each run
    QMap<QString, DrawnCurve> m_drawn;            // by the name that the plot has for them
    RunList* m_list = nullptr;
    QStackedWidget* m_pane = nullptr; // what to do without a run, or the views
    QStackedWidget* m_views = nullptr;
    QTabBar* m_viewTabs = nullptr;
    RunTable* m_table = nullptr;
    RunScatter* m_scatter = nullptr;
    RunHeader* m_header = nullptr;
    CurveControls* m_controls = nullptr;
    CurvePlot* m_plot = nullptr;
    CurveLegend* m_legend = nullptr; // of several curves of a run
    QLabel* m_readOut = nullptr;
    RunDetails* m_details = nullptr;
    QSplitter* m_rows = nullptr;
    QList<int> m_rowSizes;     // before the checkpoints took more room
    bool m_complained = false; // the strip shows an error of this page
};

} // namespace mama
