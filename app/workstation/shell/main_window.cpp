#include "app/workstation/shell/main_window.h"

#include "app/workstation/engine/map_range.h"
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/shell/status_area.h"
#include "app/workstation/train/train_page.h"
#include "widgets/look/tone.h"
#include "widgets/look/user_text.h"
#include "widgets/panels/map_panel.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"
#include "widgets/viewer/annotations.h"

#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QLabel>
#include <QMimeData>
#include <QStackedWidget>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <tuple>

namespace mama {

using viewer::PaneView;

MainWindow::MainWindow(const QString& engineProgram, QSettings& settings, QWidget* parent)
    : QMainWindow(parent), m_settings(settings), m_studies(new StudySession(this)),
      m_session(new ModelSession(engineProgram, this))
{
    setAcceptDrops(true);
    setMinimumSize(900, 600);
    buildPanels(engineProgram);
    buildMenus();
    connectStudies();
    connectSession();
    restore();
    updateTitle();
    updateHint();
    m_status->setEngine(*m_session);
}

MainWindow::~MainWindow() { m_studies->cancel(); }

void MainWindow::open(const std::vector<std::filesystem::path>& paths)
{
    if (!paths.empty())
        m_studies->open(paths);
}

void MainWindow::setModel(const QString& folder)
{
    m_session->setModel(folder);
    rememberModel(folder);
    if (!folder.isEmpty())
        m_session->start();
}

void MainWindow::ask(const QString& sentence)
{
    m_encodingProblem.clear();
    m_session->ask(sentence);
    for (std::size_t row = 0; row < m_session->scores().size(); ++row)
        if (m_session->scores()[row].sentence == sentence)
            m_queryPanel->selectRow(static_cast<int>(row));
    updateHint();
}

void MainWindow::connectStudies()
{
    connect(m_studies, &StudySession::progress, m_status, [this](const QString& phase, qint64 done, qint64 total) {
        m_status->setProgress(StatusArea::Task::Reading, phase, done, total);
    });
    connect(m_studies, &StudySession::scanStarted, this, [this] {
        tell({}, false);
        m_view->clearStudy();
        m_session->setStudy({});
        m_studyPanel->setStudies({}, {});
        m_refused = 0;
        m_start->setText(tr("Looking for studies…"));
        m_pages->setCurrentWidget(m_start);
        updateTitle();
    });
    connect(m_studies, &StudySession::scanned, this, [this](const std::vector<ScanProblem>& problems) {
        m_studyPanel->setStudies(m_studies->studies(), problems);
        // A licence text beside the images is worth a line in the list, not a notice.
        const auto refused = static_cast<int>(std::count_if(
            problems.begin(), problems.end(), [](const ScanProblem& problem) { return problem.refused; }));
        m_refused = refused;
        if (m_studies->studies().empty()) {
            m_start->setText(
                tr("<h3>No mammograms found</h3><p>%1</p><p>Choose another folder: <a href=\"folder\">File ▸ Open folder…</a></p>")
                    .arg(problems.empty() ? tr("The folder holds no image files.")
                                          : tr("%n file(s) could not be shown; the list on the left says why.", nullptr,
                                               static_cast<int>(problems.size()))));
        } else if (refused > 0) {
            tell(tr("%n file(s) are not shown; the list on the left says why.", nullptr, refused), false);
        }
    });
    connect(m_studies, &StudySession::scanFailed, this, [this](const QString& reason) {
        m_start->setText(tr("<h3>Nothing was opened</h3><p>%1</p>").arg(reason.toHtmlEscaped()));
        tell(reason, true);
    });
    connect(m_studies, &StudySession::studyShown, this, [this] {
        m_encodingProblem.clear();
        m_view->clearStudy();
        m_pages->setCurrentWidget(m_view);
        m_studyPanel->setCurrent(m_studies->current());
        for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
            if (m_studies->study()->inSlot(slot))
                m_view->setEmptyText(slot, tr("reading…"));
            else if (m_refused > 0) // it may be among them
                m_view->setEmptyText(slot,
                                     tr("%1: not in what could be read of this study").arg(viewer::slotName(slot)));
        m_session->setStudy(*m_studies->study());
        updateTitle();
        updateHint();
    });
    connect(m_studies, &StudySession::pictureReady, this, &MainWindow::takePicture);
    connect(m_studies, &StudySession::studyComplete, this, [this] {
        m_studyPanel->setImages(*m_studies->study());
        if (m_view->uploadsPending())
            connect(m_view, &PaneView::uploadsFinished, this, &MainWindow::studyOnScreen, Qt::SingleShotConnection);
        else
            QTimer::singleShot(0, this, &MainWindow::studyOnScreen);
    });
    connect(m_studyPanel, &StudyPanel::studyChosen, m_studies, &StudySession::show);
    connect(m_studyPanel, &StudyPanel::imageChosen, m_studies, &StudySession::swapIn);
    connect(m_status, &StatusArea::cancelAsked, this, [this] {
        if (m_studies->busy())
            m_studies->cancel();
        else
            m_session->cancel();
    });
}

void MainWindow::connectSession()
{
    connect(&m_session->engine(), &EngineProcess::stateChanged, this, [this] {
        m_status->setEngine(*m_session);
        updateHint();
    });
    connect(m_session, &ModelSession::modelChanged, this, [this] {
        m_status->setEngine(*m_session);
        m_queryPanel->setProvenance(m_session->provenance());
        m_queryPanel->setExamples(m_session->model() ? m_session->model()->examples : QStringList());
        updateHint();
    });
    connect(m_session, &ModelSession::progress, m_status, [this](const QString& phase, qint64 done, qint64 total) {
        m_status->setProgress(StatusArea::Task::Engine, phase, done, total);
    });
    connect(m_session, &ModelSession::scoresChanged, this, [this] {
        m_queryPanel->setRows(m_session->scores());
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
        updateHint();
    });
    connect(m_session, &ModelSession::encodingFailed, this, [this](const QString& reason) {
        m_encodingProblem = reason;
        updateHint();
    });
    connect(m_session, &ModelSession::engineDied, this, [this](const QString& reason) {
        tell(tr("%1 It is started again and what you asked is asked again; the pictures are not affected.").arg(reason),
             true);
    });
    connect(&m_session->engine(), &EngineProcess::ready, this, [this] {
        if (m_session->engine().restarts() > 0)
            tell(tr("The engine is back (restart %1). What was asked is asked again.")
                     .arg(m_session->engine().restarts()),
                 false);
    });
    connect(m_queryPanel, &QueryPanel::asked, this, &MainWindow::ask);
    connect(m_queryPanel, &QueryPanel::rowSelected, this, &MainWindow::showMaps);
    connect(m_queryPanel, &QueryPanel::removeAsked, m_session, &ModelSession::remove);
    connect(m_queryPanel, &QueryPanel::fusionRuleChosen, this, [this](const QString& rule) {
        m_settings.setValue(settings_keys::fusionRule, rule);
        m_session->setFusionRule(rule);
    });
    connect(m_mapPanel, &MapPanel::styleChanged, m_view, &PaneView::setOverlayStyle);
    connect(m_mapPanel, &MapPanel::queryRangeAsked, this, &MainWindow::showQueryRange);
    connect(m_view, &PaneView::overlayStyleChanged, this, [this] {
        m_mapPanel->setStyle(m_view->overlayStyle());
        m_train->setOverlayStyle(m_view->overlayStyle());
    });
    connect(m_view, &PaneView::cursorMoved, this, [this](const viewer::CursorInfo& info) {
        m_status->setReadOut(info.inside ? viewer::toText(info) : QString());
    });
    connect(m_view, &PaneView::activeImageChanged, this, &MainWindow::updateWindows);
    connect(m_view, &PaneView::graphicsFailed, this, [this](const QString& reason) { tell(reason, true); });
}

void MainWindow::takePicture(const LoadedImage& loaded)
{
    const Study* study = m_studies->study();
    if (!study || loaded.index >= study->images.size())
        return;
    const Slot slot = study->images[loaded.index].slot;
    if (!loaded.picture) {
        const QString problem = QString::fromStdString(loaded.problem);
        m_view->setEmptyText(slot, tr("could not be read"));
        m_studyPanel->addProblem(problem);
        tell(problem, true);
        return;
    }
    m_view->setImage(slot, loaded.picture);
    if (!m_view->image(m_view->activeSlot()))
        m_view->setActiveSlot(slot);
    const QString wanted = m_settings.value(presetKey(slot)).toString();
    const auto& choices = loaded.picture->voi();
    for (std::size_t i = 0; i < choices.size() && !wanted.isEmpty(); ++i)
        if (QString::fromStdString(choices[i].explanation()) == wanted)
            m_view->setVoiChoice(slot, static_cast<int>(i));
    updateWindows();
    showMaps();
}

// The maps of the selected sentence, or none: overlays come only from the reply that belongs to that row.
void MainWindow::showMaps()
{
    const int row = m_queryPanel->selectedRow();
    const auto maps = m_session->maps(row);
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO}) {
        const auto found =
            std::find_if(maps.begin(), maps.end(), [&](const SentenceMap& map) { return map.slot == slot; });
        m_view->setOverlay(slot, found == maps.end() ? nullptr : found->overlay);
        QString score;
        if (row >= 0 && row < static_cast<int>(m_session->scores().size())) {
            const double value =
                m_session->scores()[static_cast<std::size_t>(row)].views[static_cast<std::size_t>(slot)];
            if (std::isfinite(value))
                score = tr("similarity %1").arg(value, 0, 'f', 3);
        }
        m_view->setScore(slot, score);
    }
    viewer::OverlayLegend legend;
    if (!maps.empty() && m_session->model()) {
        const ModelFacts& model = *m_session->model();
        legend.sentence = m_session->scores()[static_cast<std::size_t>(row)].sentence.toStdString();
        legend.model = (model.name + QLatin1Char(' ') + model.shortHash()).toStdString();
        legend.profile = model.profile.toStdString();
        legend.note = shownText(provenanceLine(model.source(), ProvenanceForm::Note)).toStdString();
    }
    m_view->setLegend(legend);
    if (!maps.empty())
        QTimer::singleShot(0, this, &MainWindow::mapsOnScreen);
}

// The colour scale from the lowest to the highest similarity inside the breasts on screen.
void MainWindow::showQueryRange()
{
    const auto range = similarityRange(m_session->maps(m_queryPanel->selectedRow()), *m_view);
    if (!range)
        return;
    viewer::OverlayStyle style = m_view->overlayStyle();
    std::tie(style.low, style.high) = *range;
    m_view->setOverlayStyle(style);
    m_mapPanel->setStyle(style);
}

void MainWindow::updateHint()
{
    const bool starting = m_session->engine().state() == EngineProcess::State::Starting;
    m_queryPanel->setStalled(m_session->modelFolder().isEmpty() || !m_session->modelProblem().isEmpty() ||
                             !m_encodingProblem.isEmpty() || !m_studies->study() ||
                             m_session->engine().state() == EngineProcess::State::Stopped ||
                             (m_session->model() && !m_session->model()->text));
    if (m_session->modelFolder().isEmpty())
        m_queryPanel->setHint(
            tr("No model is loaded: choose Model ▸ Open model folder… (%1)").arg(QStringLiteral("Ctrl+M")), false);
    else if (!m_session->modelProblem().isEmpty())
        m_queryPanel->setHint(tr("The model could not be loaded. %1").arg(m_session->modelProblem()), true);
    else if (m_session->engine().state() == EngineProcess::State::Stopped)
        m_queryPanel->setHint(tr("The engine is not running: choose Model ▸ Start the engine again."), true);
    else if (starting || !m_session->model())
        m_queryPanel->setHint(tr("The model is being loaded…"), false);
    else if (!m_studies->study())
        m_queryPanel->setHint(tr("Open a study to score it: File ▸ Open folder…, or drop files here."), false);
    else if (!m_encodingProblem.isEmpty())
        m_queryPanel->setHint(tr("The study could not be encoded. %1").arg(m_encodingProblem), true);
    else if (!m_session->model()->text)
        m_queryPanel->setHint(tr("This model has no text tower: it cannot score sentences."), false);
    else if (!m_session->studyEncoded())
        m_queryPanel->setHint(tr("The study is being encoded; you can already type."), false);
    else if (!m_session->model()->notice.isEmpty())
        m_queryPanel->setHint(m_session->model()->notice, false);
    else
        m_queryPanel->setHint({}, false);
}

void MainWindow::updateWindows()
{
    const QSignalBlocker blocked(m_windows);
    m_windows->clear();
    const viewer::ViewImage* image = m_view->image(m_view->activeSlot());
    m_windows->setEnabled(image != nullptr);
    if (!image)
        return;
    for (std::size_t i = 0; i < image->voi().size(); ++i) {
        const VoiChoice& choice = image->voi()[i];
        const QString kind = choice.window ? tr("window %1").arg(i + 1) : tr("LUT %1").arg(i + 1);
        m_windows->addItem(choice.explanation().empty() ? kind : QString::fromStdString(choice.explanation()));
    }
    m_windows->setCurrentIndex(m_view->voiChoice(m_view->activeSlot()));
}

// Window choices are remembered by manufacturer, model and intent.
QString MainWindow::presetKey(Slot slot) const
{
    const StudyImage* image = m_studies->study() ? m_studies->study()->inSlot(slot) : nullptr;
    if (!image)
        return {};
    QString key =
        QString::fromStdString(image->header.manufacturer + " " + image->header.model + " " + image->presentation);
    key.replace(QLatin1Char('/'), QLatin1Char(' ')).replace(QLatin1Char('\\'), QLatin1Char(' '));
    return settings_keys::voiWindow(key.simplified());
}

void MainWindow::updateTitle()
{
    const Study* study = m_studies->study();
    const QString part =
        study ? tr("study %1 of %2 — ").arg(m_studies->current() + 1).arg(m_studies->studies().size()) : QString();
    setWindowTitle(part + QStringLiteral("MaMA Workstation"));
}

void MainWindow::tell(const QString& text, bool isError)
{
    m_message->setText(text);
    m_message->setVisible(!text.isEmpty());
    m_message->setStyleSheet(QStringLiteral("background:%1;color:#ffffff;padding:6px")
                                 .arg(stripColour(isError ? Tone::Bad : Tone::Info).name()));
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    event->acceptProposedAction();
    if (const QList<QUrl> urls = event->mimeData()->urls();
        urls.size() == 1 && TrainPage::isRunFolder(urls.first().toLocalFile())) {
        showPage(Page::Train);
        return m_train->openRun(urls.first().toLocalFile());
    }
    showPage(Page::Read);
    std::vector<std::filesystem::path> paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            paths.emplace_back(url.toLocalFile().toStdString());
    open(paths);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    showPage(Page::Read); // its panels belong to the state that is kept
    m_settings.setValue(settings_keys::windowGeometry, saveGeometry());
    m_settings.setValue(settings_keys::windowState, saveState());
    m_settings.setValue(settings_keys::queryHistory, m_queryPanel->sentence()->history());
    const viewer::OverlayStyle& style = m_view->overlayStyle();
    m_settings.setValue(settings_keys::mapOpacity, style.opacity);
    m_settings.setValue(settings_keys::mapColours, static_cast<int>(style.map));
    event->accept();
}

} // namespace mama
