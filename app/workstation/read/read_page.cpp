#include "app/workstation/read/read_page.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/beside_pictures.h"
#include "app/workstation/read/seen_pictures.h"
#include "app/workstation/read/studies/exam_thumbs.h"
#include "app/workstation/read/studies/file_watch.h"
#include "app/workstation/read/studies/study_line.h"
#include "app/workstation/read/window_list.h"
#include "app/workstation/read/work/notes_session.h"
#include "app/workstation/screens/pictures_apart.h"
#include "app/workstation/screens/view_apart.h"
#include "core/base/path_text.h"
#include "widgets/panels/map_panel.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QApplication>
#include <QEvent>
#include <QLabel>
#include <QMainWindow>
#include <QScreen>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <QWindow>
#include <algorithm>
#include <utility>

// What happens on the page. How it is put together stands in read_page_setup.cpp, its commands in
// read_page_commands.cpp, what concerns studies and their images in read_page_studies.cpp, the read-first session in
// read_page_reader.cpp, maps in read_page_maps.cpp.
namespace mama {

using viewer::PaneView;

ReadPage::ReadPage(const QString& engineProgram, QSettings& settings, QWidget* parent)
    : Page(QStringLiteral("read"), tr("&Read"), parent), m_settings(settings), m_studies(new StudySession(this)),
      m_line(new StudyLine(*m_studies, this)), m_session(new ModelSession(engineProgram, this)),
      m_reader(new ReaderWork(settings, this)), m_drawn(new NotesSession(*m_reader, this)),
      m_frame(new QMainWindow(this))
{
    buildContent();
    buildPanels();
    buildCommands();
    connectStudies();
    connectLine();
    connectSession();
    connectPanels();
    connectReader();
    connectNotes();
    connectFiles();
    answerAtStart();
    restore();
    coverLegend();
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

void ReadPage::open(const std::vector<std::filesystem::path>& paths, bool remember)
{
    if (paths.empty())
        return;
    m_opened = remember ? paths : std::vector<std::filesystem::path>();
    m_wanted.reset();
    m_line->clear();
    m_studies->open(paths);
}

void ReadPage::openAlong(const StudyToRead& study, StudyBeside beside)
{
    m_opened.clear(); // the list knows its studies
    m_studies->open(study.withExams(), study.files.front());
    m_wanted = study.first;
    m_line->start(study, std::move(beside));
}

void ReadPage::cancel()
{
    if (closeNoteEdit())
        return;
    if (m_viewApart->hasKeyboard()) {
        if (!m_viewApart->view()->leaveNote())
            m_viewApart->setOpen(false);
        return;
    }
    const QWidget* focus = QApplication::focusWidget();
    for (Drawer* drawer : {m_left, m_right})
        if (drawer->current() >= 0 && drawer->holds(focus)) {
            drawer->close();
            return toPictures(Qt::ShortcutFocusReason);
        }
    if (m_content->currentWidget() == m_view && m_view->leaveNote())
        return m_view->setFocus(Qt::ShortcutFocusReason);
    if (putMessageAway())
        return;
    if (!m_studies->busy() && !m_session->busy()) {
        if (m_right->current() >= 0 || m_left->current() >= 0)
            (m_right->current() >= 0 ? m_right : m_left)->close();
        else if (m_seen->on())
            hangBack();
        else if (m_view->viewLayout() == viewer::ViewLayout::Single && m_studies->alone() < 0)
            m_view->perform(viewer::ViewCommand::Maximise); // restores what hung before
        else if (m_compare != Compare::Off)
            compare(m_compare); // this exam alone again
        else if (m_apart->isApart())
            m_apart->setApart(false);
        return toPictures(Qt::ShortcutFocusReason);
    }
    if (m_studies->busy())
        m_studies->cancel();
    else
        m_session->cancel();
}

void ReadPage::perform(viewer::ViewCommand command)
{
    const bool apart = m_viewApart->perform(command);
    if (!apart)
        performOnPictures(command);
    if (command == viewer::ViewCommand::NextWindow)
        m_windows->remember();
    if (!apart && m_viewApart->hasKeyboard() &&
        (command == viewer::ViewCommand::NextView || command == viewer::ViewCommand::PreviousView))
        m_viewApart->showActive();
}

void ReadPage::performOnPictures(viewer::ViewCommand command)
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
    if (info->group == viewer::ViewCommandInfo::Group::Layout && !steps && command != viewer::ViewCommand::Maximise &&
        (m_compare == Compare::EightUp || m_compare == Compare::Beside))
        return layOutCompared(command);
    const bool layouts = info->group == viewer::ViewCommandInfo::Group::Layout && !steps;
    if (layouts && command != viewer::ViewCommand::Maximise)
        m_step = -1;
    const bool beside = m_besidePictures->on() && layouts && command != viewer::ViewCommand::Maximise;
    if (beside)
        m_besidePictures->leave();
    m_view->perform(command);
    if (const auto layout = m_view->viewLayout();
        layouts && layout != viewer::ViewLayout::Other && layout != viewer::ViewLayout::Single) {
        m_layout = layout;
        if (command != viewer::ViewCommand::Maximise)
            m_settings.setValue(settings_keys::viewLayout, static_cast<int>(layout));
    }
    if (beside) { // on both sides
        m_besidePictures->show();
        showMaps();
    }
}

QString ReadPage::keyOf(const char* command) const
{
    return findChild<QAction*>(QLatin1String(command))->shortcut().toString(QKeySequence::NativeText);
}

void ReadPage::connectPanels()
{
    connect(m_studyPanel, &StudyPanel::studyChosen, m_studies, &StudySession::show);
    connect(m_studyPanel, &StudyPanel::imageSelected, this, &ReadPage::activate);
    connect(m_studyPanel, &StudyPanel::imageChosen, this, &ReadPage::hangExtra);
    connect(m_view, &PaneView::imageDropped, this, &ReadPage::hangIn);
    connect(m_studyPanel, &StudyPanel::orderChosen, this, [this](ExamOrder order) {
        m_settings.setValue(settings_keys::studyOrder, static_cast<int>(order));
        updateCaption();
    });
    connect(m_studyPanel, &StudyPanel::sightChanged, this, [this] {
        wantThumbs();
        showSearch();
    });
    connect(m_left, &Drawer::changed, this, &ReadPage::wantThumbs);
    auto* soon = new QTimer(this); // several pictures at once
    soon->setSingleShot(true);
    soon->setInterval(100);
    connect(m_thumbs, &ExamThumbs::changed, soon, [soon] {
        if (!soon->isActive())
            soon->start();
    });
    connect(soon, &QTimer::timeout, m_studyPanel, &StudyPanel::showPictures);
    connect(m_view, &PaneView::activePaneChanged, this, &ReadPage::selectActiveImage);
    connect(m_queryPanel, &QueryPanel::asked, this, [this](const QString& text) {
        askText(text);
        if (m_content->currentWidget() == m_view)
            toPictures(Qt::ShortcutFocusReason);
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
    connect(m_mapPanel, &MapPanel::wayChosen, this, &ReadPage::chooseWay);
    connect(m_mapPanel, &MapPanel::lessChosen, this, [this](const QString& what, const QString& sentence) {
        m_session->setMapLess({what, sentence});
    });
    connect(m_mapPanel, &MapPanel::sentenceChosen, this, [this](int sentence) {
        m_session->chooseSentence(m_queryPanel->selectedRow(), sentence);
        showMaps();
    });
    connect(m_mapPanel, &MapPanel::besideChosen, this, &ReadPage::chooseBeside);
    m_besidePictures = new BesidePictures(*m_view, this);
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
    connect(m_view, &PaneView::wheelTurned, this, [this](MouseAct act, int by) {
        if (act == MouseAct::Frames)
            stepFrame(by);
        else
            perform(by > 0 ? viewer::ViewCommand::NextView : viewer::ViewCommand::PreviousView);
    });
    connect(m_view, &PaneView::graphicsFailed, this, [this](const QString& reason) { Q_EMIT told(reason, true); });
}

QMargins ReadPage::covered() const { return {m_left->covers(), 0, m_right->covers(), 0}; }

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
    if (!std::exchange(m_shown, true)) // once the window stands
        QTimer::singleShot(0, m_apart, [this] { m_apart->setMonitors(monitorsNow()); });
    takeScreen();
    if (const QWindow* handle = window()->windowHandle()) // one connection, however often the page is shown
        connect(handle, &QWindow::screenChanged, this, &ReadPage::takeScreen, Qt::UniqueConnection);
    if (const QWidget* focus = QApplication::focusWidget(); !focus || !isAncestorOf(focus))
        m_content->currentWidget()->setFocus();
}

void ReadPage::changeEvent(QEvent* event)
{
    Page::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_queryPanel)
        updateHint(); // its colour
    if (event->type() == QEvent::ActivationChange && isActiveWindow() && m_files)
        m_files->look(); // somebody was elsewhere
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
    m_settings.setValue(settings_keys::loupeSize, m_view->aids().loupeSide);
    m_settings.setValue(settings_keys::loupeTimes, m_view->aids().loupeMagnification);
    m_settings.setValue(settings_keys::mapColours, static_cast<int>(style.map));
}

} // namespace mama
