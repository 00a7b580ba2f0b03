// The studies on the page: what was found, which images hang and where they belong.
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/beside_pictures.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/seen_pictures.h"
#include "app/workstation/read/studies/exam_thumbs.h"
#include "app/workstation/read/window_list.h"
#include "app/workstation/read/work/notes_session.h"
#include "app/workstation/read/work/reading_notes.h"
#include "app/workstation/screens/view_apart.h"
#include "core/base/path_text.h"
#include "widgets/look/shown_text.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QStackedWidget>
#include <QTimer>
#include <algorithm>
#include <utility>

namespace mama {

using viewer::PaneView;

namespace {

// Why there is no study: the reasons, or the list where they stand if they are many.
QString whyNothing(const std::vector<ScanProblem>& problems, const QString& list)
{
    constexpr std::size_t few = 3;
    if (problems.size() > few)
        return ReadPage::tr("%n file(s) could not be shown; %1 says why.", nullptr, static_cast<int>(problems.size()))
            .arg(list);
    QStringList lines;
    for (const ScanProblem& each : problems) {
        const QString name = QString::fromStdString(pathText(each.path.filename()));
        lines << ((name.isEmpty() ? QString() : name + QStringLiteral(": ")) + shownText(each.reason)).toHtmlEscaped();
    }
    return lines.join(QStringLiteral("<br>"));
}

} // namespace

QString ReadPage::nameOf(const StudyImage& image)
{
    return QString::fromStdString(image.label.empty() ? pathText(image.path.filename()) : image.label);
}

void ReadPage::connectStudies()
{
    connect(m_studies, &StudySession::scanStarted, this, [this] {
        Q_EMIT told({}, false);
        m_view->clear();
        closeNoteEdit();
        m_drawn->setStudy({});
        m_session->setStudy({});
        m_thumbs->clear();
        m_thumbs->setPaused(true);
        m_studyPanel->setStudies({});
        m_studyPanel->setFiles({}, {});
        m_starting = false;
        m_start->setText(tr("Looking for studies…"));
        m_content->setCurrentWidget(m_start);
        updateCaption();
    });
    connect(m_studies, &StudySession::scanned, this, &ReadPage::showScanned);
    m_studies->setFollowing([this](int study) { return neighbour(m_along, study, 1); });
    connect(m_studies, &StudySession::scanFailed, this, [this](const QString& reason) {
        m_start->setText(tr("<h3>Nothing was opened</h3><p>%1</p>").arg(reason.toHtmlEscaped()));
        Q_EMIT told(reason, true);
    });
    connect(m_studies, &StudySession::studyShown, this, &ReadPage::showStudy);
    connect(m_studies, &StudySession::hangingChanged, this, &ReadPage::rehang);
    connect(m_studies, &StudySession::pictureReady, this, &ReadPage::takePicture);
    connect(m_studies, &StudySession::priorReady, this, &ReadPage::takePrior);
    connect(m_studies, &StudySession::studyComplete, this, [this] {
        m_studyPanel->setImages(*m_studies->study());
        m_thumbs->setPaused(false);
        wantThumbs();
        m_notes->picturesShown();
        const auto active = m_view->activePane();
        if (const auto panes = m_view->panes(); !panes.empty() && (!active || !m_view->image(*active)))
            m_view->setActivePane(panes.front());
        selectActiveImage();
        if (m_view->uploadsPending())
            connect(m_view, &PaneView::uploadsFinished, this, &ReadPage::studyOnScreen, Qt::SingleShotConnection);
        else
            QTimer::singleShot(0, this, &ReadPage::studyOnScreen);
    });
}

void ReadPage::showScanned(const std::vector<ScanProblem>& problems, const std::vector<ScanProblem>& others)
{
    m_studyPanel->setStudies(m_studies->studies(), m_studies->patients());
    m_studyPanel->setFiles(problems, others);
    if (const auto opened = std::exchange(m_opened, {}); !opened.empty() && !m_studies->studies().empty())
        m_recent.add(opened, m_studies->studies());
    if (m_studies->studies().empty()) {
        m_start->setText(
            tr("<h3>No mammograms found</h3><p>%1</p><p>Choose another folder: <a href=\"folder\">File ▸ Open folder…</a></p>")
                .arg(problems.empty()
                         ? (others.empty()
                                ? tr("The folder holds no image files.")
                                : tr("The folder holds no image files; %1 names what it holds.").arg(listOfFiles()))
                         : whyNothing(problems, listOfFiles())));
    } else if (m_studies->refused() > 0) {
        Q_EMIT told(tr("%n file(s) are not shown; %1 says why.", nullptr, m_studyPanel->notShown()).arg(listOfFiles()),
                    false);
    }
}

QString ReadPage::listOfFiles() const
{
    const QString key = keyOf("panel.studies");
    return key.isEmpty() ? tr("the list on the left") : tr("the list on the left (%1)").arg(key);
}

void ReadPage::showStudy()
{
    const Study& study = *m_studies->study();
    m_thumbs->setPaused(true);
    m_encodingProblem.clear();
    const bool arranged = m_view->viewLayout() == viewer::ViewLayout::Other;
    m_view->clear();
    if (arranged)
        m_view->setViewLayout(m_layout);
    Q_EMIT readOut({});
    chooseLayout();
    if (m_compare == Compare::Swapped) // the next study opens as itself
        m_compare = Compare::Off;
    m_step = -1;
    lookAfterStep();
    if (m_ownHangings && m_studies->alone() < 0) {
        planSteps();
        m_step = m_steps.empty() ? -1 : 0;
    }
    hang();
    if (m_studies->refused() > 0) // what is missing may be among them
        m_view->setEmptyText(tr("%1: not in what could be read of this study"));
    m_content->setCurrentWidget(m_view);
    // Of this window: a study may be dropped from another one, which has the focus still.
    if (const QWidget* focus = window()->focusWidget(); !m_left->holds(focus) && !m_right->holds(focus))
        m_view->setFocus();
    m_studyPanel->setCurrent(m_studies->current());
    m_studyPanel->setImages(study); // placing one reorders them
    m_queryPanel->setImages(scoredColumns());
    showGate();
    m_session->setStudy(std::make_shared<const Study>(study), m_studies->beside());
    m_notes->studyShown(study);
    closeNoteEdit();
    m_drawn->setStudy(std::make_shared<const Study>(study));
    showMarks();
    if (m_view->overlayStyle().basis == viewer::RangeBasis::Study)
        showReferenceRange();
    updateCaption();
    updateHint();
    if (!std::exchange(m_studyShown, true)) // a view that had a window of its own has it again
        m_viewApart->setMonitors(monitorsNow());
    showWanted();
}

// Its study, where that is another one of those that were opened; then the image itself.
void ReadPage::showWanted()
{
    if (!m_wanted)
        return;
    const auto placeIn = [&](const Study& study) {
        const auto found = std::ranges::find(study.images, m_wanted->first, &StudyImage::path);
        return found == study.images.end() ? -1 : static_cast<int>(found - study.images.begin());
    };
    const int image = placeIn(*m_studies->study());
    const auto& all = m_studies->studies();
    const auto other = std::ranges::find_if(all, [&](const Study& each) { return placeIn(each) >= 0; });
    if (image < 0 && other != all.end())
        return m_studies->show(static_cast<int>(other - all.begin()));
    const int frame = std::exchange(m_wanted, {})->second;
    if (image < 0)
        return;
    const StudyImage& wanted = m_studies->study()->images[static_cast<std::size_t>(image)];
    const bool otherFrame = wanted.frame != frame;
    wanted.slot == Slot::Extra ? hangExtra(image) : activate(image);
    if (otherFrame)
        m_studies->showFrame(image, frame);
}

// Pictures for the list: first what the study on screen has beside its views, then the exams in sight.
void ReadPage::wantThumbs()
{
    std::vector<StudyImage> wanted;
    const auto take = [&wanted](const Study& study, bool extras) {
        for (const StudyImage& image : study.images)
            if ((image.slot == Slot::Extra) == extras)
                wanted.push_back(image);
    };
    if (m_left->current() == 0 && m_studies->study()) {
        take(*m_studies->study(), true);
        for (const int study : m_studyPanel->inSight())
            take(m_studies->studies()[static_cast<std::size_t>(study)], false);
    }
    m_thumbs->want(wanted);
}

// The four views as they hang, or one image by itself.
void ReadPage::hang()
{
    const Study& study = *m_studies->study();
    m_besidePictures->leave();
    const bool seen = m_seen->on(), single = m_view->viewLayout() == viewer::ViewLayout::Single;
    const viewer::Hanging before = m_view->hung();
    m_seen->leave();
    showExams();
    m_view->setStandardViews(m_studies->hanging());
    m_viewApart->setViews(m_studies->hanging());
    for (const auto& [slot, pane] : m_studies->hanging())
        if (!m_view->image(pane))
            m_view->setEmptyText(pane, tr("reading…"));
    if (m_studies->alone() < 0 && m_step >= 0)
        return hangStep();
    if (m_studies->alone() < 0 && m_compare != Compare::Off && m_studies->priorStudy())
        return hangCompared(single && !seen && before.size() == 1 && before[0].pane &&
                                    before[0].pane->study == study.uid
                                ? before
                                : viewer::fourUp(m_layout, m_studies->hanging()));
    if (m_studies->alone() < 0) {
        if (seen || m_view->viewLayout() == viewer::ViewLayout::Other)
            m_view->setViewLayout(m_layout);
        followBeside();
        return;
    }
    const auto index = static_cast<std::size_t>(m_studies->alone());
    const StudyImage& image = study.images[index];
    viewer::HungCell cell;
    cell.pane = viewer::PaneId{study.uid, index};
    cell.name = nameOf(image).toStdString();
    cell.wallRight =
        image.side == Side::Unknown ? image.chestWallColumn * 2 > image.header.columns : image.side == Side::Right;
    m_view->setEmptyText(*cell.pane, tr("reading…"));
    m_view->hang({cell});
    followBeside();
}

void ReadPage::rehang()
{
    hang();
    m_queryPanel->setImages(scoredColumns());
    m_session->setStudy(std::make_shared<const Study>(*m_studies->study()), m_studies->beside());
    selectActiveImage();
    showMarks();
    updateHint();
}

// The study's four views, if it has any; then what hung or was shown beside them, by its own name.
std::vector<ScoredImage> ReadPage::scoredColumns() const
{
    const Study& study = *m_studies->study();
    const viewer::StandardViews views = viewer::standardViews(study);
    std::vector<ScoredImage> columns;
    if (!views.empty())
        columns = scoredImages(views);
    for (const std::size_t image : m_studies->beside()) {
        QString title = nameOf(study.images[image]);
        if (std::ranges::find(columns, title, &ScoredImage::title) != columns.end())
            title = QString::fromStdString(pathText(study.images[image].path.filename()));
        columns.push_back({title, viewer::PaneId{study.uid, image}, views.empty()});
    }
    return columns;
}

void ReadPage::takePicture(const LoadedImage& loaded)
{
    const Study* study = m_studies->study();
    if (!study || loaded.index >= study->images.size())
        return;
    const viewer::PaneId pane{study->uid, loaded.index};
    if (!loaded.picture) {
        const QString problem = QString::fromStdString(loaded.problem);
        m_view->setImage(pane, nullptr);
        m_view->setEmptyText(pane, tr("%1: could not be read").arg(nameOf(study->images[loaded.index])) +
                                       QLatin1Char('\n') + problem);
        m_studyPanel->setUnread(static_cast<int>(loaded.index));
        m_studyPanel->addProblem(problem);
        Q_EMIT told(problem, true);
        return;
    }
    m_drawn->setPicture(loaded.index, loaded);
    const bool known = m_view->image(pane) == loaded.picture.get();
    if (!known)
        m_view->setImage(pane, loaded.picture);
    m_besidePictures->take(pane, loaded.picture);
    if (m_studies->alone() == static_cast<int>(loaded.index))
        hang(); // where its chest wall lies is known now
    if (known)
        return showMaps();
    m_windows->chooseRemembered(pane);
    m_windows->refresh();
    showMaps();
}

void ReadPage::activate(int image)
{
    if (const Study* study = m_studies->study())
        m_view->setActivePane({study->uid, static_cast<std::size_t>(image)}); // if it hangs
}

void ReadPage::selectActiveImage()
{
    const StudyImage* active = activeImage();
    m_studyPanel->setCurrentImage(active ? static_cast<int>(active - m_studies->study()->images.data()) : -1);
}

} // namespace mama
