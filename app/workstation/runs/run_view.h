#pragma once
#include "app/workstation/runs/run_monitor.h"
#include "core/protocol/run_health.h"
#include "widgets/charts/curve_plot.h"
#include "widgets/look/tone.h"

#include <QCoreApplication>
#include <QMap>
#include <QString>
#include <string>
#include <vector>

namespace mama {

// All that the window knows of a run, gathered from its news.
class RunView
{
    Q_DECLARE_TR_FUNCTIONS(mama::RunView)
public:
    QString folder, status, problem;
    QString title;        // as people have named it; empty: nobody has
    QString name() const; // that, or the folder's last part
    std::optional<RunState> state;
    std::optional<ControlRequest::Ask> asked; // and not yet taken by the run
    std::optional<StepRecord> last;
    std::optional<EvalRecord> evaluation; // the latest
    nlohmann::json config;
    std::vector<RunFolder::Checkpoint> checkpoints;
    QStringList log;          // the last lines
    std::size_t logLines = 0; // read so far

    // Names of curves: "loss", "lr", "term …", "scale …", "validation …"; and "validation mass_hit by read-out", where
    // an evaluation has several read-outs of the maps.
    QStringList curves() const;
    // What is drawn under such a name: the curves, and what each is called beside the others; alone it needs no name.
    struct Part
    {
        QString curve, label;
    };
    std::vector<Part> parts(const QString& curve) const;
    const std::vector<CurveSample>& samples(const QString& curve) const;
    const std::vector<CurveMarker>& markers() const { return m_events; }
    std::optional<double> lateLoss()
        const; // step at which the local loss begins, by the configuration of a pre-training; empty: with the run
    void take(const RunNews& news);

    Tone tone() const;                         // the colour of its state
    QString word() const;                      // the state for a list: "running", "no run yet", …
    QString statusText() const;                // a sentence, with what is asked of the run and what comes next
    QString evaluationText() const;            // why there may be no figures
    QString emptyText() const;                 // why there may be no curve yet
    QString notFiniteText() const;             // of steps whose loss is no number; empty: none
    std::vector<HealthFinding> health() const; // what is odd, from stated rules
    const std::vector<UserText>& warnings() const { return m_warnings; } // of the configuration (runWarnings())
    QString etaText() const; // a range, or that it is not known yet; empty: the run is not at work
    // Why a button cannot work now; empty: it can.
    enum class Act { Stop, Pause, Checkpoint, Resume };
    QString refusal(Act act) const;

private:
    QString phase() const; // of a run that is starting: what it logged last
    QString askedText() const;
    QString stateText() const;
    void takeStep(const StepRecord& record);
    void takeEvent(const EventRecord& record);
    void add(const std::string& curve, CurveSample place, double value);

    QMap<QString, std::vector<CurveSample>> m_curves;
    CurveSample m_place;
    std::vector<CurveMarker> m_events;
    std::optional<RunHealth> m_health;
    std::vector<UserText> m_warnings;
    std::int64_t m_notFinite = 0, m_firstNotFinite = 0; // steps
};

// For a list: "running", "no run yet", … of what a monitor shows.
QString statusWord(const QString& status);
QString durationText(double seconds);

} // namespace mama
