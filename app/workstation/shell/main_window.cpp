#include "app/workstation/shell/main_window.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/read/work/notes_session.h"
#include "app/workstation/screens/monitors.h"
#include "app/workstation/screens/pictures_apart.h"
#include "app/workstation/screens/view_apart.h"
#include "app/workstation/shell/message_strip.h"
#include "app/workstation/shell/shortcuts.h"
#include "app/workstation/shell/status_area.h"
#include "core/base/path_text.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>
#include <QTabBar>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {
namespace {

const QString mainPlace = QStringLiteral("main");

// A dropped file's path, byte for byte: Qt's own reading of it loses bytes that are not UTF-8.
QString droppedPath(const QUrl& url)
{
    const QByteArray bytes = QByteArray::fromPercentEncoding(url.path(QUrl::FullyEncoded).toLatin1());
    return QString::fromStdString(pathText(std::filesystem::path(bytes.toStdString())));
}

} // namespace

MainWindow::MainWindow(const QString& engineProgram, QSettings& settings, QWidget* parent)
    : QMainWindow(parent), m_settings(settings), m_keys(settings), m_stack(new QStackedWidget(this)),
      m_tabs(new QTabBar), m_message(new MessageStrip(*m_tabs, m_stack)), m_head(new QWidget),
      m_status(new StatusArea(this))
{
    setAcceptDrops(true);
    qApp->installEventFilter(this);
    setMinimumSize(900, 600);
    setWindowTitle(QStringLiteral("MaMA Workstation"));
    buildCentre();
    m_read = addPage(new ReadPage(engineProgram, settings, this));
    m_train = addPage(new TrainPage(engineProgram, settings, this));
    m_library = addPage(new LibraryPage({engineProgram, m_read->session(), settings}, this));
    m_models = addPage(new ModelsPage(settings, this));
    connectPages();
    connectStatus();
    buildMenus();
    m_read->view().setMouse(m_keys.choice().mouse);
    showPage(*m_read);
    if (!m_keys.problem().isEmpty())
        m_message->tellForGood(m_keys.problem());
    const QByteArray last = m_settings.value(settings_keys::windowGeometry).toByteArray();
    if (!restoreGeometry(m_settings.value(placeKey(mainPlace, monitorsNow()), last).toByteArray()))
        fitScreen();
}

// As wished where the screen has room for it and its frame, else as large as the screen.
void MainWindow::fitScreen()
{
    const QSize wished(1600, 1000), frame(16, 56);
    const QRect room = screen()->availableGeometry();
    setMinimumSize(minimumSize().boundedTo(room.size() - frame));
    if (wished.width() + frame.width() <= room.width() && wished.height() + frame.height() <= room.height())
        return resize(wished);
    setGeometry(
        room.adjusted(frame.width() / 2, frame.height() - frame.width() / 2, -frame.width() / 2, -frame.width() / 2));
    setWindowState(windowState() | Qt::WindowMaximized);
}

void MainWindow::buildCentre()
{
    m_tabs->setAccessibleName(tr("Pages"));
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    auto* column = new QVBoxLayout(m_head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_tabs);
    setCentralWidget(m_stack);
    setStatusBar(m_status);
}

void MainWindow::take(Page& page)
{
    m_pages.push_back(&page);
    m_stack->addWidget(&page);
    QString title = page.title();
    m_tabs->addTab(title.remove(QLatin1Char('&')));
    connect(&page, &Page::told, m_message, &MessageStrip::tell);
    connect(&page, &Page::outdated, m_message, &MessageStrip::withdraw);
    connect(&page, &Page::acting, m_message, &MessageStrip::nextAction);
    page.setMessageAway([this] { return m_message->putAway(); });
    connect(&page, &Page::wanted, this, [this, &page] { showPage(page); });
    connect(&page, &Page::coveredChanged, this, [this, &page] {
        if (m_stack->currentWidget() == &page)
            m_message->setCovered(page.covered());
    });
}

// What one page does for another.
void MainWindow::connectPages()
{
    connect(m_tabs, &QTabBar::currentChanged, this,
            [this](int index) { showPage(*m_pages[static_cast<std::size_t>(index)], m_tabs->hasFocus()); });
    connect(m_read, &ReadPage::pinned, m_train, &TrainPage::pinStudy);
    const auto giveStyle = [this] { m_train->setOverlayStyle(m_read->view().overlayStyle()); };
    connect(&m_read->view(), &viewer::PaneView::overlayStyleChanged, m_train, giveStyle);
    giveStyle();
    const auto giveReadFirst = [this] {
        m_train->setReadFirst(m_read->reader().readFirst());
        m_library->setReadFirst(m_read->reader().readFirst());
    };
    connect(&m_read->reader(), &ReaderWork::gateChanged, m_train, giveReadFirst);
    giveReadFirst();
    const auto giveKeys = [this](auto& apart) { // every key works there too
        if (QWidget* window = apart.window())
            window->addActions({m_commands.begin(), m_commands.end()});
    };
    connect(&m_read->apart(), &PicturesApart::changed, this, [this, giveKeys] { giveKeys(m_read->apart()); });
    connect(&m_read->viewApart(), &ViewApart::changed, this, [this, giveKeys] { giveKeys(m_read->viewApart()); });
    connect(&m_read->apart(), &PicturesApart::windowActive, this, [this] { settleKeys(*m_read); });
    connect(&m_read->viewApart(), &ViewApart::keyboardMoved, this, [this] {
        if (m_read->viewApart().hasKeyboard())
            settleKeys(*m_read);
    });
    connect(m_read, &ReadPage::modelsAsked, this, [this] { showPage(*m_models); });
    connect(m_read, &ReadPage::libraryAsked, this, [this] { showPage(*m_library); });
    connect(m_read, &ReadPage::regionAsked, this,
            [this](const AnnotatedImage& image, const QRectF& box, const QString& words) {
                m_library->askRegion(image, {box.left(), box.top(), box.right(), box.bottom()}, words);
                showPage(*m_library);
            });
    connect(m_models, &ModelsPage::useAsked, this, [this](const QString& folder) {
        m_read->setModel(folder);
        showPage(*m_read);
        m_read->typeSentence();
    });
    connect(m_library, &LibraryPage::readAsked, this, [this](const StudyToRead& study) {
        m_read->openAlong(study, [library = m_library](std::int64_t from, int by, const auto& take) {
            library->giveBeside(from, by, take);
        });
        m_library->setAway(true);
        showPage(*m_read);
        const auto key = [this](const char* id) {
            const QAction* action = findChild<QAction*>(QLatin1String(id));
            return action ? action->shortcut().toString(QKeySequence::NativeText) : QString();
        };
        m_message->tell(tr("Study %1 of the library. %2 leads back to it, %3 to the next study of its list.")
                            .arg(study.name, key("library.back"), key("study.next")),
                        false);
    });
    connect(m_read, &ReadPage::reached, m_library,
            [this](const StudyToRead& study) { m_library->setReadStudy(study.study); });
    connect(&m_library->session(), &LibrarySession::stateChanged, this,
            [this] { m_read->setLibrary(m_library->session().library()); });
    connect(&m_library->session(), &LibrarySession::acted, this, [this] { m_read->drawn().reload(); });
    connect(m_library, &LibraryPage::trainAsked, this, [this](const QString& folder) {
        showPage(*m_train);
        m_train->newRunFrom(folder, m_read->session().model() ? m_read->session().modelFolder() : QString());
    });
    connect(m_read, &ReadPage::caption, this, [this](const QString& text) {
        m_caption = text;
        showTitle();
    });
}

// What the reading page says of its study is of no other page.
void MainWindow::showTitle()
{
    const bool reading = m_stack->currentWidget() == m_read && !m_caption.isEmpty();
    setWindowTitle((reading ? m_caption + QStringLiteral(" — ") : QString()) + QStringLiteral("MaMA Workstation"));
}

void MainWindow::connectStatus()
{
    const auto follow = [this](auto* session, StatusArea::Task task) {
        connect(session, &std::remove_pointer_t<decltype(session)>::progress, m_status,
                [this, task](const QString& phase, qint64 done, qint64 total) {
                    m_status->setProgress(task, phase, done, total);
                });
    };
    follow(&m_read->studies(), StatusArea::Task::Reading);
    follow(&m_read->session(), StatusArea::Task::Engine);
    const auto showEngine = [this] { m_status->setEngine(m_read->session()); };
    connect(&m_read->session().engine(), &EngineProcess::stateChanged, m_status, showEngine);
    connect(&m_read->session(), &ModelSession::modelChanged, m_status, showEngine);
    connect(m_read, &ReadPage::displayNoted, m_status, &StatusArea::setDisplayNote);
    m_status->setDisplayNote(m_read->displayNote());
    connect(m_read, &ReadPage::readOut, m_status, &StatusArea::setReadOut);
    connect(m_status, &StatusArea::cancelAsked, m_read, &ReadPage::cancel);
    showEngine();
}

void MainWindow::showPage(Page& page) { showPage(page, false); }

// fromTabs: somebody goes through the tabs by keys, and the keyboard stays there.
void MainWindow::showPage(Page& page, bool fromTabs)
{
    page.head()->addWidget(m_head);
    showOnly(page);
    m_head->show();
    m_message->setCovered(page.covered());
    m_message->place(); // the page came to the top
    const QSignalBlocker quiet(m_tabs);
    m_tabs->setCurrentIndex(m_stack->indexOf(&page));
    if (fromTabs)
        m_tabs->setFocus();
    else if (m_tabs->hasFocus())
        page.takeKeyboard();
    showTitle();
    m_panels->clear();
    m_panels->addActions(page.panels());
    m_panels->setEnabled(!m_panels->isEmpty());
    settleKeys(page);
}

// A key that two pages have is that of the one on screen.
void MainWindow::settleKeys(const Page& page)
{
    for (const Page* each : m_pages)
        for (QAction* action : each->commands()) {
            giveShortcut(*action, action->shortcut());
            const bool taken = !action->shortcut().isEmpty() &&
                               std::any_of(page.commands().begin(), page.commands().end(),
                                           [&](const QAction* own) { return own->shortcut() == action->shortcut(); });
            if (each != &page && (taken || action->property(ofPage).toBool()))
                action->setShortcutContext(Qt::WidgetShortcut); // which a menu never has
        }
}

// The page that is not on screen must not claim width.
void MainWindow::showOnly(const Page& page)
{
    for (Page* each : m_pages) {
        const QSizePolicy::Policy room = each == &page ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        each->setSizePolicy(room, room);
    }
    m_stack->setCurrentIndex(m_stack->indexOf(&page));
}

// Files may be dropped anywhere: fields that take a dropped text take no file.
bool MainWindow::eventFilter(QObject* watched, QEvent* event)
{
    const QEvent::Type type = event->type();
    if (watched == this && type == QEvent::WindowActivate)
        settleKeys(*static_cast<Page*>(m_stack->currentWidget()));
    if (type != QEvent::DragEnter && type != QEvent::DragMove && type != QEvent::Drop)
        return QMainWindow::eventFilter(watched, event);
    auto& drop = static_cast<QDropEvent&>(*event); // the others are of its kind
    const auto* widget = qobject_cast<const QWidget*>(watched);
    const QList<QUrl> urls = drop.mimeData()->urls();
    const QWidget* window = widget ? widget->window() : nullptr;
    if (!widget || std::ranges::none_of(urls, &QUrl::isLocalFile) ||
        (window != this && window != m_read->apart().window() && window != m_read->viewApart().window()))
        return QMainWindow::eventFilter(watched, event);
    drop.acceptProposedAction();
    if (type != QEvent::Drop)
        return true;
    QStringList paths;
    for (const QUrl& url : urls)
        if (url.isLocalFile())
            paths << droppedPath(url);
    open(paths);
    return true;
}

// The first page takes whatever no other knows better.
void MainWindow::open(const QStringList& paths)
{
    const auto page =
        std::find_if(m_pages.rbegin(), m_pages.rend(), [&](const Page* each) { return each->takes(paths); });
    if (page == m_pages.rend())
        return;
    showPage(**page);
    (*page)->open(paths);
}

// Where nothing nearer takes it.
void MainWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Escape || !m_message->putAway())
        QMainWindow::keyPressEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    for (const Page* page : m_pages)
        if (const QString question = page->unsaved();
            !question.isEmpty() && QMessageBox::question(this, windowTitle(), question) != QMessageBox::Yes)
            return event->ignore();
    m_settings.setValue(settings_keys::windowGeometry, saveGeometry());
    m_settings.setValue(placeKey(mainPlace, monitorsNow()), saveGeometry());
    for (Page* page : m_pages)
        page->keep();
    event->accept();
}

} // namespace mama
