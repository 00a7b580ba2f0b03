// In which steps the study hangs, and which layout is the first.
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/seen_pictures.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/base/user_files.h"
#include "core/hanging/hanging_file.h"
#include "widgets/look/sentence.h"
#include "widgets/viewer/scene/expected_layout.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QStackedWidget>
#include <QTimer>
#include <algorithm>
#include <tuple>
#include <utility>

namespace mama {

using viewer::ViewLayout;

void ReadPage::buildHangingCommands()
{
    m_hangingMenu = addSubmenu(QStringLiteral("&View"), tr("Han&ging"));
    for (const auto& [id, title, by] :
         {std::tuple{"view.step.next", tr("&Next step"), 1}, {"view.step.previous", tr("&Previous step"), -1}}) {
        QAction* action = add(m_hangingMenu, {id, title, [this, way = by] { stepByKey(way); }});
        action->setProperty("ofPictures", true);
        m_view->addAction(action);
    }
    connect(m_view, &viewer::PaneView::zoomChanged, this, &ReadPage::lookAfterStep);
    add(m_hangingMenu, {"view.hanging.file", tr("Take a hanging &file…"), [this] { chooseHangingFile(); }});
    add(m_hangingMenu, {"view.hanging.builtin", tr("Take the &built-in hanging"), [this] { takeBuiltInHanging(); }});
    m_hangingMenu->addSeparator();
    readHangings();
}

QString ReadPage::hangingFile() const
{
    return QFileInfo(m_settings.fileName()).absolutePath() + QStringLiteral("/hanging.json");
}

// The reader's file, if there is one that can be used.
void ReadPage::readHangings()
{
    m_hangings = builtInHanging();
    m_ownHangings = false;
    m_hangingText.clear();
    const QString file = hangingFile();
    if (QFileInfo::exists(file))
        try {
            const std::filesystem::path place = pathFromText(file.toStdString());
            const std::string text = readText(place);
            m_hangings = parseHanging(text, place);
            m_hangingText = text;
            m_ownHangings = true;
        } catch (const Error& error) {
            const QString why = tr("%1 The built-in hanging is used.").arg(shownSentence(error));
            QTimer::singleShot(0, this, [this, why] { Q_EMIT told(why, true); }); // when somebody hears it
        }
    fillHangings();
}

void ReadPage::fillHangings()
{
    for (QAction* action : m_hangingMenu->actions())
        if (action->data().isValid())
            delete action;
    const QString wanted = m_settings.value(settings_keys::hanging).toString();
    for (const HangingPlan& plan : m_hangings) {
        if (plan.when != HangingPlan::When::Always)
            continue;
        const QString name = QString::fromStdString(plan.name);
        QAction* action =
            m_hangingMenu->addAction(QString(name).replace(QLatin1Char('&'), QStringLiteral("&&")), this, [this, name] {
                m_settings.setValue(settings_keys::hanging, name);
                fillHangings();
                m_step = -1;
                step(1);
            });
        action->setData(name);
        action->setCheckable(true);
        action->setChecked(name == wanted);
    }
}

// Read first, then put in the place of the one before: a wrong one changes nothing.
void ReadPage::chooseHangingFile()
{
    const QString chosen = QFileDialog::getOpenFileName(
        this, tr("Take a hanging file"), QFileInfo(hangingFile()).path(), tr("Hanging files (*.json);;All files (*)"));
    if (!chosen.isEmpty())
        takeHangingFile(chosen);
}

void ReadPage::takeHangingFile(const QString& file)
{
    const std::filesystem::path source = givenPath(file.toStdString()), own = pathFromText(hangingFile().toStdString());
    std::filesystem::path aside;
    try {
        const std::string text = readText(source);
        parseHanging(text, source);
        aside = writeKeepingOthers(own, m_hangingText, text);
    } catch (const Error& error) {
        return Q_EMIT told(tr("%1 The hanging stays as it was.").arg(shownSentence(error)), true);
    }
    m_settings.remove(settings_keys::hanging);
    readHangings();
    m_step = -1;
    if (m_studies->study())
        step(1);
    tellHanging(tr("Studies hang as %1 says.").arg(QFileInfo(file).fileName()), aside);
}

// aside: where what somebody else wrote is kept; empty: there was none.
void ReadPage::tellHanging(const QString& text, const std::filesystem::path& aside)
{
    Q_EMIT told(aside.empty() ? text
                              : tr("%1 What stood in %2 is kept beside it as %3.")
                                    .arg(text, QFileInfo(hangingFile()).fileName(),
                                         QString::fromStdString(pathText(aside.filename()))),
                false);
}

// The reader's own file is no file of this program: it is put aside, not removed.
void ReadPage::takeBuiltInHanging()
{
    std::filesystem::path aside;
    try {
        if (QFileInfo::exists(hangingFile()))
            aside = putAside(pathFromText(hangingFile().toStdString()), "before");
    } catch (const Error& error) {
        return Q_EMIT told(tr("%1 The hanging stays as it was.").arg(shownSentence(error)), true);
    }
    m_settings.remove(settings_keys::hanging);
    readHangings();
    m_step = -1;
    if (m_studies->study())
        hang();
    tellHanging(tr("Studies hang as the program has it."), aside);
}

// Which steps this study has; their hanging's name.
QString ReadPage::planSteps()
{
    const Study& study = *m_studies->study();
    const HangingPlan* plan =
        planFor(m_hangings, study, m_settings.value(settings_keys::hanging).toString().toStdString());
    m_steps = plan ? placed(*plan, study, m_studies->priorStudy()) : std::vector<PlacedStep>();
    return plan ? QString::fromStdString(plan->name) : QString();
}

// A press that changes nothing is a lost one.
void ReadPage::stepByKey(int by)
{
    if (m_step < 0 && m_studies->study()) {
        planSteps();
        const int count = static_cast<int>(m_steps.size()), first = by > 0 ? 0 : count - 1;
        int next = first;
        while (next >= 0 && next < count && hangs(cellsOf(m_steps[static_cast<std::size_t>(next)])))
            next += by;
        if (next >= 0 && next < count)
            m_step = next - by;
    }
    step(by);
}

void ReadPage::step(int by)
{
    if (!m_studies->study())
        return Q_EMIT told(tr("No study is open: choose File ▸ Open folder… first."), false);
    const QString plan = planSteps();
    if (m_steps.empty())
        return Q_EMIT told(tr("The hanging has no step for this study: none of its images has a place in one."), false);
    const int count = static_cast<int>(m_steps.size());
    m_step = m_step < 0 && by < 0 ? count - 1 : ((m_step + by) % count + count) % count;
    m_compare = Compare::Off;
    m_studies->showViews();
    hang();
    selectActiveImage();
    showMaps();
    showViewState();
    m_stepTold = tr("%1: step %2 of %3, %4")
                     .arg(plan)
                     .arg(m_step + 1)
                     .arg(count)
                     .arg(QString::fromStdString(m_steps[static_cast<std::size_t>(m_step)].name));
    m_stepCells = m_view->hung();
    Q_EMIT told(m_stepTold, false);
}

void ReadPage::lookAfterStep()
{
    if (!m_stepTold.isEmpty() && (m_step < 0 || !hangs(m_stepCells)))
        Q_EMIT outdated(std::exchange(m_stepTold, {}));
}

bool ReadPage::hangs(const viewer::Hanging& cells) const
{
    const auto same = [](const viewer::HungCell& a, const viewer::HungCell& b) {
        return a.pane == b.pane && a.place.columns == b.place.columns && a.place.rows == b.place.rows &&
               a.place.column == b.place.column && a.place.row == b.place.row;
    };
    return std::ranges::equal(m_view->hung(), cells, same);
}

viewer::Hanging ReadPage::cellsOf(const PlacedStep& step) const
{
    viewer::Hanging cells;
    for (const PlacedCell& each : step.cells) {
        viewer::HungCell cell;
        cell.name = each.cell.name();
        cell.wallRight = each.cell.side != Side::Left;
        if (each.image)
            cell.pane =
                viewer::PaneId{(each.cell.prior ? m_studies->priorStudy() : m_studies->study())->uid, *each.image};
        cells.push_back(std::move(cell));
    }
    return viewer::inRows(std::move(cells), step.columns);
}

void ReadPage::hangStep()
{
    const PlacedStep step = m_steps[static_cast<std::size_t>(m_step)];
    const viewer::Hanging cells = cellsOf(step);
    for (const viewer::HungCell& cell : cells)
        if (cell.pane && !m_view->image(*cell.pane))
            m_view->setEmptyText(*cell.pane, tr("reading…"));
    m_view->hang(cells);
    for (const PlacedCell& each : step.cells)
        if (each.image && !each.cell.prior)
            m_studies->look(static_cast<int>(*each.image));
    if (std::ranges::any_of(step.cells, [](const PlacedCell& each) { return each.image && each.cell.prior; }))
        m_studies->readPrior();
}

void ReadPage::hangIn(int image, const viewer::HungCell& cell)
{
    const Study* study = m_studies->study();
    if (!study || image < 0 || image >= static_cast<int>(study->images.size()))
        return Q_EMIT told(tr("No image is chosen: choose one in the list of images first."), false);
    const StudyImage& chosen = study->images[static_cast<std::size_t>(image)];
    if (m_studies->alone() >= 0 || m_seen->on())
        return hangExtra(image);
    const QString name = QString::fromStdString(chosen.label.empty() ? pathText(chosen.path.filename()) : chosen.label);
    const bool known = chosen.side == Side::Right || chosen.side == Side::Left;
    if (known && (chosen.side == Side::Right) != cell.wallRight)
        return Q_EMIT told(chosen.side == Side::Right
                               ? tr("%1 is of the right breast: it hangs in a place of that side.").arg(name)
                               : tr("%1 is of the left breast: it hangs in a place of that side.").arg(name),
                           false);
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
        if (m_step < 0 && m_compare != Compare::Swapped && viewer::slotName(slot) == cell.name) {
            m_studies->swapIn(image, slot);
            m_view->setActivePane({study->uid, static_cast<std::size_t>(image)});
            return m_view->setFocus();
        }
    // A place of a hanging's step, or of the prior exam.
    viewer::Hanging cells = m_view->hung();
    const viewer::PaneId pane{study->uid, static_cast<std::size_t>(image)};
    const auto same = [&](const viewer::HungCell& each) { return each.name == cell.name && each.pane == cell.pane; };
    const auto target = std::ranges::find_if(cells, same);
    const auto before = std::ranges::find(cells, std::optional(pane), &viewer::HungCell::pane);
    if (target == cells.end())
        return;
    if (before != cells.end())
        before->pane = target->pane;
    target->pane = pane;
    if (!m_view->image(pane))
        m_view->setEmptyText(pane, tr("reading…"));
    m_view->hang(cells);
    m_view->setActivePane(pane);
    m_studies->look(image);
    m_view->setFocus();
}

// Of those that show all four views, before their pictures are there: a picture that has come stays where it is.
void ReadPage::chooseLayout()
{
    const ViewLayout now = m_view->viewLayout();
    if (m_settings.contains(settings_keys::viewLayout) || m_studies->alone() >= 0 ||
        (now != ViewLayout::Grid && now != ViewLayout::Row))
        return;
    const QSize room = m_content->size();
    const ViewLayout best =
        viewer::largerLayout(*m_studies->study(), m_studies->hanging(), {0, 0, room.width(), room.height()})
            .value_or(now);
    if (best == now)
        return;
    m_layout = best;
    m_view->setViewLayout(best);
    showViewState();
}

} // namespace mama
