#pragma once
#include "app/workstation/checkpoints/checkpoint_session.h"
#include "app/workstation/checkpoints/pinned_studies.h"
#include "app/workstation/runs/run_view.h"
#include "widgets/charts/checkpoint_strip.h"
#include "widgets/panels/query_panel.h"
#include "widgets/viewer/pane_view.h"

#include <QSettings>
#include <QWidget>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace mama {

// The checkpoint scrubber: pinned studies and sentences, a slider along the run's checkpoints, and what each of them
// makes of the chosen study: similarities in a table and as curves over the steps, and four maps.
class CheckpointPanel : public QWidget
{
    Q_OBJECT
public:
    // The settings (which keep the pins) must outlive the panel.
    CheckpointPanel(const QString& engineProgram, QSettings& settings, QWidget* parent = nullptr);

    void show(const RunView* run);           // nullptr: no run is chosen
    void pinStudy(const QStringList& paths); // files or folders
    void pinSentence(const QString& sentence);
    void setOverlayStyle(const viewer::OverlayStyle& style); // as the reading page draws maps

    CheckpointSession& session() { return *m_session; }
    CheckpointStrip& strip() { return *m_strip; }
    viewer::PaneView& view() { return *m_view; }
    QueryPanel& sentences() { return *m_query; }

Q_SIGNALS:
    void chosen(std::optional<double> step); // the checkpoint at hand, while the panel is shown

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildStudies();
    QWidget* buildMaps();
    void connectStudies();
    void setSentences(const QStringList& sentences);
    void showNoStudy();
    void refresh();
    void showTicks();
    void showScores();
    void showMaps();
    void showCurves();
    void showHint();
    void fitScale(bool toMaps);
    void showProgress(const QString& phase, qint64 done, qint64 total);

    QSettings& m_settings;
    CheckpointSession* m_session;
    PinnedStudies* m_studies;
    QString m_run;
    double m_lastStep = 0;
    std::optional<double> m_lateLoss;
    CheckpointStrip* m_strip = nullptr;
    QComboBox* m_way = nullptr;
    QPushButton *m_all = nullptr, *m_fit = nullptr, *m_full = nullptr;
    QueryPanel* m_query = nullptr;
    viewer::PaneView* m_view = nullptr;
    QLabel* m_phase = nullptr;
    QProgressBar* m_bar = nullptr;
    QToolButton* m_cancel = nullptr;
};

} // namespace mama
