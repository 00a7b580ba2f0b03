// What the train page draws: the curves of the runs that are chosen or ticked, their colours, and the files of them.
#include "app/workstation/checkpoints/checkpoint_panel.h"
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/runs/run_path.h"
#include "app/workstation/train/curve_controls.h"
#include "app/workstation/train/run_details.h"
#include "app/workstation/train/run_header.h"
#include "app/workstation/train/run_list.h"
#include "app/workstation/train/run_model.h"
#include "app/workstation/train/run_scatter.h"
#include "app/workstation/train/train_page.h"
#include "core/base/files.h"
#include "widgets/charts/curve_legend.h"
#include "widgets/charts/run_look.h"
#include "widgets/look/shown_text.h"

#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QStackedWidget>
#include <algorithm>
#include <utility>

namespace mama {

// Behind a run's folder: one of several of its curves that are drawn together. The first goes by the folder alone.
constexpr QLatin1Char partMark('\n');

void TrainPage::removeParts(const QString& folder)
{
    for (const QString& plotted : m_given.keys())
        if (plotted.startsWith(folder + partMark)) {
            m_plot->remove(plotted);
            m_given.remove(plotted);
            m_drawn.remove(plotted);
        }
}

void TrainPage::takeOff(const QString& folder)
{
    removeParts(folder);
    m_plot->clear(folder);
    m_drawn.remove(folder);
    m_given[folder] = m_marked[folder] = 0;
}

void TrainPage::forget(const QString& folder)
{
    m_monitor.forget(folder);
    removeParts(folder);
    m_plot->remove(folder);
    m_runs.remove(folder);
    m_recent.removeAll(folder);
    m_given.remove(folder);
    m_marked.remove(folder);
    m_parts.remove(folder);
    m_drawn.remove(folder);
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
        takeOff(news->folder);
    }
    drawNew(news->folder);
    showLegend();
    if (current() == &*found || other() == &*found)
        showCurrent();
}

void TrainPage::showItem(const QString& folder)
{
    const RunView& of = m_runs[folder];
    m_list->setState(folder, of.word(), of.statusText());
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

// A drawn run carries its curve's colour and sign in the list: the legend.
void TrainPage::showColours()
{
    m_numbers = m_colours.numbers(m_list->drawn());
    QMap<QString, QPixmap> swatches;
    for (auto each = m_numbers.cbegin(); each != m_numbers.cend(); ++each) {
        m_plot->setNumber(each.key(), each.value());
        swatches[each.key()] = runSwatch(each.value(), palette(), devicePixelRatioF());
    }
    m_list->model().setLook(swatches);
    m_scatter->setNumbers(m_numbers);
}

void TrainPage::drawAgain()
{
    showColours(); // before the curves: each is made with its own
    for (const QString& folder : m_runs.keys()) {
        takeOff(folder);
        drawNew(folder);
    }
    showLegend();
    m_plot->showAll();
    showCurrent();
}

void TrainPage::drawNew(const QString& folder)
{
    if (!m_list->drawn(folder))
        return;
    const RunView& of = m_runs[folder];
    const std::vector<RunView::Part> parts = of.parts(m_controls->curve());
    QStringList curves;
    for (const RunView::Part& part : parts)
        curves << part.curve;
    if (curves != m_parts.value(folder)) // one more read-out since the run went on: another comes first
        takeOff(folder);
    m_parts[folder] = curves;
    bool first = true;
    for (const RunView::Part& part : parts) {
        const QString plotted = std::exchange(first, false) ? folder : folder + partMark + part.label;
        const auto& all = of.samples(part.curve);
        std::size_t& given = m_given[plotted];
        if (given < all.size()) {
            if (!m_drawn.contains(plotted))
                m_drawn[plotted].number = plotted == folder ? m_numbers.value(folder) : freeNumber();
            DrawnCurve& drawn = m_drawn[plotted];
            drawn.title = part.label.isEmpty() ? of.name() : of.name() + QStringLiteral(" · ") + part.label;
            m_plot->setTitle(plotted, drawn.title);
            m_plot->setNumber(plotted, drawn.number);
            m_plot->append(plotted, {all.begin() + static_cast<std::ptrdiff_t>(given), all.end()});
        }
        given = all.size();
    }
    std::size_t& marked = m_marked[folder];
    if (marked != of.markers().size()) {
        marked = of.markers().size();
        m_plot->setMarkers(folder, of.markers());
    }
}

// Where the list of runs is not legend enough.
void TrainPage::showLegend()
{
    const bool several = std::ranges::any_of(
        m_list->drawn(), [this](const QString& folder) { return m_parts.value(folder).size() > 1; });
    m_legend->setEntries(several ? m_drawn.values() : QList<DrawnCurve>());
}

// Of colour and sign: no run that is drawn has it, nor another curve.
int TrainPage::freeNumber() const
{
    QList<int> taken = m_numbers.values();
    for (const DrawnCurve& each : m_drawn)
        taken << each.number;
    int number = 0;
    while (taken.contains(number))
        ++number;
    return number;
}

void TrainPage::showCurrent()
{
    m_pane->setCurrentIndex(m_list->isEmpty() ? 0 : 1);
    m_plot->setEmptyText(current() ? current()->emptyText() : QString());
    m_header->show(current());
    m_details->show(current(), other());
}

// What is below the mouse; without it, what of the curve is not to be seen.
void TrainPage::showReadOut(const QString& text)
{
    m_readOut->setText(!text.isEmpty() || !current() ? text : current()->notFiniteText());
}

void TrainPage::saveCurves()
{
    if (!current() || m_controls->curve().isEmpty()) {
        say(tr("There is no curve to save."));
        return;
    }
    const QString place = m_settings.value(settings_keys::curveFolder, QDir::homePath()).toString();
    QString name = current()->name() + QLatin1Char('-') + m_controls->curve();
    for (QChar& each : name)
        if (each == QLatin1Char('/') || each == QLatin1Char(' '))
            each = QLatin1Char('-');
    QString kind;
    QString file =
        QFileDialog::getSaveFileName(this, tr("Save the curves"), QDir(place).filePath(name + QStringLiteral(".png")),
                                     tr("Picture (*.png);;Drawing (*.svg);;Table of every value (*.csv)"), &kind);
    if (file.isEmpty())
        return;
    if (QFileInfo(file).suffix().isEmpty())
        file += kind.contains(QLatin1String("svg"))   ? QStringLiteral(".svg")
                : kind.contains(QLatin1String("csv")) ? QStringLiteral(".csv")
                                                      : QStringLiteral(".png");
    m_settings.setValue(settings_keys::curveFolder, QFileInfo(file).absolutePath());
    saveCurves(file);
}

void TrainPage::saveCurves(const QString& file)
{
    const QString ending = QFileInfo(file).suffix().toLower();
    if (ending != QLatin1String("png") && ending != QLatin1String("svg") && ending != QLatin1String("csv")) {
        say(tr("%1: the ending is none of .png, .svg and .csv.").arg(QDir::toNativeSeparators(file)));
        return;
    }
    try {
        if (ending == QLatin1String("csv"))
            writeAtomically(folderPath(file),
                            [this](std::ostream& out) { m_plot->writeCsv(out, m_controls->curve()); });
        else
            m_plot->savePicture(file, m_controls->curve());
        m_complained = false;
        Q_EMIT told(tr("The curves are saved: %1").arg(QDir::toNativeSeparators(file)), false);
    } catch (const std::exception& error) {
        say(shownError(error));
    }
}

} // namespace mama
