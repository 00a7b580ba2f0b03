#include "app/workstation/checkpoints/checkpoint_panel.h"

#include "app/workstation/checkpoints/strip_note.h"
#include "app/workstation/engine/map_range.h"
#include "app/workstation/engine/show_result.h"
#include "app/workstation/look/settings_keys.h"
#include "core/protocol/map_way.h"
#include "widgets/charts/curve_plot.h"
#include "widgets/charts/run_look.h"
#include "widgets/look/shown_text.h"
#include "widgets/panels/sentence_edit.h"

#include <QApplication>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>
#include <tuple>

namespace mama {

CheckpointPanel::CheckpointPanel(const QString& engineProgram, QSettings& settings, QWidget* parent)
    : QWidget(parent), m_settings(settings), m_session(new CheckpointSession(engineProgram, this)),
      m_studies(new PinnedStudies(settings, this))
{
    m_strip = new CheckpointStrip(this);
    auto* parts = new QSplitter(Qt::Horizontal, this);
    parts->addWidget(buildStudies());
    parts->addWidget(buildMaps());
    parts->setStretchFactor(1, 1);
    parts->setSizes({430, 800});
    parts->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 6, 4);
    column->addWidget(m_strip);
    column->addWidget(parts, 1);
    showNoStudy();

    connect(m_strip, &QAbstractSlider::valueChanged, this, [this] {
        if (const auto step = m_strip->step())
            m_session->choose(static_cast<std::int64_t>(*step));
        Q_EMIT chosen(isVisible() ? m_strip->step() : std::nullopt);
    });
    connect(m_session, &CheckpointSession::changed, this, &CheckpointPanel::refresh);
    connect(m_session, &CheckpointSession::progress, this, &CheckpointPanel::showProgress);
    connectStudies();
    m_session->setSentences(m_settings.value(settings_keys::checkpointSentences).toStringList());
    refresh();
}

QWidget* CheckpointPanel::buildStudies()
{
    auto* side = new QWidget(this);
    m_query = new QueryPanel(side);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_studies);
    column->addWidget(m_query, 1);
    connect(m_query, &QueryPanel::asked, this, &CheckpointPanel::pinSentence);
    connect(m_query, &QueryPanel::rowSelected, this, [this] {
        showMaps();
        showCurves();
    });
    connect(m_query, &QueryPanel::removeAsked, this, [this](int row) {
        QStringList sentences = m_session->sentences();
        sentences.removeAt(row);
        setSentences(sentences);
    });
    connect(m_query, &QueryPanel::fusionRuleChosen, m_session, &CheckpointSession::setFusionRule);
    return side;
}

QWidget* CheckpointPanel::buildMaps()
{
    auto* side = new QWidget(this);
    m_view = new viewer::PaneView(side);
    m_view->setMinimumSize(240, 140);
    m_view->setViewLayout(viewer::ViewLayout::Row);
    m_view->setAccessibleName(tr("Maps of the checkpoint"));
    m_phase = new QLabel(side);
    m_phase->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("step 00000: encoding")));
    m_bar = new QProgressBar(side);
    m_bar->setFixedWidth(70);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_cancel = new QToolButton(side);
    m_cancel->setText(tr("Cancel"));
    m_all = new QPushButton(tr("Score all"), side);
    m_all->setToolTip(
        tr("Every checkpoint, one after the other, beginning with the one at hand; training becomes slower meanwhile"));
    m_fit = new QPushButton(tr("Fit colours"), side);
    m_fit->setToolTip(
        tr("Colours from the lowest to the highest similarity of the checkpoint at hand, kept for all of them"));
    m_full = new QPushButton(tr("Colours −1 to 1"), side);
    m_full->setToolTip(tr("The full scale of a similarity, the same for every checkpoint and sentence"));
    m_way = new QComboBox(side);
    m_way->setAccessibleName(tr("Way of the map"));
    m_way->setToolTip(tr("How the maps are read out of the checkpoints; switching it encodes nothing anew"));
    m_way->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_way->setMinimumContentsLength(10);
    m_way->addItem(tr("maps as the model says"), QString());
    for (const std::string& way : readOutNames()) {
        m_way->addItem(QString::fromStdString(way), QString::fromStdString(way));
        m_way->setItemData(m_way->count() - 1, plainTip(shownText(mapWayMeaning(way))), Qt::ToolTipRole);
    }
    connect(m_way, &QComboBox::activated, this, [this] { m_session->setMapWay(m_way->currentData().toString()); });
    auto* row = new QHBoxLayout;
    row->addWidget(m_phase, 1);
    row->addWidget(m_way);
    row->addWidget(m_bar);
    row->addWidget(m_cancel);
    row->addWidget(m_all);
    row->addWidget(m_fit);
    row->addWidget(m_full);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_view, 1);
    column->addLayout(row);
    connect(m_cancel, &QToolButton::clicked, m_session, &CheckpointSession::cancel);
    connect(m_all, &QPushButton::clicked, m_session, &CheckpointSession::scoreAll);
    connect(m_fit, &QPushButton::clicked, this, [this] { fitScale(true); });
    connect(m_full, &QPushButton::clicked, this, [this] { fitScale(false); });
    showProgress({}, 0, -1);
    return side;
}

void CheckpointPanel::connectStudies()
{
    connect(m_studies, &PinnedStudies::progress, this, [this](const QString& phase, qint64 done, qint64 total) {
        if (!m_session->working())
            showProgress(phase, done, total);
    });
    connect(m_studies, &PinnedStudies::changed, this, &CheckpointPanel::refresh);
    connect(m_studies, &PinnedStudies::studyShown, this, [this](const Study& study) {
        const viewer::StandardViews views = viewer::standardViews(study);
        m_view->clear();
        m_view->setStandardViews(views);
        m_view->setViewLayout(viewer::ViewLayout::Row);
        m_query->setImages(scoredImages(views));
        m_session->setStudy(std::make_shared<const Study>(study));
    });
    connect(m_studies, &PinnedStudies::unpinned, this, [this] {
        showNoStudy();
        m_session->setStudy({});
        refresh();
    });
    connect(m_studies, &PinnedStudies::pictureReady, this,
            [this](const LoadedImage& loaded, const viewer::PaneId& pane) {
                if (loaded.picture)
                    m_view->setImage(pane, loaded.picture);
                else
                    m_view->setEmptyText(pane, tr("could not be read"));
                showMaps();
            });
}

// The cells' own words are about a study.
void CheckpointPanel::showNoStudy()
{
    m_view->clear();
    m_view->setEmptyText(QStringLiteral("%1"));
    m_query->setImages(scoredImages({}));
}

void CheckpointPanel::show(const RunView* run)
{
    const QString folder = run ? run->folder : QString();
    if (folder != m_run)
        m_strip->setTicks({}, 0); // another run's place says nothing
    m_run = folder;
    m_lastStep = run && run->state ? static_cast<double>(run->state->step) : 0;
    m_lateLoss = run ? run->lateLoss() : std::nullopt;
    m_strip->setNote(run ? stripNote(*run) : QString());
    m_session->setRun(m_run, run ? run->checkpoints : std::vector<RunFolder::Checkpoint>());
    showTicks();
}

void CheckpointPanel::pinStudy(const QStringList& paths) { m_studies->pin(paths); }

void CheckpointPanel::pinSentence(const QString& sentence)
{
    QStringList sentences = m_session->sentences();
    if (!sentences.contains(sentence))
        sentences << sentence;
    setSentences(sentences);
    m_query->selectRow(static_cast<int>(sentences.indexOf(sentence)));
}

void CheckpointPanel::setSentences(const QStringList& sentences)
{
    m_session->setSentences(sentences);
    m_settings.setValue(settings_keys::checkpointSentences, sentences);
}

void CheckpointPanel::refresh()
{
    showTicks();
    showScores();
    showMaps();
    showCurves();
    showHint();
}

void CheckpointPanel::showTicks()
{
    std::vector<CheckpointStrip::Tick> ticks;
    for (const auto& [step, there] : m_session->steps())
        ticks.push_back({static_cast<double>(step), there});
    m_strip->setTicks(std::move(ticks), m_lastStep);
    m_strip->setMark(m_lateLoss, tr("local loss begins"));
    m_strip->setEnabled(!m_strip->ticks().empty());
    if (!m_strip->step()) // the cursor of another run goes
        Q_EMIT chosen({});
    if (const auto step = m_strip->step(); step && m_session->chosen() != static_cast<std::int64_t>(*step)) {
        m_session->choose(static_cast<std::int64_t>(*step));
        Q_EMIT chosen(isVisible() ? step : std::nullopt);
    }
}

void CheckpointPanel::showScores()
{
    std::vector<SentenceScores> rows;
    for (const QString& sentence : m_session->sentences()) {
        const auto* result = m_session->result(m_session->chosen(), sentence);
        SentenceScores waiting;
        waiting.sentence = sentence;
        rows.push_back(result ? result->scores : waiting);
    }
    m_query->setRows(rows);
    if (m_query->selectedRow() < 0 && !rows.empty())
        m_query->selectRow(0);
}

void CheckpointPanel::showMaps()
{
    const auto* found = m_session->result(m_session->chosen(), m_session->sentences().value(m_query->selectedRow()));
    std::optional<SentenceResult> result;
    if (found) {
        result = *found;
        result->checkpoint = m_session->chosen();
    }
    showResult(*m_view, result ? &*result : nullptr);
    m_query->setProvenance(result ? shownText(provenanceLine(sourceOf(*result), ProvenanceForm::Checkpoint))
                                  : QString());
    m_fit->setEnabled(result.has_value());
}

// The study's similarity of each sentence over the checkpoints.
void CheckpointPanel::showCurves()
{
    std::vector<CheckpointStrip::Curve> curves;
    for (int row = 0; row < m_session->sentences().size(); ++row) {
        CheckpointStrip::Curve curve{runColour(row, palette()), row == m_query->selectedRow(), {}};
        for (const CheckpointStrip::Tick& tick : m_strip->ticks())
            if (const auto* result =
                    m_session->result(static_cast<std::int64_t>(tick.step), m_session->sentences().at(row)))
                curve.points.emplace_back(tick.step, result->scores.study);
        curves.push_back(std::move(curve));
    }
    m_strip->setCurves(std::move(curves));
}

void CheckpointPanel::showHint()
{
    const QString problem = m_session->problem(m_session->chosen());
    m_all->setEnabled(!m_session->working() && m_studies->study() && !m_session->sentences().isEmpty() &&
                      !m_strip->ticks().empty());
    if (m_run.isEmpty())
        m_query->setHint(tr("Choose a run to see what its checkpoints make of a study."), false);
    else if (!m_studies->problem().isEmpty())
        m_query->setHint(m_studies->problem(), true);
    else if (!m_studies->study())
        m_query->setHint(!m_studies->any() ? tr("Pin a study to score it by the run's checkpoints.")
                                           : tr("Looking for the pinned studies…"),
                         false);
    else if (m_session->sentences().isEmpty())
        m_query->setHint(tr("Type a sentence to pin it."), false);
    else if (!problem.isEmpty())
        m_query->setHint(problem, true);
    else
        m_query->setHint({}, false);
}

void CheckpointPanel::setOverlayStyle(const viewer::OverlayStyle& style)
{
    viewer::OverlayStyle own = style;
    own.low = m_view->overlayStyle().low; // the scale belongs to the run
    own.high = m_view->overlayStyle().high;
    own.basis = m_view->overlayStyle().basis == viewer::RangeBasis::Study ? viewer::RangeBasis::Study
                                                                          : viewer::RangeBasis::Full;
    m_view->setOverlayStyle(own);
}

void CheckpointPanel::fitScale(bool toMaps)
{
    viewer::OverlayStyle style = m_view->overlayStyle();
    style.low = -1;
    style.high = 1;
    style.basis = viewer::RangeBasis::Full;
    const auto* result =
        toMaps ? m_session->result(m_session->chosen(), m_session->sentences().value(m_query->selectedRow())) : nullptr;
    if (result)
        if (const auto range = similarityRange(result->maps, *m_view)) {
            std::tie(style.low, style.high) = *range;
            style.basis = viewer::RangeBasis::Study;
        }
    m_view->setOverlayStyle(style);
}

void CheckpointPanel::showProgress(const QString& phase, qint64 done, qint64 total)
{
    const bool busy = total >= 0;
    m_phase->setText(phase);
    m_bar->setVisible(busy);
    m_cancel->setVisible(busy && m_session->working());
    if (busy) {
        m_bar->setRange(0, static_cast<int>(total));
        m_bar->setValue(static_cast<int>(done));
    }
}

void CheckpointPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_studies->open();
    m_session->watch();
    Q_EMIT chosen(m_strip->step());
}

void CheckpointPanel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_session->leave();
    Q_EMIT chosen({});
}

void CheckpointPanel::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)
        m_strip->setValue(m_strip->value() + (event->key() == Qt::Key_Left ? -1 : 1));
    else
        QWidget::keyPressEvent(event);
}

void CheckpointPanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_strip)
        showCurves();
    QWidget::changeEvent(event);
}

} // namespace mama
