#include "app/workstation/train/train_page.h"

#include "app/workstation/checkpoints/checkpoint_panel.h"
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/runs/run_launch.h"
#include "app/workstation/runs/run_path.h"
#include "app/workstation/train/curve_controls.h"
#include "app/workstation/train/run_details.h"
#include "app/workstation/train/run_form.h"
#include "app/workstation/train/run_header.h"
#include "app/workstation/train/run_list.h"
#include "app/workstation/train/run_model.h"
#include "app/workstation/train/run_scatter.h"
#include "app/workstation/train/run_table.h"
#include "app/workstation/train/train_start.h"
#include "core/base/files.h"
#include "core/protocol/run_shelf.h"
#include "widgets/charts/curve_legend.h"
#include "widgets/charts/scatter_plot.h"
#include "widgets/look/shown_text.h"

#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>
#include <utility>

namespace mama {
namespace {

bool holdsRuns(const QString& folder) { return RunShelf::holdsRuns(folderPath(folder)); }

} // namespace

TrainPage::TrainPage(const QString& program, QSettings& settings, QWidget* parent)
    : Page(QStringLiteral("train"), tr("&Train"), parent), m_program(program), m_settings(settings), m_colours(settings)
{
    m_list = new RunList(settings, this); // made in the order of the tab key
    auto* start = new TrainStart(this);
    m_pane = new QStackedWidget(this);
    m_pane->addWidget(start);
    m_pane->addWidget(buildViews());
    auto* both = new QSplitter(Qt::Horizontal, this);
    both->addWidget(m_list);
    both->addWidget(m_pane);
    both->setStretchFactor(1, 1);
    both->setSizes({260, 1300});
    both->setChildrenCollapsible(false);
    auto* content = new QWidget(this);
    auto* frame = new QHBoxLayout(content);
    frame->addWidget(both);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(head());
    column->addWidget(content, 1);
    buildCommands();

    connect(start, &TrainStart::newAsked, this, &TrainPage::newRun);
    connect(start, &TrainStart::openAsked, this, &TrainPage::chooseRun);
    connect(&m_monitor, &RunMonitor::news, this, &TrainPage::take);
    connect(&m_monitor, &RunMonitor::shelfNews, this, [this](const auto& found) { m_list->take(*found); });
    connect(&m_monitor, &RunMonitor::askFailed, this, &TrainPage::say);
    connectList();
    makeRoom();
    m_list->restore();
}

// The chosen run, or all that are listed: a row of buttons above what they show.
QWidget* TrainPage::buildViews()
{
    auto* part = new QWidget(this);
    m_viewTabs = new QTabBar(part);
    m_viewTabs->setAccessibleName(tr("Views of the runs"));
    m_viewTabs->setDrawBase(false);
    m_viewTabs->setExpanding(false);
    const std::pair<QString, QString> views[] = {{tr("Run"), tr("The chosen run, its curves and details")},
                                                 {tr("Table"), tr("The listed runs with settings and last figures")},
                                                 {tr("Scatter"), tr("A figure of the listed runs against a setting")}};
    for (const auto& [text, tip] : views)
        m_viewTabs->setTabToolTip(m_viewTabs->addTab(text), tip);
    m_views = new QStackedWidget(part);
    m_views->addWidget(buildRun());
    m_views->addWidget(m_table = new RunTable(*m_list, m_settings, this));
    m_views->addWidget(m_scatter = new RunScatter(*m_list, m_settings, this));
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_viewTabs);
    column->addWidget(m_views, 1);
    connect(m_viewTabs, &QTabBar::currentChanged, m_views, &QStackedWidget::setCurrentIndex);
    connect(m_table, &RunTable::told, this, &TrainPage::told);
    connectRun();
    return part;
}

void TrainPage::showView(View view) { m_viewTabs->setCurrentIndex(static_cast<int>(view)); }

// The chosen run: its state, its curves, its details.
QWidget* TrainPage::buildRun()
{
    m_header = new RunHeader(this);
    m_plot = new CurvePlot(this);
    m_controls = new CurveControls(*m_plot, this);
    m_readOut = new QLabel(this);
    m_readOut->setObjectName(QStringLiteral("curveReadOut"));
    m_readOut->setTextFormat(Qt::PlainText);
    m_readOut->setMinimumWidth(1);
    auto* upper = new QWidget(this);
    auto* column = new QVBoxLayout(upper);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_header);
    column->addWidget(m_controls);
    column->addWidget(m_legend = new CurveLegend(this));
    column->addWidget(m_plot, 1);
    column->addWidget(m_readOut);
    m_details = new RunDetails(m_program, m_settings, this);
    m_rows = new QSplitter(Qt::Vertical, this);
    m_rows->addWidget(upper);
    m_rows->addWidget(m_details);
    m_rows->setStretchFactor(0, 3);
    m_rows->setStretchFactor(1, 1);
    m_rows->setChildrenCollapsible(false);
    return m_rows;
}

void TrainPage::connectRun()
{
    connect(m_header, &RunHeader::asked, this, [this](ControlRequest::Ask ask) {
        if (current())
            m_monitor.ask(current()->folder, ask);
    });
    connect(m_header, &RunHeader::resumeAsked, this, [this] {
        if (const QString failure = current() ? resumeRun(m_program, current()->folder) : QString(); !failure.isEmpty())
            say(failure);
    });
    connect(m_controls, &CurveControls::curveChosen, this, &TrainPage::drawAgain);
    connect(m_controls, &CurveControls::saveAsked, this, qOverload<>(&TrainPage::saveCurves));
    connect(m_plot, &CurvePlot::readOut, this, &TrainPage::showReadOut);
    connect(m_plot, &CurvePlot::runPicked, m_list,
            [this](const QString& plotted) { m_list->choose(plotted.section(QLatin1Char('\n'), 0, 0)); });
    connect(m_details, &QTabWidget::currentChanged, this, &TrainPage::makeRoom);
    connect(&checkpoints(), &CheckpointPanel::chosen, this,
            [this](std::optional<double> step) { m_plot->setCursor(current() ? current()->folder : QString(), step); });
    connect(m_plot, &CurvePlot::cursorDragged, &checkpoints().strip(), &CheckpointStrip::goTo);
}

void TrainPage::connectList()
{
    connect(m_list, &RunList::newAsked, this, &TrainPage::newRun);
    connect(m_list, &RunList::openAsked, this, &TrainPage::chooseRun);
    connect(m_list, &RunList::added, &m_monitor, &RunMonitor::watchShelf);
    connect(m_list, &RunList::removed, &m_monitor, &RunMonitor::forgetShelf);
    connect(m_list, &RunList::told, this, &TrainPage::told);
    connect(&m_list->model(), &RunModel::entriesChanged, this, [this] {
        bool renamed = false;
        for (RunView& run : m_runs)
            if (const QString title = m_list->model().titleOf(run.folder); title != run.title) {
                run.title = title;
                renamed = true;
            }
        if (renamed)
            drawAgain();
    });
    connect(m_list, &RunList::changed, this, [this] {
        showReadOut({}); // of another run
        follow();
        showCurveNames();
        drawAgain();
    });
}

// The runs that are drawn are followed, and those that were a short while ago, so that going to and fro costs nothing.
void TrainPage::follow()
{
    constexpr qsizetype kept = 12;
    const QStringList drawn = m_list->drawn();
    for (const QString& folder : drawn) {
        m_recent.removeAll(folder);
        m_recent << folder;
        if (!m_runs.contains(folder)) {
            m_runs[folder].folder = folder;
            m_monitor.watch(folder);
        }
        m_runs[folder].title = m_list->model().titleOf(folder);
    }
    for (qsizetype at = 0; at < m_recent.size() && m_recent.size() > drawn.size() + kept;)
        if (!drawn.contains(m_recent[at]))
            forget(QString(m_recent[at]));
        else
            ++at;
    for (const QString& folder : m_runs.keys()) // taken off the list, or gone
        if (!m_list->model().contains(folder))
            forget(folder);
}

void TrainPage::buildCommands()
{
    const QString menu = QStringLiteral("&Train");
    const auto shown = [this](void (TrainPage::*act)()) {
        return [this, act] {
            Q_EMIT wanted();
            (this->*act)();
        };
    };
    add(menu, {"train.new", tr("&New run…"), shown(&TrainPage::newRun)});
    add(menu, {"train.open", tr("&Open runs…"), shown(&TrainPage::chooseRun)});
    add(menu, {"train.find", tr("&Find in the log"), shown(&TrainPage::findInLog)});
    addLine(menu);
    const auto view = [this](View of) {
        return [this, of] {
            Q_EMIT wanted();
            showView(of);
        };
    };
    add(menu, {"train.run", tr("The &run"), view(View::Run)});
    add(menu, {"train.table", tr("&Table of runs"), view(View::Table)});
    add(menu, {"train.scatter", tr("&Scatter of runs"), view(View::Scatter)});
    addLine(menu);
    add(menu, {"train.filter", tr("Fi&lter runs"), [this] {
                   Q_EMIT wanted();
                   m_list->find();
               }});
    add(menu, {"train.label", tr("Na&me, tags and note…"), [this] {
                   Q_EMIT wanted();
                   m_list->labelChosen();
               }});
    add(menu, {"train.save", tr("Sa&ve the curves…"), [this] {
                   Q_EMIT wanted();
                   saveCurves();
               }});
}

bool TrainPage::takes(const QStringList& paths) const { return paths.size() == 1 && holdsRuns(paths.first()); }

void TrainPage::open(const QStringList& paths) { openRun(paths.first()); }

void TrainPage::openRun(const QString& folder)
{
    if (std::exchange(m_complained, false)) // of a folder before this one
        Q_EMIT told({}, false);
    m_list->add(QDir::cleanPath(QFileInfo(folder).absoluteFilePath()));
}

void TrainPage::say(const QString& error)
{
    m_complained = true;
    Q_EMIT told(error, true);
}

void TrainPage::chooseRun()
{
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Open a run, or a folder of runs"),
                                                             m_settings.value(settings_keys::runFolder).toString());
    if (chosen.isEmpty())
        return;
    m_settings.setValue(settings_keys::runFolder, QFileInfo(chosen).absolutePath());
    tryRun(chosen);
}

void TrainPage::tryRun(const QString& folder)
{
    if (holdsRuns(folder))
        openRun(folder);
    else
        say(tr("%1 holds no run: there is no state.json in it, nor in a folder right below it.")
                .arg(QDir::toNativeSeparators(folder)));
}

void TrainPage::newRun() { askForRun(nlohmann::json::object(), {}); }

void TrainPage::newRunFrom(const QString& handover, const QString& model)
{
    Q_EMIT wanted();
    try {
        const nlohmann::json settings = readJson(folderPath(handover) / "train.json");
        if (settings.is_object())
            return askForRun(settings, model);
        say(tr("%1 holds no settings of a hand-over: its train.json is none.").arg(QDir::toNativeSeparators(handover)));
    } catch (const std::exception& error) {
        say(shownError(error));
    }
}

// settings: over those of last time. model: to start from where they name none.
void TrainPage::askForRun(const nlohmann::json& settings, const QString& model)
{
    RunForm form(m_settings, this);
    nlohmann::json config = form.config();
    config.merge_patch(settings);
    const auto start = nlohmann::json::json_pointer("/model/start");
    if (!model.isEmpty() && config.value(start, std::string()).empty())
        config[start] = model.toStdString();
    if (!settings.empty())
        form.setConfig(config);
    if (form.exec() != QDialog::Accepted)
        return;
    if (const QString failure = launchRun(m_program, form.runFolder(), form.config()); !failure.isEmpty())
        say(failure);
    else
        openRun(form.runFolder());
}

CheckpointPanel& TrainPage::checkpoints() { return m_details->checkpoints(); }

void TrainPage::findInLog()
{
    if (current()) {
        showView(View::Run);
        m_details->findInLog();
    } else
        say(tr("No run is chosen: Train ▸ Open runs… shows one."));
}

void TrainPage::pinStudy(const QStringList& paths) { checkpoints().pinStudy(paths); }

void TrainPage::setReadFirst(bool on) { checkpoints().session().setReadFirst(on); }

void TrainPage::setOverlayStyle(const viewer::OverlayStyle& style) { checkpoints().setOverlayStyle(style); }

// Maps need more room than figures; the rows come back as they were.
void TrainPage::makeRoom()
{
    const bool maps = m_details->currentWidget() == &checkpoints();
    checkpoints().setSizePolicy(QSizePolicy::Preferred, maps ? QSizePolicy::Preferred : QSizePolicy::Ignored);
    m_header->setCompact(maps);
    if (maps) {
        m_rowSizes = m_rows->sizes();
        m_rows->setSizes({m_rows->height() / 3, 2 * m_rows->height() / 3});
    } else if (!m_rowSizes.isEmpty()) {
        m_rows->setSizes(std::exchange(m_rowSizes, {}));
    }
}

void TrainPage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_list) {
        showCurrent(); // the state's colour
        QMetaObject::invokeMethod(this, &TrainPage::showColours,
                                  Qt::QueuedConnection); // the plot has taken its own first
    }
    QWidget::changeEvent(event);
}

} // namespace mama
