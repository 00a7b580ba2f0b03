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
#include "widgets/charts/run_look.h"
#include "widgets/look/shown_text.h"

#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QStackedWidget>
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
        }
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
        removeParts(news->folder);
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
        m_given[folder] = m_marked[folder] = 0;
        removeParts(folder);
        m_plot->clear(folder);
        drawNew(folder);
    }
    m_plot->showAll();
    showCurrent();
}

void TrainPage::drawNew(const QString& folder)
{
    if (!m_list->drawn(folder))
        return;
    const RunView& of = m_runs[folder];
    bool first = true;
    for (const RunView::Part& part : of.parts(m_controls->curve())) {
        const QString plotted = std::exchange(first, false) ? folder : folder + partMark + part.label;
        const auto& all = of.samples(part.curve);
        std::size_t& given = m_given[plotted];
        if (given < all.size()) {
            m_plot->setTitle(plotted,
                             part.label.isEmpty() ? of.name() : of.name() + QStringLiteral(" · ") + part.label);
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
