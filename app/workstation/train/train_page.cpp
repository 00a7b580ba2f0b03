#include "app/workstation/train/train_page.h"

#include "app/workstation/checkpoints/checkpoint_panel.h"
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/runs/run_launch.h"
#include "app/workstation/train/curve_controls.h"
#include "app/workstation/train/run_details.h"
#include "app/workstation/train/run_form.h"
#include "app/workstation/train/run_header.h"
#include "app/workstation/train/run_list.h"
#include "app/workstation/train/train_start.h"

#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <utility>

namespace mama {
namespace {

bool isRunFolder(const QString& folder) { return RunFolder(folder.toStdString()).exists(); }

} // namespace

TrainPage::TrainPage(const QString& program, QSettings& settings, QWidget* parent)
    : Page(QStringLiteral("train"), tr("&Train"), parent), m_program(program), m_settings(settings)
{
    m_list = new RunList(settings, this); // made in the order of the tab key
    auto* start = new TrainStart(this);
    m_pane = new QStackedWidget(this);
    m_pane->addWidget(start);
    m_pane->addWidget(buildRun());
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
    connect(&m_monitor, &RunMonitor::askFailed, this, [this](const QString& text) { Q_EMIT told(text, true); });
    connectList();
    makeRoom();
    m_list->restore();
}

// The chosen run: its state, its curves, its details.
QWidget* TrainPage::buildRun()
{
    m_header = new RunHeader(this);
    m_plot = new CurvePlot(this);
    m_controls = new CurveControls(*m_plot, this);
    m_readOut = new QLabel(this);
    m_readOut->setMinimumWidth(1);
    auto* upper = new QWidget(this);
    auto* column = new QVBoxLayout(upper);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_header);
    column->addWidget(m_controls);
    column->addWidget(m_plot, 1);
    column->addWidget(m_readOut);
    m_details = new RunDetails(m_program, m_settings, this);
    m_rows = new QSplitter(Qt::Vertical, this);
    m_rows->addWidget(upper);
    m_rows->addWidget(m_details);
    m_rows->setStretchFactor(0, 3);
    m_rows->setStretchFactor(1, 1);
    m_rows->setChildrenCollapsible(false);

    connect(m_header, &RunHeader::asked, this, [this](ControlRequest::Ask ask) {
        if (current())
            m_monitor.ask(current()->folder, ask);
    });
    connect(m_header, &RunHeader::resumeAsked, this, [this] {
        if (const QString failure = current() ? resumeRun(m_program, current()->folder) : QString(); !failure.isEmpty())
            Q_EMIT told(failure, true);
    });
    connect(m_controls, &CurveControls::curveChosen, this, &TrainPage::drawAgain);
    connect(m_plot, &CurvePlot::readOut, m_readOut, &QLabel::setText);
    connect(m_plot, &CurvePlot::runPicked, m_list, &RunList::choose);
    connect(m_details, &QTabWidget::currentChanged, this, &TrainPage::makeRoom);
    connect(&checkpoints(), &CheckpointPanel::chosen, this,
            [this](std::optional<double> step) { m_plot->setCursor(current() ? current()->folder : QString(), step); });
    connect(m_plot, &CurvePlot::cursorDragged, &checkpoints().strip(), &CheckpointStrip::goTo);
    return m_rows;
}

void TrainPage::connectList()
{
    connect(m_list, &RunList::newAsked, this, &TrainPage::newRun);
    connect(m_list, &RunList::openAsked, this, &TrainPage::chooseRun);
    connect(m_list, &RunList::added, this, [this](const QString& folder) {
        m_runs[folder].folder = folder;
        m_monitor.watch(folder);
    });
    connect(m_list, &RunList::removed, this, &TrainPage::forget);
    connect(m_list, &RunList::changed, this, [this] {
        showCurveNames();
        drawAgain();
    });
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
    add(menu, {"train.open", tr("&Open run…"), shown(&TrainPage::chooseRun)});
    add(menu, {"train.find", tr("&Find in the log"), shown(&TrainPage::findInLog)});
}

bool TrainPage::takes(const QStringList& paths) const { return paths.size() == 1 && isRunFolder(paths.first()); }

void TrainPage::open(const QStringList& paths) { openRun(paths.first()); }

void TrainPage::openRun(const QString& folder)
{
    const QString clean = QDir::cleanPath(QFileInfo(folder).absoluteFilePath());
    m_list->add(clean);
    m_list->choose(clean);
}

void TrainPage::chooseRun()
{
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Open a run folder (config.json, state.json)"),
                                                             m_settings.value(settings_keys::runFolder).toString());
    if (chosen.isEmpty())
        return;
    m_settings.setValue(settings_keys::runFolder, QFileInfo(chosen).absolutePath());
    if (isRunFolder(chosen))
        openRun(chosen);
    else
        Q_EMIT told(tr("%1 holds no run: config.json and state.json are missing.").arg(chosen), true);
}

void TrainPage::newRun()
{
    RunForm form(m_settings, this);
    if (form.exec() != QDialog::Accepted)
        return;
    if (const QString failure = launchRun(m_program, form.runFolder(), form.config()); !failure.isEmpty())
        Q_EMIT told(failure, true);
    else
        openRun(form.runFolder());
}

void TrainPage::forget(const QString& folder)
{
    m_monitor.forget(folder);
    m_plot->remove(folder);
    m_runs.remove(folder);
}

const RunView* TrainPage::run(const QString& folder) const
{
    const auto found = m_runs.constFind(folder);
    return found == m_runs.constEnd() ? nullptr : &*found;
}

const RunView* TrainPage::current() const { return run(m_list->chosen()); }

const RunView* TrainPage::other() const { return run(m_list->ticked()); }

void TrainPage::take(const std::shared_ptr<const RunNews>& news)
{
    const auto found = m_runs.find(news->folder);
    if (found == m_runs.end())
        return;
    found->take(*news);
    showItem(news->folder);
    if (m_list->drawn(news->folder))
        showCurveNames();
    if (news->restarted) {
        checkpoints().session().forget(news->folder);
        m_plot->clear(news->folder);
        m_given[news->folder] = m_marked[news->folder] = 0;
    }
    drawNew(news->folder);
    if (current() == &*found || other() == &*found)
        showCurrent();
}

void TrainPage::showItem(const QString& folder)
{
    const RunView& of = m_runs[folder];
    m_list->setState(folder, tr("%1 — %2").arg(of.name(), of.word()),
                     QDir::toNativeSeparators(folder) + QLatin1Char('\n') + of.statusText());
}

// The curves of the chosen run, then those that only ticked ones have.
void TrainPage::showCurveNames()
{
    QStringList names = current() ? current()->curves() : QStringList();
    for (const RunView& of : std::as_const(m_runs))
        if (m_list->drawn(of.folder))
            for (const QString& name : of.curves())
                if (!names.contains(name))
                    names << name;
    m_controls->setCurves(names);
}

// A drawn run carries its curve's colour in the list: the legend.
void TrainPage::showColours()
{
    for (const QString& folder : m_runs.keys())
        m_list->setColour(folder, m_list->drawn(folder) ? m_plot->colour(folder) : QColor());
}

void TrainPage::drawAgain()
{
    for (const QString& folder : m_runs.keys()) {
        m_given[folder] = m_marked[folder] = 0;
        m_plot->clear(folder);
        drawNew(folder);
    }
    m_plot->showAll();
    showColours();
    showCurrent();
}

void TrainPage::drawNew(const QString& folder)
{
    if (!m_list->drawn(folder))
        return;
    const RunView& of = m_runs[folder];
    const auto& all = of.samples(m_controls->curve());
    std::size_t& given = m_given[folder];
    if (given < all.size()) {
        m_plot->setTitle(folder, of.name());
        m_plot->append(folder, {all.begin() + static_cast<std::ptrdiff_t>(given), all.end()});
    }
    given = all.size();
    std::size_t& marked = m_marked[folder];
    if (marked != of.markers().size()) {
        marked = of.markers().size();
        m_plot->setMarkers(folder, of.markers());
    }
}

CheckpointPanel& TrainPage::checkpoints() { return m_details->checkpoints(); }

void TrainPage::findInLog()
{
    if (current())
        m_details->findInLog();
    else
        Q_EMIT told(tr("No run is chosen: Train ▸ Open run… shows one."), true);
}

void TrainPage::pinStudy(const QStringList& paths) { checkpoints().pinStudy(paths); }

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

void TrainPage::showCurrent()
{
    m_pane->setCurrentIndex(m_list->isEmpty() ? 0 : 1);
    m_plot->setEmptyText(current() ? current()->emptyText() : QString());
    m_header->show(current());
    m_details->show(current(), other());
}

} // namespace mama
