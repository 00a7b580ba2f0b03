// The page's commands, in the menus and among the tools.
#include "app/workstation/engine/background_job.h"
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/dialogs/header_dialog.h"
#include "app/workstation/read/dialogs/window_dialog.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/window_list.h"
#include "app/workstation/read/work/notes_session.h"
#include "app/workstation/read/work/reader_work.h"
#include "app/workstation/read/work/verdict_bar.h"
#include "app/workstation/screens/screen_scale.h"
#include "app/workstation/screens/view_apart.h"
#include "core/base/path_text.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QCoreApplication>
#include <QCursor>
#include <QFileDialog>
#include <QMainWindow>
#include <QMenu>
#include <QToolBar>
#include <QToolButton>
#include <array>

namespace mama {

using viewer::PaneView;
using viewer::ViewCommand;
using viewer::ViewCommandInfo;

void ReadPage::buildCommands()
{
    const QString file = QStringLiteral("&File"), study = QStringLiteral("&Study");
    add(file, {"file.folder", tr("Open f&older…"), [this] { chooseFiles(true); }, "open"});
    add(file, {"file.files", tr("Open &files…"), [this] { chooseFiles(false); }});
    add(file, {"file.demo", tr("Open s&ynthetic patients (demo)"), [this] { openDemoStudies(); }});
    add(study, {"study.next", tr("&Next study"), [this] { showNeighbour(Along::Studies, 1); }});
    add(study, {"study.previous", tr("&Previous study"), [this] { showNeighbour(Along::Studies, -1); }});
    add(study, {"study.patient.next", tr("Next p&atient"), [this] { showNeighbour(Along::Patients, 1); }});
    add(study, {"study.patient.previous", tr("Pr&evious patient"), [this] { showNeighbour(Along::Patients, -1); }});
    add(study, {"study.find", tr("Find a stud&y…"), [this] {
                    m_left->open(0);
                    m_studyPanel->search()->setFocus(Qt::ShortcutFocusReason);
                }});
    buildPriorCommands();
    add(study, {"study.frame.next", tr("Next &frame of the image"), [this] { stepFrame(1); }});
    add(study, {"study.frame.previous", tr("Pre&vious frame of the image"), [this] { stepFrame(-1); }});
    QMenu* places = addSubmenu(study, tr("This &image is"));
    for (const auto& [id, slot] : {std::pair{"study.place.rcc", Slot::RCC},
                                   {"study.place.lcc", Slot::LCC},
                                   {"study.place.rmlo", Slot::RMLO},
                                   {"study.place.lmlo", Slot::LMLO}}) {
        QAction* action = add(
            places, {id, QString::fromStdString(viewer::slotName(slot)), [this, place = slot] { this->place(place); }});
        action->setProperty("ofPictures", true);
        m_view->addAction(action);
    }
    add(study, {"study.hang.here", tr("Han&g the chosen image in the active view"), [this] {
                    if (const auto cell = m_view->activeCell())
                        hangIn(m_studyPanel->chosenImage(), *cell);
                }});
    add(places, {"study.place.undo", tr("&Undo"), [this] { undoPlace(); }});
    addLine(study);
    add(study, {"reading.first", tr("&Read first"), [this] { switchReadFirst(!m_reader->readFirst()); }})
        ->setCheckable(true);
    add(study, {"reading.verdict", tr("&Type the verdict"), [this] {
                    if (m_reader->readFirst())
                        m_verdict->setFocus(Qt::ShortcutFocusReason);
                    else
                        Q_EMIT told(tr("Verdicts are given in a read-first session: Study ▸ Read first."), false);
                }});
    QAction* lock =
        add(study, {"reading.lock", tr("&Lock the verdict"), [this] {
                        if (m_reader->readFirst() && !m_verdict->ready())
                            return Q_EMIT told(
                                tr("A verdict needs a BI-RADS category of each breast that has a picture."), false);
                        m_verdict->lock();
                    }});
    connect(lock, &QAction::changed, m_verdict,
            [this, lock] { m_verdict->setLockKey(lock->shortcut().toString(QKeySequence::NativeText)); });
    QAction* marking = add(study, {"reading.mark", tr("&Mark places for the verdict"),
                                   [this] { switchMarking(m_view->tool() != viewer::LeftTool::Mark); }});
    marking->setProperty("ofPictures", true);
    marking->setCheckable(true);
    m_view->addAction(marking);
    connect(m_view, &PaneView::aidsChanged, marking,
            [this, marking] { marking->setChecked(m_view->tool() == viewer::LeftTool::Mark); });
    addLine(study);
    add(study, {"study.header", tr("&Header of the image…"), [this] { showHeader(); }});
    add(study, {"study.pin", tr("Pin to chec&kpoints"), [this] { pinStudy(); }});
    add(study, {"study.again", tr("Read ane&w from disk"), [this] { m_studies->openAgain(); }});
    add(study, {"study.cancel", tr("&Cancel what is under way"), [this] { cancel(); }, "", true})
        ->setProperty("ofPage", true);
    buildNoteCommands(study);
    QAction* identifiers = add(study, {"study.identifiers", tr("&Show patient identifiers"), [] {}});
    identifiers->setCheckable(true);
    connect(identifiers, &QAction::toggled, m_studyPanel, &StudyPanel::setIdentifiersShown);
    connect(identifiers, &QAction::toggled, this, [this] {
        if (m_starting)
            showStart();
    });
    QMenu* layouts = buildViewCommands();
    buildHangingCommands();
    buildDisplayCommands();
    buildModelCommands();
    buildPanelCommands();
    buildTools(layouts);
}

QMenu* ReadPage::buildViewCommands()
{
    const QString view = QStringLiteral("&View");
    const std::array menus{addSubmenu(view, tr("&Layout")),           addSubmenu(view, tr("&Zoom and pan")),
                           addSubmenu(view, tr("&Window")),           addSubmenu(view, tr("Maps and a&ids")),
                           addSubmenu(view, tr("M&easure and note")), addSubmenu(view, tr("Rotate a&nd flip"))};
    for (const ViewCommandInfo& info : PaneView::commands()) {
        const ViewCommand what = info.command;
        QAction* action = add(menus[static_cast<std::size_t>(info.group)],
                              {info.id, QCoreApplication::translate("ViewCommand", info.title),
                               [this, what] { perform(what); }, info.icon});
        action->setProperty("ofPictures", true);
        action->setCheckable(m_view->isOn(what).has_value());
        action->setData(static_cast<int>(what));
        m_view->addAction(action);
    }
    const auto ofPictures = [this](QAction* action) {
        action->setProperty("ofPictures", true);
        m_view->addAction(action);
    };
    ofPictures(add(menus[2], {"view.window.numbers", tr("Window in numbers…"), [this] { typeWindow(); }}));
    ofPictures(add(menus[1], {"view.screen", tr("Measure this screen…"), [this] { measureScreen(); }}));
    connect(m_view, &PaneView::trueSizeRefused, this, [this] {
        Q_EMIT told(measuredScale(m_settings, *screen())
                        ? tr("True size needs a scale in millimetres, and these files have none.")
                        : tr("True size needs a measured screen, and %1 is not: View ▸ Zoom and pan ▸ Measure this "
                             "screen… asks for the length of one line.")
                              .arg(screenName(*screen())),
                    false);
    });
    QAction* seen = add(menus[3], {"view.seen", tr("The picture that the model sees"), [this] { toggleSeen(); }});
    seen->setProperty("ofPictures", true);
    seen->setCheckable(true);
    m_view->addAction(seen);
    for (const auto changed :
         {&PaneView::zoomChanged, &PaneView::overlayStyleChanged, &PaneView::aidsChanged, &PaneView::activePaneChanged})
        connect(m_view, changed, this, &ReadPage::showViewState);
    showViewState();
    return menus.front();
}

// What is on stands pressed in the tools and ticked in the menus.
void ReadPage::showViewState()
{
    for (QAction* action : m_view->actions()) {
        if (!action->data().isValid())
            continue;
        const auto command = static_cast<ViewCommand>(action->data().toInt());
        const PaneView& of = ViewApart::isItsOwn(command) ? keyView() : *m_view;
        if (const auto on = of.isOn(command))
            action->setChecked(*on);
    }
}

void ReadPage::typeWindow()
{
    const auto active = keyPane();
    const viewer::ViewImage* image = active ? m_view->image(*active) : nullptr;
    if (!image)
        return Q_EMIT told(tr("No image is active: click one first."), false);
    if (image->isColour())
        return Q_EMIT told(tr("A colour picture has no window."), false);
    (new WindowDialog(*m_view, *active, keyView().window()))->open();
}

void ReadPage::measureScreen()
{
    auto* dialog = new ScreenDialog(*screen(), window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        keepScale(m_settings, *dialog->screen(), dialog->pixelsPerMm());
        takeScreen();
        Q_EMIT told(
            tr("%1 is measured: %2 shows true size.").arg(screenName(*dialog->screen()), keyOf("view.zoom.true")),
            false);
    });
    dialog->open();
}

// What is known of the screen that the pictures are on.
void ReadPage::takeScreen() { m_view->setTrueScale(measuredScale(m_settings, *m_view->screen()).value_or(0)); }

void ReadPage::buildModelCommands()
{
    const QString model = QStringLiteral("&Model");
    add(model, {"model.open", tr("Open &model folder…"), [this] { chooseModel(); }, "model"});
    m_recentModels = addSubmenu(model, tr("&Recent models"));
    add(model, {"model.demo", tr("Use the &demo model"), [this] { useDemoModel(); }});
    add(model, {"model.engine", tr("&Start the engine again"), [this] { m_session->start(); }});
    add(model, {"model.sentence", tr("&Type a sentence"), [this] { typeSentence(); }});
    add(model, {"model.repeat", tr("Ask the last sentences of this st&udy"), [this] { repeat(); }});
    add(model, {"model.sentence.next", tr("&Next sentence"), [this] { selectSentence(1); }});
    add(model, {"model.sentence.previous", tr("&Previous sentence"), [this] { selectSentence(-1); }});
    add(model, {"model.clear", tr("&Clear all sentences"), [this] { m_session->clearSentences(); }});
}

void ReadPage::buildTools(QMenu* layouts)
{
    const auto action = [this](const char* id) { return findChild<QAction*>(QLatin1String(id)); };
    m_tools = m_frame->addToolBar(tr("Tools"));
    m_tools->setObjectName(QStringLiteral("tools"));
    m_tools->setMovable(false);
    m_tools->setIconSize(QSize(20, 20));
    m_tools->addAction(action("file.folder"));
    m_tools->addSeparator();
    for (QAction* each : m_view->actions()) {
        if (!each->data().isValid())
            continue;
        if (each == action("view.layout.grid")) { // hanging by the mouse: its arrow lists the other layouts
            auto* button = new QToolButton(m_tools);
            button->setDefaultAction(each);
            button->setMenu(layouts);
            button->setPopupMode(QToolButton::MenuButtonPopup);
            m_tools->addWidget(button);
        } else if (each->data().toInt() >= static_cast<int>(ViewCommand::DrawRuler)) {
            continue; // under one button
        } else if (!each->icon().isNull()) {
            m_tools->addAction(each);
        }
    }
    addDrawTools();
    m_tools->addSeparator();
    m_windows = new WindowList(*m_view, m_settings, m_tools);
    m_tools->addWidget(m_windows);
    m_tools->addSeparator();
    m_tools->addAction(action("model.open"));
}

// One button: what was drawn with last, and behind its arrow all that can be drawn.
void ReadPage::addDrawTools()
{
    auto* button = new QToolButton(m_tools);
    button->setObjectName(QStringLiteral("tools.draw"));
    auto* menu = new QMenu(button);
    button->setMenu(menu);
    button->setPopupMode(QToolButton::MenuButtonPopup);
    for (QAction* each : m_view->actions())
        if (each->data().isValid() && !each->icon().isNull() &&
            each->data().toInt() >= static_cast<int>(ViewCommand::DrawRuler)) {
            menu->addAction(each);
            if (!button->defaultAction())
                button->setDefaultAction(each);
            connect(each, &QAction::toggled, button, [button, each](bool on) {
                if (on)
                    button->setDefaultAction(each);
            });
        }
    m_tools->addWidget(button);
}

void ReadPage::buildNoteCommands(const QString& study)
{
    addLine(study);
    add(study, {"study.undo", tr("&Undo"), [this] { undo(); }});
    add(study, {"study.redo", tr("Red&o"), [this] { m_drawn->redo(); }});
    QMenu* notes = addSubmenu(study, tr("&Drawn"));
    const auto ofPictures = [this](QAction* action) {
        action->setProperty("ofPictures", true);
        m_view->addAction(action);
    };
    ofPictures(add(notes, {"study.note.text", tr("&Text of what is chosen…"),
                           [this] { writeNote(m_view->selectedNote().value_or(0)); }}));
    ofPictures(add(notes, {"study.note.like", tr("Find &like this in the library"), [this] { findLike(); }}));
    ofPictures(add(notes, {"study.note.delete", tr("&Delete what is chosen"), [this] {
                               const auto chosen = m_view->selectedNote();
                               removeNotes(chosen ? QList<qint64>{*chosen} : QList<qint64>());
                           }}));
    ofPictures(add(notes, {"study.note.clear", tr("Delete &all of the study"), [this] {
                               QList<qint64> all;
                               for (const ShownNote& each : m_drawn->notes())
                                   all << each.annotation.id;
                               if (all.isEmpty())
                                   return Q_EMIT told(tr("Nothing is drawn on this study."), false);
                               removeNotes(all);
                           }}));
    addLine(study);
}

void ReadPage::chooseFiles(bool folder)
{
    const QString start = m_settings.value(settings_keys::studyFolder).toString();
    std::vector<std::filesystem::path> paths;
    if (folder) {
        if (const QString chosen = QFileDialog::getExistingDirectory(this, tr("Open a folder with studies"), start);
            !chosen.isEmpty())
            paths.emplace_back(chosen.toStdString());
    } else {
        for (
            const QString& chosen : QFileDialog::getOpenFileNames(
                this, tr("Open mammograms"), start,
                tr("Images and archives (*.dcm *.dicom *.png *.jpg *.jpeg *.tif *.tiff *.pgm *.zip DICOMDIR dicomdir);;All files (*)")))
            paths.emplace_back(chosen.toStdString());
    }
    if (paths.empty())
        return;
    m_settings.setValue(settings_keys::studyFolder,
                        QString::fromStdString((folder ? paths.front() : paths.front().parent_path()).string()));
    open(paths);
}

void ReadPage::typeSentence()
{
    m_right->open(0);
    m_queryPanel->sentence()->setFocus(Qt::ShortcutFocusReason);
}

void ReadPage::chooseModel()
{
    const QString chosen = QFileDialog::getExistingDirectory(
        this, tr("Open a model folder (model.json, model.safetensors, tokenizer)"), m_session->modelFolder());
    if (!chosen.isEmpty())
        setModel(chosen);
}

void ReadPage::rememberModel(const QString& folder)
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

void ReadPage::showHeader()
{
    const Study* study = m_studies->study();
    const PaneView& view = keyView();
    const viewer::CursorInfo under = view.infoAt(view.mapFromGlobal(QCursor::pos()));
    const auto pane = view.underMouse() && under.inside ? std::optional(under.pane) : keyPane();
    if (!study || !pane || pane->study != study->uid || pane->image >= study->images.size())
        return Q_EMIT told(tr("No image is on screen: open a study first."), true);
    BackgroundJob::start<HeaderList>(
        this, {[file = study->images[pane->image].path](const Job&) { return readHeaderList(file); },
               [this](const HeaderList& list) {
                   auto* identifiers = findChild<QAction*>(QStringLiteral("study.identifiers"));
                   auto* dialog = new HeaderDialog(list, identifiers->isChecked(), window());
                   connect(identifiers, &QAction::toggled, dialog, &HeaderDialog::setIdentifiersShown);
                   dialog->show();
               },
               [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

void ReadPage::pinStudy()
{
    const Study* study = m_studies->study();
    if (!study->unpacked.empty())
        return Q_EMIT told(
            tr("The study lies in an archive, which is unpacked only while it is open: unpack it, open the folder and pin it there."),
            true);
    QStringList paths;
    for (const StudyImage& image : study->images)
        paths << QString::fromStdString(pathText(image.path));
    Q_EMIT pinned(paths);
    Q_EMIT told(tr("The study is pinned: Train ▸ Checkpoints shows what a run's checkpoints make of it."), false);
}

} // namespace mama
