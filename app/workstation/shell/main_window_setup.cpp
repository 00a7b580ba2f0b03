// The parts of the window that are built once: panels, menus, tools, dialogs, and what the settings remember.
#include "app/workstation/look/icons.h"
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/shell/keys_dialog.h"
#include "app/workstation/shell/main_window.h"
#include "app/workstation/shell/status_area.h"
#include "app/workstation/train/train_page.h"
#include "widgets/panels/map_panel.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"

#include <QActionGroup>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QFileDialog>
#include <QGroupBox>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QStackedWidget>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace mama {

using viewer::ViewCommand;

namespace {

QDockWidget* dock(QMainWindow* window, const QString& title, const char* name, QWidget* content,
                  Qt::DockWidgetArea area)
{
    auto* frame = new QWidget(window);
    auto* layout = new QVBoxLayout(frame);
    layout->setContentsMargins(8, 6, 8, 8);
    layout->addWidget(content);
    auto* made = new QDockWidget(title, window);
    made->setObjectName(QLatin1String(name));
    made->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    made->setWidget(frame);
    window->addDockWidget(area, made);
    return made;
}

const char* iconOf(ViewCommand command)
{
    switch (command) {
    case ViewCommand::LayoutGrid: return "layout";
    case ViewCommand::Fit: return "fit";
    case ViewCommand::Pixels: return "actual";
    case ViewCommand::Invert: return "invert";
    case ViewCommand::Reset: return "reset";
    case ViewCommand::ToggleLoupe: return "loupe";
    case ViewCommand::ToggleOverlay: return "map";
    case ViewCommand::Measure: return "measure";
    default: return "";
    }
}

} // namespace

void MainWindow::buildPanels(const QString& engineProgram)
{
    m_view = new viewer::PaneView(this);
    m_view->setKeysEnabled(false); // the menus' actions carry the keys
    m_view->setFocusPolicy(Qt::StrongFocus);
    m_view->setAccessibleName(tr("Mammograms"));
    m_start = new QLabel(
        tr("<h2>MaMA Workstation</h2><p>Drop a study here, or choose <a href=\"folder\">File ▸ Open folder…</a></p>"
           "<p>DICOM, PNG, JPEG and TIFF. Loose images need side and view in their name: L-CC.png.</p>"
           "<p><b>Research software. Not for clinical use.</b></p>"),
        this);
    m_start->setAlignment(Qt::AlignCenter);
    m_start->setWordWrap(true);
    connect(m_start, &QLabel::linkActivated, this, [this] { chooseFiles(true); });
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_view);
    m_message = new QLabel(this);
    m_message->setWordWrap(true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_message->hide();
    auto* centre = new QWidget(this);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_pages, 1);
    buildPages(engineProgram, centre);

    m_studyPanel = new StudyPanel(this);
    m_queryPanel = new QueryPanel(this);
    m_mapPanel = new MapPanel(this);
    QDockWidget* left = dock(this, tr("Studies"), "studies", m_studyPanel, Qt::LeftDockWidgetArea);
    QDockWidget* query = dock(this, tr("Sentences"), "sentences", m_queryPanel, Qt::RightDockWidgetArea);
    QDockWidget* maps = dock(this, tr("Alignment maps"), "maps", m_mapPanel, Qt::RightDockWidgetArea);
    resizeDocks({left, query}, {180, 380}, Qt::Horizontal);
    resizeDocks({query, maps}, {500, 230}, Qt::Vertical);
    m_status = new StatusArea(this);
    setStatusBar(m_status);
    setTabOrder(m_queryPanel, m_mapPanel);
}

QAction* MainWindow::command(QMenu* menu, const char* id, const QString& title, const QString& key,
                             std::function<void()> act, const QString& icon)
{
    QAction* action = menu->addAction(title);
    action->setObjectName(QLatin1String(id));
    const QString kept = m_settings.value(settings_keys::commandKeys(action->objectName()), key).toString();
    action->setProperty("defaultKey", key);
    action->setShortcut(QKeySequence::fromString(kept, QKeySequence::PortableText));
    if (!icon.isEmpty()) {
        action->setProperty("icon", icon);
        action->setIcon(themedIcon(icon));
    }
    connect(action, &QAction::triggered, this, std::move(act));
    m_commands.push_back(action);
    return action;
}

void MainWindow::buildMenus()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    QAction* open = command(
        file, "file.folder", tr("Open f&older…"), QStringLiteral("Ctrl+O"), [this] { chooseFiles(true); },
        QStringLiteral("open"));
    command(file, "file.files", tr("Open &files…"), QStringLiteral("Ctrl+Shift+O"), [this] { chooseFiles(false); });
    file->addSeparator();
    command(file, "file.quit", tr("&Quit"), QStringLiteral("Ctrl+Q"), [this] { close(); });

    QMenu* study = menuBar()->addMenu(tr("&Study"));
    command(study, "study.next", tr("&Next study"), QStringLiteral("Ctrl+PgDown"),
            [this] { m_studies->show(m_studies->current() + 1); });
    command(study, "study.previous", tr("&Previous study"), QStringLiteral("Ctrl+PgUp"),
            [this] { m_studies->show(m_studies->current() - 1); });
    study->addSeparator();
    command(study, "study.pin", tr("&Pin to checkpoints"), QString(), [this] { pinStudy(); });
    command(study, "study.cancel", tr("&Cancel what is under way"), QStringLiteral("Esc"),
            [this] { Q_EMIT m_status->cancelAsked(); });
    QAction* identifiers = command(study, "study.identifiers", tr("Show patient &identifiers"), QString(), [] {});
    identifiers->setCheckable(true);
    connect(identifiers, &QAction::toggled, m_studyPanel, &StudyPanel::setIdentifiersShown);

    QMenu* view = menuBar()->addMenu(tr("&View"));
    m_tools = addToolBar(tr("Tools"));
    m_tools->setObjectName(QStringLiteral("tools"));
    m_tools->setMovable(false);
    m_tools->setIconSize(QSize(20, 20));
    m_tools->addAction(open);
    m_tools->addSeparator();
    buildPageCommands(view);
    view->addSeparator();
    buildViewMenu(view);
    view->addSeparator();
    QMenu* theme = view->addMenu(tr("&Theme"));
    auto* themes = new QActionGroup(this);
    const Theme chosen = themeFromName(m_settings.value(settings_keys::theme).toString());
    for (const auto& [kind, title] :
         {std::pair{Theme::System, tr("As the &desktop")}, {Theme::Dark, tr("D&ark")}, {Theme::Light, tr("&Light")}}) {
        QAction* action = theme->addAction(title, this, [this, value = kind] { setTheme(value); });
        action->setCheckable(true);
        action->setChecked(kind == chosen);
        themes->addAction(action);
    }
    QMenu* panels = view->addMenu(tr("&Panels"));
    for (QDockWidget* panel : findChildren<QDockWidget*>())
        panels->addAction(panel->toggleViewAction());
    command(view, "view.fullscreen", tr("&Full screen"), QStringLiteral("F11"),
            [this] { isFullScreen() ? showNormal() : showFullScreen(); });

    QMenu* model = menuBar()->addMenu(tr("&Model"));
    QAction* openModel = command(
        model, "model.open", tr("Open &model folder…"), QStringLiteral("Ctrl+M"), [this] { chooseModel(); },
        QStringLiteral("model"));
    m_recentModels = model->addMenu(tr("&Recent models"));
    command(model, "model.engine", tr("&Start the engine again"), QString(), [this] { m_session->start(); });
    command(model, "model.sentence", tr("&Type a sentence"), QStringLiteral("Ctrl+L"),
            [this] { m_queryPanel->sentence()->setFocus(Qt::ShortcutFocusReason); });
    command(model, "model.clear", tr("&Clear all sentences"), QString(), [this] { m_session->clearSentences(); });

    buildTrainMenu();
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    command(help, "help.keys", tr("&Keys…"), QStringLiteral("F1"), [this] { showKeys(); });
    command(help, "help.about", tr("&About MaMA Workstation"), QString(), [this] { showAbout(); });

    showKeysInTips();
    m_tools->addSeparator();
    m_windows = new QComboBox(m_tools);
    m_windows->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_windows->setMinimumContentsLength(14);
    m_windows->setToolTip(tr("Windows and LUTs of the active image, by the file's own names"));
    m_windows->setAccessibleName(tr("Window"));
    m_windows->setEnabled(false);
    m_tools->addWidget(m_windows);
    m_tools->addSeparator();
    m_tools->addAction(openModel);
    connect(m_windows, &QComboBox::activated, this, [this](int choice) {
        const Slot slot = m_view->activeSlot();
        m_view->setVoiChoice(slot, choice);
        m_settings.setValue(presetKey(slot), m_windows->itemText(choice));
    });
}

void MainWindow::buildViewMenu(QMenu* menu)
{
    QMenu* layouts = menu->addMenu(tr("&Layout"));
    QMenu* zoom = menu->addMenu(tr("&Zoom and pan"));
    QMenu* window = menu->addMenu(tr("&Window"));
    QMenu* maps = menu->addMenu(tr("&Maps and aids"));
    for (const viewer::ViewCommandInfo& info : viewer::viewCommands()) {
        QMenu* where = info.command <= ViewCommand::PreviousView ? layouts
                       : info.command <= ViewCommand::PanDown    ? zoom
                       : info.command <= ViewCommand::Reset      ? window
                                                                 : maps;
        const ViewCommand what = info.command;
        QAction* action = command(
            where, info.id, QCoreApplication::translate("ViewCommand", info.title), QString::fromLatin1(info.key),
            [this, what] { m_view->perform(what); }, QString::fromLatin1(iconOf(what)));
        // Single letters and arrows belong to the pictures, not to lists and text fields.
        action->setShortcutContext(Qt::WidgetShortcut);
        action->setCheckable(m_view->isOn(what).has_value());
        action->setData(static_cast<int>(what));
        m_view->addAction(action);
        if (what == ViewCommand::LayoutGrid)
            addLayoutButton(action, layouts);
        else if (!action->icon().isNull())
            m_tools->addAction(action);
    }
    for (const auto changed :
         {&viewer::PaneView::zoomChanged, &viewer::PaneView::overlayStyleChanged, &viewer::PaneView::aidsChanged})
        connect(m_view, changed, this, &MainWindow::showViewState);
    connect(m_view, &viewer::PaneView::layoutChanged, this, &MainWindow::showViewState);
    showViewState();
}

// Hanging by the mouse: the button sets the four views, its arrow lists the other layouts.
void MainWindow::addLayoutButton(QAction* grid, QMenu* layouts)
{
    auto* button = new QToolButton(m_tools);
    button->setDefaultAction(grid);
    button->setMenu(layouts);
    button->setPopupMode(QToolButton::MenuButtonPopup);
    m_tools->addWidget(button);
}

// What is on stands pressed in the tools and ticked in the menus; tips name the keys as they are now.
void MainWindow::showViewState()
{
    for (QAction* action : m_view->actions())
        if (const auto on = m_view->isOn(static_cast<ViewCommand>(action->data().toInt())))
            action->setChecked(*on);
}

void MainWindow::showKeysInTips()
{
    for (QAction* action : m_commands) {
        const QString title = action->text().remove(QLatin1Char('&')),
                      key = action->shortcut().toString(QKeySequence::NativeText);
        action->setToolTip(key.isEmpty() ? title : tr("%1 (%2)").arg(title, key));
    }
}

void MainWindow::setTheme(Theme theme)
{
    m_settings.setValue(settings_keys::theme, nameOf(theme));
    applyTheme(*qApp, theme);
    for (QAction* action : m_commands)
        if (const QString icon = action->property("icon").toString(); !icon.isEmpty())
            action->setIcon(themedIcon(icon));
    updateHint();
}

void MainWindow::chooseFiles(bool folder)
{
    const QString start = m_settings.value(settings_keys::studyFolder).toString();
    std::vector<std::filesystem::path> paths;
    if (folder) {
        if (const QString chosen = QFileDialog::getExistingDirectory(this, tr("Open a folder with studies"), start);
            !chosen.isEmpty())
            paths.emplace_back(chosen.toStdString());
    } else {
        for (const QString& chosen : QFileDialog::getOpenFileNames(
                 this, tr("Open mammograms"), start,
                 tr("Images (*.dcm *.dicom *.png *.jpg *.jpeg *.tif *.tiff *.pgm);;All files (*)")))
            paths.emplace_back(chosen.toStdString());
    }
    if (paths.empty())
        return;
    m_settings.setValue(settings_keys::studyFolder,
                        QString::fromStdString((folder ? paths.front() : paths.front().parent_path()).string()));
    open(paths);
}

void MainWindow::chooseModel()
{
    const QString chosen = QFileDialog::getExistingDirectory(
        this, tr("Open a model folder (model.json, model.safetensors, tokenizer)"), m_session->modelFolder());
    if (!chosen.isEmpty())
        setModel(chosen);
}

void MainWindow::rememberModel(const QString& folder)
{
    QStringList recent = m_settings.value(settings_keys::recentModels).toStringList();
    if (!folder.isEmpty()) {
        recent.removeAll(folder);
        recent.prepend(folder);
        while (recent.size() > 8)
            recent.removeLast();
        m_settings.setValue(settings_keys::recentModels, recent);
    }
    m_recentModels->clear();
    for (const QString& entry : recent)
        m_recentModels->addAction(entry, this, [this, entry] { setModel(entry); });
    m_recentModels->setEnabled(!recent.isEmpty());
}

void MainWindow::showKeys()
{
    KeysDialog dialog(m_commands, m_settings, this);
    if (dialog.exec() == QDialog::Accepted)
        showKeysInTips();
}

void MainWindow::showAbout()
{
    QMessageBox::about(
        this, tr("About MaMA Workstation"),
        tr("<h3>MaMA Workstation %1</h3><p>Research workstation for mammography vision-language models.</p>"
           "<p><b>Not for clinical use.</b></p><p>Method: Du, Onofrey, Dvornek, arXiv 2409.18119. Licence: Apache-2.0.</p>"
           "<p>Similarities are cosines between embeddings, not probabilities. No network access.</p>")
            .arg(QCoreApplication::applicationVersion()));
}

void MainWindow::restore()
{
    m_queryPanel->sentence()->setHistory(m_settings.value(settings_keys::queryHistory).toStringList());
    const QString rule = m_settings.value(settings_keys::fusionRule, QStringLiteral("maximum")).toString();
    m_queryPanel->setFusionRule(rule);
    m_session->setFusionRule(rule);
    viewer::OverlayStyle style;
    style.opacity = m_settings.value(settings_keys::mapOpacity, style.opacity).toDouble();
    style.map = static_cast<viewer::ColourMap>(qBound(0, m_settings.value(settings_keys::mapColours, 0).toInt(), 2));
    m_view->setOverlayStyle(style);
    m_mapPanel->setStyle(style);
    m_train->setOverlayStyle(style);
    rememberModel({});
    resize(1600, 1000);
    restoreGeometry(m_settings.value(settings_keys::windowGeometry).toByteArray());
    restoreState(m_settings.value(settings_keys::windowState).toByteArray());
}

} // namespace mama
