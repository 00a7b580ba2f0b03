#include "app/workstation/read/read_page.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/query_hint.h"
#include "app/workstation/read/reading_notes.h"
#include "app/workstation/read/seen_pictures.h"
#include "app/workstation/read/window_list.h"
#include "core/base/path_text.h"
#include "core/text/sentences/report_sentences.h"
#include "widgets/look/shown_text.h"
#include "widgets/panels/map_panel.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QApplication>
#include <QEvent>
#include <QLabel>
#include <QMainWindow>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

// What happens on the page. How it is put together stands in read_page_setup.cpp, its commands in
// read_page_commands.cpp, the read-first session in read_page_reader.cpp.
namespace mama {

using viewer::PaneView;

namespace {

QString nameOf(const StudyImage& image)
{
    return QString::fromStdString(image.label.empty() ? pathText(image.path.filename()) : image.label);
}

// Why there is no study: the reasons, or where they stand if they are many.
QString whyNothing(const std::vector<ScanProblem>& problems)
{
    constexpr std::size_t few = 3;
    if (problems.size() > few)
        return ReadPage::tr("%n file(s) could not be shown; the list on the left says why.", nullptr,
                            static_cast<int>(problems.size()));
    QStringList lines;
    for (const ScanProblem& each : problems)
        lines << (QString::fromStdString(pathText(each.path.filename())) + QStringLiteral(": ") +
                  shownText(each.reason))
                     .toHtmlEscaped();
    return lines.join(QStringLiteral("<br>"));
}

// What the small figures below a similarity are.
QString ranksText(const ModelSession& session)
{
    for (const SentenceScores& row : session.scores()) {
        if (row.state != SentenceScores::State::Done)
            continue;
        const QString reference =
            std::isfinite(row.studyRank)
                ? ReadPage::tr("Upper %: reference images, breasts and studies that score lower (%1).")
                      .arg(row.reference)
            : row.reference.isEmpty()
                ? ReadPage::tr("This model has no reference set: `mama model reference` makes one.")
                : row.reference + QLatin1Char('.');
        return std::isfinite(row.studyNeutral)
                   ? reference + QLatin1Char(' ') +
                         ReadPage::tr("Lower %: neutral sentences that score lower (%1).").arg(row.neutral)
                   : reference;
    }
    return {};
}

} // namespace

ReadPage::ReadPage(const QString& engineProgram, QSettings& settings, QWidget* parent)
    : Page(QStringLiteral("read"), tr("&Read"), parent), m_settings(settings), m_studies(new StudySession(this)),
      m_session(new ModelSession(engineProgram, this)), m_reader(new ReaderWork(settings, this)),
      m_frame(new QMainWindow(this))
{
    buildContent();
    buildPanels();
    buildCommands();
    connectStudies();
    connectSession();
    connectPanels();
    connectReader();
    restore();
    updateHint();
}

ReadPage::~ReadPage() { m_studies->cancel(); }

bool ReadPage::takes(const QStringList& paths) const { return !paths.isEmpty(); }

void ReadPage::open(const QStringList& paths)
{
    std::vector<std::filesystem::path> all;
    for (const QString& path : paths)
        all.push_back(givenPath(path.toStdString()));
    open(all);
}

void ReadPage::open(const std::vector<std::filesystem::path>& paths)
{
    if (!paths.empty())
        m_studies->open(paths);
}

void ReadPage::setModel(const QString& folder)
{
    m_session->setModel(folder);
    rememberModel(folder);
    if (!folder.isEmpty())
        m_session->start();
}

void ReadPage::ask(const QString& sentence, const QString& heading)
{
    if (!maySee())
        return;
    m_encodingProblem.clear();
    m_session->ask(sentence, heading);
    m_notes->asked(sentence, m_session->model());
    for (std::size_t row = 0; row < m_session->scores().size(); ++row)
        if (m_session->scores()[row].sentence == sentence)
            m_queryPanel->selectRow(static_cast<int>(row));
    updateHint();
}

void ReadPage::askText(const QString& text)
{
    const auto sentences = splitReport(text.toStdString());
    if (sentences.empty())
        return ask(text.simplified());
    if (sentences.size() == 1)
        return ask(sentences.front().heading.empty() ? text.simplified()
                                                     : QString::fromStdString(sentences.front().text),
                   QString::fromStdString(sentences.front().heading));
    for (const ReportSentence& each : sentences)
        ask(QString::fromStdString(each.text), QString::fromStdString(each.heading));
    m_queryPanel->selectRow(static_cast<int>(m_session->scores().size() - sentences.size()));
}

void ReadPage::askWhenFree(const QString& text)
{
    if (m_reader->readFirst() && !m_reader->mayShowModel(m_studies->study()))
        m_afterLock << text;
    else
        askText(text);
}

void ReadPage::repeat()
{
    if (!maySee())
        return;
    m_encodingProblem.clear();
    if (m_session->scores().empty())
        return Q_EMIT told(tr("No sentence was asked yet: %1 opens the panel for them.").arg(keyOf("panel.ask")),
                           false);
    for (const SentenceScores& row : m_session->scores())
        if (row.mayBeAsked())
            m_notes->asked(row.sentence, m_session->model());
    m_session->repeat();
    if (m_queryPanel->selectedRow() < 0)
        m_queryPanel->selectRow(0);
    updateHint();
}

void ReadPage::cancel()
{
    const QWidget* focus = QApplication::focusWidget();
    for (Drawer* drawer : {m_left, m_right})
        if (drawer->current() >= 0 && drawer->holds(focus)) {
            drawer->close();
            return m_content->currentWidget()->setFocus(Qt::ShortcutFocusReason);
        }
    if (!m_studies->busy() && !m_session->busy()) {
        if (m_right->current() >= 0 || m_left->current() >= 0)
            (m_right->current() >= 0 ? m_right : m_left)->close();
        else if (m_seen->on())
            hangBack();
        else if (m_view->viewLayout() == viewer::ViewLayout::Single && m_studies->alone() < 0)
            m_view->perform(viewer::ViewCommand::Maximise); // restores what hung before
        return m_content->currentWidget()->setFocus(Qt::ShortcutFocusReason);
    }
    if (m_studies->busy())
        m_studies->cancel();
    else
        m_session->cancel();
}

void ReadPage::connectStudies()
{
    connect(m_studies, &StudySession::scanStarted, this, [this] {
        Q_EMIT told({}, false);
        m_view->clear();
        m_session->setStudy({});
        m_studyPanel->setStudies({});
        m_studyPanel->setFiles({}, {});
        m_refused = 0;
        m_start->setText(tr("Looking for studies…"));
        m_content->setCurrentWidget(m_start);
        updateCaption();
    });
    connect(m_studies, &StudySession::scanned, this, &ReadPage::showScanned);
    connect(m_studies, &StudySession::scanFailed, this, [this](const QString& reason) {
        m_start->setText(tr("<h3>Nothing was opened</h3><p>%1</p>").arg(reason.toHtmlEscaped()));
        Q_EMIT told(reason, true);
    });
    connect(m_studies, &StudySession::studyShown, this, &ReadPage::showStudy);
    connect(m_studies, &StudySession::hangingChanged, this, &ReadPage::rehang);
    connect(m_studies, &StudySession::pictureReady, this, &ReadPage::takePicture);
    connect(m_studies, &StudySession::studyComplete, this, [this] {
        m_studyPanel->setImages(*m_studies->study());
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
    m_studyPanel->setStudies(m_studies->studies());
    m_studyPanel->setFiles(problems, others);
    // A licence text beside the images is worth a line in the list, not a notice.
    m_refused = static_cast<int>(
        std::count_if(problems.begin(), problems.end(), [](const ScanProblem& problem) { return problem.refused; }));
    if (m_studies->studies().empty()) {
        m_start->setText(
            tr("<h3>No mammograms found</h3><p>%1</p><p>Choose another folder: <a href=\"folder\">File ▸ Open folder…</a></p>")
                .arg(problems.empty()
                         ? (others.empty()
                                ? tr("The folder holds no image files.")
                                : tr("The folder holds no image files; the list on the left names what it holds."))
                         : whyNothing(problems)));
    } else if (m_refused > 0) {
        Q_EMIT told(tr("%n file(s) are not shown; the list on the left says why.", nullptr, m_refused), false);
    }
}

void ReadPage::showStudy()
{
    const Study& study = *m_studies->study();
    m_encodingProblem.clear();
    m_view->clear();
    Q_EMIT readOut({});
    hang();
    if (m_refused > 0) // what is missing may be among them
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
    showMarks();
    if (m_view->overlayStyle().basis == viewer::RangeBasis::Study)
        showReferenceRange();
    updateCaption();
    updateHint();
}

// The four views as they hang, or one image by itself.
void ReadPage::hang()
{
    const Study& study = *m_studies->study();
    const bool seen = m_seen->on();
    m_seen->leave();
    m_view->setStandardViews(m_studies->hanging());
    for (const auto& [slot, pane] : m_studies->hanging())
        m_view->setEmptyText(pane, tr("reading…"));
    if (m_studies->alone() < 0) {
        if (seen || m_view->viewLayout() == viewer::ViewLayout::Other)
            m_view->setViewLayout(m_layout);
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
    for (const std::size_t image : m_studies->beside())
        columns.push_back({nameOf(study.images[image]), viewer::PaneId{study.uid, image}, views.empty()});
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
    const bool known = m_view->image(pane) == loaded.picture.get();
    if (!known)
        m_view->setImage(pane, loaded.picture);
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
    const auto pane = m_view->activePane();
    m_studyPanel->setCurrentImage(pane ? static_cast<int>(pane->image) : -1);
}

void ReadPage::hangExtra(int image)
{
    if (m_studies->hanging().empty() || !m_studies->swapIn(image))
        m_studies->showAlone(image);
    m_view->setFocus();
}

// Another image of the study by itself: of those that hang in no view.
void ReadPage::stepAlone(int by)
{
    const Study& study = *m_studies->study();
    const int count = static_cast<int>(study.images.size());
    for (int step = 1; step <= count; ++step) {
        const int image = ((m_studies->alone() + by * step) % count + count) % count;
        if (study.images[static_cast<std::size_t>(image)].slot == Slot::Extra)
            return m_studies->showAlone(image);
    }
}

void ReadPage::perform(viewer::ViewCommand command)
{
    const auto& commands = PaneView::commands();
    const auto info = std::ranges::find(commands, command, &viewer::ViewCommandInfo::command);
    const bool alone = m_studies->study() && m_studies->alone() >= 0;
    const bool steps = command == viewer::ViewCommand::NextView || command == viewer::ViewCommand::PreviousView;
    if (m_seen->on() && !steps && info->group == viewer::ViewCommandInfo::Group::Layout &&
        command != viewer::ViewCommand::Maximise)
        hangBack();
    if (alone && steps && !m_seen->on())
        return stepAlone(command == viewer::ViewCommand::NextView ? 1 : -1);
    if (alone && info->group == viewer::ViewCommandInfo::Group::Layout && command != viewer::ViewCommand::Maximise) {
        if (m_studies->hanging().empty()) {
            showViewState();
            return Q_EMIT told(tr("No image of this study has a place among the views: they are shown one by one."),
                               false);
        }
        m_studies->showViews();
    }
    m_view->perform(command);
    if (const auto layout = m_view->viewLayout();
        layout != viewer::ViewLayout::Other && layout != viewer::ViewLayout::Single)
        m_layout = layout;
}

// The active image, for which nothing else says where it belongs.
void ReadPage::place(Slot slot)
{
    const auto active = m_view->activePane();
    const Study* study = m_studies->study();
    if (!study || !active || active->image >= study->images.size())
        return Q_EMIT told(tr("No image is active: click one first."), false);
    const std::filesystem::path path = study->images[active->image].path;
    const int frame = study->images[active->image].frame;
    const QString file = QString::fromStdString(pathText(path.filename()));
    if (!m_studies->place(static_cast<int>(active->image), slot))
        return Q_EMIT told(tr("The file says which view %1 is: it stays so.").arg(file), false);
    const auto placed = std::ranges::find_if(m_studies->study()->images, [&](const StudyImage& each) {
        return each.path == path && each.frame == frame; // placing one reorders them
    });
    m_reader->assign(*placed);
    const QString view = QString::fromStdString(viewer::slotName(slot));
    if (placed->slot == Slot::Extra) {
        const StudyImage* there = m_studies->study()->inSlot(slot);
        return Q_EMIT told(
            tr("%1 is %2, as you say, and stands beside: %3 hangs there.")
                .arg(file, view, there ? QString::fromStdString(pathText(there->path.filename())) : QString()),
            false);
    }
    const auto open = std::ranges::count_if(m_studies->study()->images, [](const StudyImage& each) {
        return each.side == Side::Unknown || each.view.empty();
    });
    const QString back = keyOf("study.place.undo");
    Q_EMIT told(open == 0 ? tr("%1 is %2, as you say. %3 takes it back.").arg(file, view, back)
                          : tr("%1 is %2, as you say. %3 takes it back. %n image(s) of the study have no view yet.",
                               nullptr, static_cast<int>(open))
                                .arg(file, view, back),
                false);
}

void ReadPage::undoPlace()
{
    if (!m_studies->undoPlace())
        return Q_EMIT told(tr("There is nothing to take back."), false);
    m_reader->undoAssign();
    Q_EMIT told(tr("Side and view are unknown again."), false);
}

QString ReadPage::keyOf(const char* command) const
{
    return findChild<QAction*>(QLatin1String(command))->shortcut().toString(QKeySequence::NativeText);
}

void ReadPage::selectSentence(int by)
{
    const int rows = static_cast<int>(m_session->scores().size());
    if (rows > 0)
        m_queryPanel->selectRow(std::clamp(m_queryPanel->selectedRow() + by, 0, rows - 1));
}

void ReadPage::stepFrame(int by)
{
    const auto active = m_view->activePane();
    const Study* study = m_studies->study();
    if (!study || !active || active->image >= study->images.size())
        return Q_EMIT told(tr("No image is active: click one first."), false);
    const StudyImage& image = study->images[active->image];
    if (image.header.frames < 2)
        return Q_EMIT told(tr("%1 has one frame only.").arg(nameOf(image)), false);
    const int wanted = std::clamp(image.frame + by, 0, image.header.frames - 1);
    if (wanted == image.frame)
        return;
    m_studies->showFrame(static_cast<int>(active->image), wanted);
    m_session->setStudy(std::make_shared<const Study>(*study),
                        m_studies->beside()); // scores are of the frame on screen
}

void ReadPage::connectSession()
{
    connect(&m_session->engine(), &EngineProcess::stateChanged, this, &ReadPage::updateHint);
    connect(m_session, &ModelSession::modelChanged, this, [this] {
        m_queryPanel->setProvenance(m_session->provenance());
        m_queryPanel->setExamples(m_session->model() ? m_session->model()->examples : QStringList());
        hangBack(); // what another model sees
        showMapChoices();
        updateHint();
    });
    connect(m_session, &ModelSession::scoresChanged, this, [this] {
        m_queryPanel->setRows(m_session->scores());
        m_queryPanel->setRanks(ranksText(*m_session));
        showMaps();
    });
    connect(m_session, &ModelSession::mapsReady, this, [this](int row) {
        if (m_queryPanel->selectedRow() < 0)
            m_queryPanel->selectRow(row);
        showMaps();
    });
    connect(m_session, &ModelSession::encodingFinished, this, [this](const QStringList& refused) {
        for (const QString& reason : refused)
            m_studyPanel->addProblem(tr("Not scored: %1").arg(reason));
        if (const auto changed = m_studies->changedOnDisk(); !changed.empty()) {
            const QString file =
                QString::fromStdString(pathText(m_studies->study()->images[changed.front()].path.filename()));
            m_session->rejectStudy(
                tr("%1 was changed on disk since its picture was read: open the study again to see and score what is "
                   "there now.")
                    .arg(file));
        }
        updateHint();
    });
    connect(m_session, &ModelSession::encodingFailed, this, [this](const QString& reason) {
        m_encodingProblem = reason;
        updateHint();
    });
    connect(m_session, &ModelSession::engineDied, this, [this](const QString& reason) {
        Q_EMIT told(
            m_session->engine().gaveUp()
                ? tr("%1 It died several times in a row and is stopped now: choose Model ▸ Start the engine again. "
                     "The pictures are not affected.")
                      .arg(reason)
                : tr("%1 It is started again and what you asked is asked again; the pictures are not affected.")
                      .arg(reason),
            true);
    });
    connect(&m_session->engine(), &EngineProcess::ready, this, [this] {
        if (const int restarts = m_session->engine().restarts(); restarts > 0)
            Q_EMIT told(tr("The engine is back (restart %1). What was asked is asked again.").arg(restarts), false);
    });
}

void ReadPage::connectPanels()
{
    connect(m_studyPanel, &StudyPanel::studyChosen, m_studies, &StudySession::show);
    connect(m_studyPanel, &StudyPanel::imageSelected, this, &ReadPage::activate);
    connect(m_studyPanel, &StudyPanel::imageChosen, this, &ReadPage::hangExtra);
    connect(m_view, &PaneView::activePaneChanged, this, &ReadPage::selectActiveImage);
    connect(m_queryPanel, &QueryPanel::asked, this, [this](const QString& text) {
        askText(text);
        if (m_content->currentWidget() == m_view)
            m_view->setFocus(Qt::ShortcutFocusReason);
    });
    connect(m_queryPanel, &QueryPanel::rowSelected, this, &ReadPage::showMaps);
    connect(m_queryPanel, &QueryPanel::removeAsked, m_session, &ModelSession::remove);
    connect(m_queryPanel, &QueryPanel::fusionRuleChosen, this, [this](const QString& rule) {
        m_settings.setValue(settings_keys::fusionRule, rule);
        m_session->setFusionRule(rule);
    });
    connect(m_mapPanel, &MapPanel::styleChanged, this, [this](const viewer::OverlayStyle& style) {
        m_view->setOverlayStyle(style);
        if (style.basis == viewer::RangeBasis::Reference)
            showReferenceRange();
    });
    connect(m_mapPanel, &MapPanel::studyRangeAsked, this, &ReadPage::showStudyRange);
    connect(m_mapPanel, &MapPanel::wayChosen, m_session, &ModelSession::setMapWay);
    connect(m_mapPanel, &MapPanel::lessChosen, this, [this](const QString& what, const QString& sentence) {
        m_session->setMapLess({what, sentence});
    });
    connect(m_mapPanel, &MapPanel::sentenceChosen, this, [this](int sentence) {
        m_session->chooseSentence(m_queryPanel->selectedRow(), sentence);
        showMaps();
    });
    m_seen = new SeenPictures(*m_session, *m_view, this);
    connect(m_seen, &SeenPictures::changed, this, [this](bool on) {
        findChild<QAction*>(QStringLiteral("view.seen"))->setChecked(on);
        showMaps();
    });
    for (Drawer* drawer : {m_left, m_right})
        connect(drawer, &Drawer::coversChanged, this, &ReadPage::coverLegend);
    connect(m_view, &PaneView::overlayStyleChanged, this, [this] { m_mapPanel->setStyle(m_view->overlayStyle()); });
    connect(m_view, &PaneView::cursorMoved, this,
            [this](const viewer::CursorInfo& info) { Q_EMIT readOut(viewer::toText(info)); });
    connect(m_view, &PaneView::graphicsFailed, this, [this](const QString& reason) { Q_EMIT told(reason, true); });
}

void ReadPage::updateHint()
{
    if (!m_reader->mayShowModel(m_studies->study())) {
        m_queryPanel->setStalled(true);
        return m_queryPanel->setHint(tr("Read first: the model answers when your verdict on this study is locked."),
                                     false);
    }
    const Readiness readiness{m_studies->study() != nullptr, m_encodingProblem};
    const QueryHint hint = queryHint(*m_session, readiness);
    m_queryPanel->setStalled(waitsForPerson(*m_session, readiness));
    m_queryPanel->setHint(hint.text, hint.isError);
}

QMargins ReadPage::covered() const { return {m_left->covers(), 0, m_right->covers(), 0}; }

void ReadPage::updateCaption()
{
    Q_EMIT caption(m_studies->study()
                       ? tr("study %1 of %2").arg(m_studies->current() + 1).arg(m_studies->studies().size())
                       : QString());
}

// Where there is room, panels stand beside the pictures.
void ReadPage::resizeEvent(QResizeEvent* event)
{
    Page::resizeEvent(event);
    constexpr int roomy = 1500;
    m_left->setFloating(width() < roomy);
    m_right->setFloating(width() < roomy);
}

void ReadPage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    if (const QWidget* focus = QApplication::focusWidget(); !focus || !isAncestorOf(focus))
        m_content->currentWidget()->setFocus();
}

void ReadPage::changeEvent(QEvent* event)
{
    Page::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_queryPanel)
        updateHint(); // its colour
}

void ReadPage::keep()
{
    m_settings.setValue(settings_keys::leftPanel, m_left->current());
    m_settings.setValue(settings_keys::rightPanel, m_right->current());
    m_settings.setValue(settings_keys::leftWidth, m_left->panelWidth());
    m_settings.setValue(settings_keys::rightWidth, m_right->panelWidth());
    m_settings.setValue(settings_keys::queryHistory, m_queryPanel->sentence()->history());
    const viewer::OverlayStyle& style = m_view->overlayStyle();
    m_settings.setValue(settings_keys::mapOpacity, style.opacity);
    m_settings.setValue(settings_keys::mapColours, static_cast<int>(style.map));
}

} // namespace mama
