#include "app/workstation/train_page.h"

#include "app/workstation/checkpoint_panel.h"
#include "app/workstation/run_details.h"
#include "app/workstation/run_form.h"
#include "app/workstation/run_header.h"
#include "app/workstation/run_launch.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPixmap>
#include <QPushButton>
#include <QSlider>
#include <QSplitter>
#include <QVBoxLayout>

namespace mama {
namespace {

const QString rememberedRuns = QStringLiteral("runs/known");

} // namespace

TrainPage::TrainPage(const QString& program, QSettings& settings, QWidget* parent) : QWidget(parent), m_program(program), m_settings(settings)
{
    QWidget* side = buildList(); // made in the order of the tab key
    m_header = new RunHeader(this);
    m_plot = new CurvePlot(this);
    QWidget* controls = buildControls();
    m_details = new RunDetails(program, settings, this);
    m_readOut = new QLabel(this);
    m_readOut->setMinimumWidth(1);
    auto* upper = new QWidget(this);
    auto* column = new QVBoxLayout(upper);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_header);
    column->addWidget(controls);
    column->addWidget(m_plot, 1);
    column->addWidget(m_readOut);
    auto* right = m_rows = new QSplitter(Qt::Vertical, this);
    right->addWidget(upper);
    right->addWidget(m_details);
    right->setStretchFactor(0, 3);
    right->setStretchFactor(1, 1);
    right->setChildrenCollapsible(false);
    auto* both = new QSplitter(Qt::Horizontal, this);
    both->addWidget(side);
    both->addWidget(right);
    both->setStretchFactor(1, 1);
    both->setSizes({260, 1300});
    both->setChildrenCollapsible(false);
    auto* frame = new QHBoxLayout(this);
    frame->addWidget(both);

    connect(&m_monitor, &RunMonitor::news, this, &TrainPage::take);
    connect(&m_monitor, &RunMonitor::askFailed, this, &TrainPage::problem);
    connect(m_header, &RunHeader::asked, this, [this](ControlRequest::Ask ask) {
        if (current())
            m_monitor.ask(current()->folder, ask);
    });
    connect(m_header, &RunHeader::resumeAsked, this, [this] {
        if (const QString failure = current() ? resumeRun(m_program, current()->folder) : QString(); !failure.isEmpty())
            Q_EMIT problem(failure);
    });
    connect(m_details, &QTabWidget::currentChanged, this, &TrainPage::makeRoom);
    connect(&checkpoints(), &CheckpointPanel::chosen, this, [this](std::optional<double> step) { m_plot->setCursor(current() ? current()->folder : QString(), step); });
    connect(m_plot, &CurvePlot::cursorDragged, &checkpoints().strip(), &CheckpointStrip::goTo);
    makeRoom();
    connect(m_plot, &CurvePlot::readOut, m_readOut, &QLabel::setText);
    connect(m_plot, &CurvePlot::runPicked, this, &TrainPage::choose);
    for (const QString& folder : m_settings.value(rememberedRuns).toStringList())
        addItem(folder);
    if (m_list->count() > 0)
        m_list->setCurrentRow(0);
}

QWidget* TrainPage::buildList()
{
    auto* side = new QWidget(this);
    m_list = new QListWidget(side);
    m_list->setAccessibleName(tr("Runs"));
    m_list->setTextElideMode(Qt::ElideMiddle);
    auto* make = new QPushButton(tr("New run…"), side);
    auto* open = new QPushButton(tr("Open run…"), side);
    auto* forget = new QPushButton(tr("Take off the list"), side);
    forget->setToolTip(tr("The run and its folder stay as they are"));
    connect(make, &QPushButton::clicked, this, &TrainPage::newRun);
    connect(open, &QPushButton::clicked, this, &TrainPage::chooseRun);
    connect(forget, &QPushButton::clicked, this, &TrainPage::forgetCurrent);
    connect(m_list, &QListWidget::currentItemChanged, this, [this] {
        showCurveNames();
        drawAgain();
    });
    connect(m_list, &QListWidget::itemChanged, this, [this] {
        showCurveNames();
        drawAgain();
    });
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(new QLabel(tr("Runs (ticked ones are drawn too)"), side));
    column->addWidget(m_list, 1);
    for (QPushButton* button : {make, open, forget})
        column->addWidget(button);
    return side;
}

QWidget* TrainPage::buildControls()
{
    auto* bar = new QWidget(this);
    m_curve = new QComboBox(bar);
    m_curve->setAccessibleName(tr("Curve"));
    m_curve->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_curve->setMinimumContentsLength(16);
    m_axis = new QComboBox(bar);
    m_axis->setAccessibleName(tr("Horizontal axis"));
    m_axis->addItems({tr("by step"), tr("by epoch"), tr("by samples"), tr("by time"), tr("by time from the start")});
    m_logX = new QCheckBox(tr("log x"), bar);
    m_logY = new QCheckBox(tr("log y"), bar);
    m_smoothing = new QSlider(Qt::Horizontal, bar);
    m_smoothing->setRange(0, 99);
    m_smoothing->setValue(90);
    m_smoothing->setMaximumWidth(160);
    m_smoothing->setAccessibleName(tr("Smoothing"));
    auto* all = new QPushButton(tr("Show all"), bar);
    all->setToolTip(tr("The wheel zooms, dragging pans, a double click shows all"));
    connect(m_curve, &QComboBox::activated, this, &TrainPage::drawAgain);
    connect(m_axis, &QComboBox::activated, this, [this](int axis) { m_plot->setAxis(static_cast<CurveX>(axis)); });
    const auto logarithmic = [this] { m_plot->setLogarithmic(m_logX->isChecked(), m_logY->isChecked()); };
    connect(m_logX, &QCheckBox::toggled, this, logarithmic);
    connect(m_logY, &QCheckBox::toggled, this, logarithmic);
    connect(m_smoothing, &QSlider::valueChanged, this, [this](int value) {
        m_smoothing->setToolTip(tr("Exponential average, %1").arg(value / 100.0, 0, 'f', 2));
        m_plot->setSmoothing(value / 100.0);
    });
    connect(all, &QPushButton::clicked, m_plot, &CurvePlot::showAll);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    for (QWidget* each : {static_cast<QWidget*>(m_curve), static_cast<QWidget*>(m_axis), static_cast<QWidget*>(m_logX), static_cast<QWidget*>(m_logY)})
        row->addWidget(each);
    row->addSpacing(12);
    row->addWidget(new QLabel(tr("Smoothing"), bar));
    row->addWidget(m_smoothing);
    row->addStretch(1);
    row->addWidget(all);
    return bar;
}

bool TrainPage::isRunFolder(const QString& folder) { return RunFolder(folder.toStdString()).exists(); }

void TrainPage::addItem(const QString& folder)
{
    if (item(folder))
        return;
    m_runs[folder].folder = folder;
    auto* made = new QListWidgetItem(QFileInfo(folder).fileName(), m_list);
    made->setData(Qt::UserRole, folder);
    made->setToolTip(QDir::toNativeSeparators(folder));
    made->setFlags(made->flags() | Qt::ItemIsUserCheckable);
    made->setCheckState(Qt::Unchecked);
    m_monitor.watch(folder);
}

void TrainPage::openRun(const QString& folder)
{
    const QString clean = QDir::cleanPath(QFileInfo(folder).absoluteFilePath());
    addItem(clean);
    remember();
    choose(clean);
}

void TrainPage::chooseRun()
{
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Open a run folder (config.json, state.json)"), m_settings.value(QStringLiteral("runs/folder")).toString());
    if (chosen.isEmpty())
        return;
    m_settings.setValue(QStringLiteral("runs/folder"), QFileInfo(chosen).absolutePath());
    if (isRunFolder(chosen))
        openRun(chosen);
    else
        Q_EMIT problem(tr("%1 holds no run: config.json and state.json are missing.").arg(chosen));
}

void TrainPage::newRun()
{
    RunForm form(m_settings, this);
    if (form.exec() != QDialog::Accepted)
        return;
    if (const QString failure = launchRun(m_program, form.runFolder(), form.config()); !failure.isEmpty())
        Q_EMIT problem(failure);
    else
        openRun(form.runFolder());
}

void TrainPage::remember()
{
    QStringList folders;
    for (int row = 0; row < m_list->count(); ++row)
        folders << m_list->item(row)->data(Qt::UserRole).toString();
    m_settings.setValue(rememberedRuns, folders);
}

void TrainPage::forgetCurrent()
{
    const RunView* run = current();
    if (!run)
        return;
    const QString folder = run->folder;
    m_monitor.forget(folder);
    m_plot->remove(folder);
    delete item(folder);
    m_runs.remove(folder);
    remember();
    drawAgain();
}

QListWidgetItem* TrainPage::item(const QString& folder) const
{
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->data(Qt::UserRole).toString() == folder)
            return m_list->item(row);
    return nullptr;
}

const RunView* TrainPage::run(const QString& folder) const
{
    const auto found = m_runs.constFind(folder);
    return found == m_runs.constEnd() ? nullptr : &*found;
}

const RunView* TrainPage::current() const { return m_list->currentItem() ? run(m_list->currentItem()->data(Qt::UserRole).toString()) : nullptr; }

const RunView* TrainPage::other() const
{
    for (int row = 0; row < m_list->count(); ++row)
        if (const QListWidgetItem* each = m_list->item(row); each != m_list->currentItem() && each->checkState() == Qt::Checked)
            return run(each->data(Qt::UserRole).toString());
    return nullptr;
}

void TrainPage::choose(const QString& folder)
{
    if (QListWidgetItem* wanted = item(folder))
        m_list->setCurrentItem(wanted);
}

bool TrainPage::drawn(const QString& folder) const
{
    const QListWidgetItem* of = item(folder);
    return of && (of == m_list->currentItem() || of->checkState() == Qt::Checked);
}

void TrainPage::take(const std::shared_ptr<const RunNews>& news)
{
    const auto found = m_runs.find(news->folder);
    if (found == m_runs.end())
        return;
    found->take(*news);
    showItem(news->folder);
    if (drawn(news->folder))
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
    const QSignalBlocker blocked(m_list);
    const QString status = of.state ? of.status : tr("no run yet"), text = tr("%1 — %2").arg(of.name(), status);
    const QString tip = QDir::toNativeSeparators(folder) + QLatin1Char('\n') + of.statusText();
    QListWidgetItem* row = item(folder);
    if (row->text() == text && row->toolTip() == tip)
        return;
    row->setText(text);
    row->setToolTip(tip);
}

// The curves of the chosen run, then those that only ticked ones have.
void TrainPage::showCurveNames()
{
    QStringList names = current() ? current()->curves() : QStringList();
    for (const RunView& of : std::as_const(m_runs))
        if (drawn(of.folder))
            for (const QString& name : of.curves())
                if (!names.contains(name))
                    names << name;
    QStringList shown;
    for (int i = 0; i < m_curve->count(); ++i)
        shown << m_curve->itemText(i);
    if (names == shown)
        return;
    const QString chosen = m_curve->currentText();
    m_curve->clear();
    m_curve->addItems(names);
    m_curve->setCurrentIndex(std::max(0, m_curve->findText(chosen)));
    m_curve->setEnabled(!names.isEmpty());
}

// A drawn run carries its curve's colour in the list: the legend.
void TrainPage::showColours()
{
    const QSignalBlocker blocked(m_list);
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem* of = m_list->item(row);
        const QString folder = of->data(Qt::UserRole).toString();
        QPixmap swatch(12, 12);
        swatch.fill(drawn(folder) ? palette().color(QPalette::Base) : QColor(Qt::transparent)); // the edge shows on a chosen row too
        if (drawn(folder))
            QPainter(&swatch).fillRect(1, 1, 10, 10, m_plot->colour(folder));
        QIcon plain(swatch);
        plain.addPixmap(swatch, QIcon::Selected); // untinted
        of->setIcon(plain);
    }
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
    if (!drawn(folder))
        return;
    const RunView& of = m_runs[folder];
    const auto& all = of.samples(m_curve->currentText());
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

void TrainPage::findInLog() { m_details->findInLog(); }

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
        QMetaObject::invokeMethod(this, &TrainPage::showColours, Qt::QueuedConnection); // the plot has taken its own first
    }
    QWidget::changeEvent(event);
}

void TrainPage::showCurrent()
{
    m_header->show(current());
    m_details->show(current(), other());
}

} // namespace mama
