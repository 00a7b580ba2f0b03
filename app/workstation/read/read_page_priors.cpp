// The exam before the one on screen: beside it, eight pictures of both, or in its place.
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/read/beside_pictures.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/window_list.h"
#include "widgets/look/shown_text.h"

#include <QAction>
#include <QMenu>
#include <algorithm>
#include <tuple>

namespace mama {

using viewer::ExamRole;

namespace {

QString dateOf(const Study& study)
{
    const QString date = QString::fromStdString(study.date);
    return date.size() == 8 ? date.left(4) + QLatin1Char('-') + date.mid(4, 2) + QLatin1Char('-') + date.mid(6)
           : date.isEmpty() ? ReadPage::tr("no date")
                            : date;
}

} // namespace

void ReadPage::buildPriorCommands()
{
    QMenu* menu = addSubmenu(QStringLiteral("&Study"), tr("Prior e&xam"));
    for (const auto& [id, title, how] :
         {std::tuple{"study.prior.beside", tr("&Beside the current one"), Compare::Beside},
          {"study.prior.eight", tr("&Eight pictures"), Compare::EightUp},
          {"study.prior.swap", tr("In its &place"), Compare::Swapped}}) {
        QAction* action = add(menu, {id, title, [this, wanted = how] { compare(wanted); }});
        action->setProperty("ofPictures", true);
        action->setCheckable(true);
        m_view->addAction(action);
    }
}

void ReadPage::compare(Compare how)
{
    const bool off = how == m_compare || !m_studies->priorStudy();
    if (!m_studies->priorStudy())
        Q_EMIT told(shownText(m_studies->prior().why), false);
    if (m_view->viewLayout() == viewer::ViewLayout::Single && (m_compare != Compare::Off || m_step >= 0))
        m_view->perform(viewer::ViewCommand::Maximise); // one of both exams' pictures: back to all
    m_compare = off ? Compare::Off : how;
    m_step = -1;
    if (m_studies->alone() >= 0 && m_compare != Compare::Off)
        m_studies->showViews();
    hang();
    selectActiveImage();
    showMaps();
    showViewState();
}

// cells: of the current exam.
void ReadPage::hangCompared(const viewer::Hanging& cells)
{
    const Study& prior = *m_studies->priorStudy();
    const viewer::StandardViews views = viewer::standardViews(prior);
    for (const auto& [slot, pane] : views)
        if (!m_view->image(pane))
            m_view->setEmptyText(pane, tr("reading…"));
    const std::string of = tr(" of %1").arg(dateOf(prior)).toStdString();
    if (m_compare == Compare::Swapped) {
        m_view->setStandardViews(views);
        if (m_view->viewLayout() == viewer::ViewLayout::Other)
            m_view->setViewLayout(m_layout);
    } else {
        viewer::Hanging both = viewer::besidePrior(cells, views, of);
        if (!m_settings.contains(settings_keys::viewLayout) && cells.size() == 4) {
            // Two rows hold the texts too: one row only where the pictures are clearly larger in it.
            constexpr double worth = 1.1;
            viewer::Hanging rows =
                viewer::besidePrior(viewer::fourUp(viewer::ViewLayout::Grid, m_studies->hanging()), views, of);
            if (m_view->commonScale(both) < m_view->commonScale(rows) * worth)
                both = std::move(rows);
        }
        m_view->hang(m_compare == Compare::Beside ? both : viewer::eightUp(m_studies->hanging(), views, of));
    }
    m_studies->readPrior();
}

// Another layout of both exams; the one that is on already leads back to this exam alone.
void ReadPage::layOutCompared(viewer::ViewCommand layout)
{
    m_compare = m_compare == Compare::EightUp ? Compare::Off : m_compare;
    m_view->setStandardViews(m_studies->hanging());
    m_view->perform(layout);
    m_layout = m_view->viewLayout();
    m_settings.setValue(settings_keys::viewLayout, static_cast<int>(m_layout));
    hang();
    showViewState();
}

void ReadPage::takePrior(const LoadedImage& loaded)
{
    const Study* prior = m_studies->priorStudy();
    if (!prior || loaded.index >= prior->images.size())
        return;
    const viewer::PaneId pane{prior->uid, loaded.index};
    if (!loaded.picture) {
        m_view->setEmptyText(pane, tr("%1 of the prior exam: could not be read")
                                           .arg(QString::fromStdString(prior->images[loaded.index].label)) +
                                       QLatin1Char('\n') + QString::fromStdString(loaded.problem));
        return;
    }
    if (m_view->image(pane) == loaded.picture.get())
        return;
    m_view->setImage(pane, loaded.picture);
    m_windows->chooseRemembered(pane);
    m_windows->refresh();
}

// Which exam is which, where that is not plain; and the commands.
void ReadPage::showExams()
{
    std::map<std::string, ExamRole> roles;
    const Study *study = m_studies->study(), *prior = m_studies->priorStudy();
    if (study && !m_studies->isNewest())
        roles[study->uid] = ExamRole::Prior;
    else if (study && prior)
        roles[study->uid] = ExamRole::Current;
    if (study && roles.contains(study->uid))
        roles[BesidePictures::besideStudy(study->uid)] = roles[study->uid];
    if (prior)
        roles[prior->uid] = ExamRole::Prior;
    m_view->setExams(roles);
    for (const auto& [id, how] : {std::pair{"study.prior.beside", Compare::Beside},
                                  {"study.prior.eight", Compare::EightUp},
                                  {"study.prior.swap", Compare::Swapped}})
        if (QAction* action = findChild<QAction*>(QLatin1String(id)))
            action->setChecked(m_compare == how);
}

const StudyImage* ReadPage::activeImage() const
{
    const Study* study = m_studies->study();
    const auto active = m_view->activePane();
    return study && active && active->study == study->uid && active->image < study->images.size()
               ? &study->images[active->image]
               : nullptr;
}

} // namespace mama
