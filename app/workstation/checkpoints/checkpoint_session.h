#pragma once
#include "app/workstation/engine/model_session.h"
#include "core/protocol/run_folder.h"

#include <QTimer>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace mama {

// Scores and maps of one study and its sentences by a run's checkpoints, one checkpoint at a time, in an engine of its
// own that is started when there is work and ended when there has been none for a while. Answers are kept by
// checkpoint, study, fusion rule, way of maps and sentence, also after a checkpoint was deleted by its run.
class CheckpointSession : public QObject
{
    Q_OBJECT
public:
    using Result = SentenceResult; // always with its model

    explicit CheckpointSession(const QString& engineProgram, QObject* parent = nullptr);

    void setRun(const QString& folder, const std::vector<RunFolder::Checkpoint>& checkpoints);
    // The run was begun anew or goes on from an earlier step: its checkpoints may hold other weights under the same
    // names.
    void forget(const QString& run);
    void setStudy(std::shared_ptr<const Study> study); // null: none
    void setSentences(const QStringList& sentences);
    void setFusionRule(const QString& rule);
    void setMapWay(const QString& way); // of readOutNames(); empty: the model's default
    const QString& mapWay() const { return m_way; }
    void choose(std::int64_t step); // scored as soon as nothing newer is chosen for a moment
    void scoreAll();                // every checkpoint, the chosen one first
    void cancel();                  // what is under way; the next choice begins anew
    void watch();                   // somebody looks: what is missing is asked for
    void leave();                   // nobody looks: cancels, and ends the engine after the idle time
    // While a read-first session goes on nothing of a model is asked or shown here either.
    void setReadFirst(bool on);
    void setIdleTime(int milliseconds) { m_idle.setInterval(milliseconds); }

    std::int64_t chosen() const { return m_chosen; }
    // Steps that exist or of which something was scored, and whether the checkpoint is still there.
    std::vector<std::pair<std::int64_t, bool>> steps() const;
    const Result* result(std::int64_t step, const QString& sentence) const; // nullptr: not scored yet
    const QStringList& sentences() const { return m_sentences; }
    QString problem(std::int64_t step) const; // why a checkpoint gives no scores; empty: it does or was not tried
    bool working() const { return m_working; }
    ModelSession& session() { return m_session; }

Q_SIGNALS:
    void changed();                                                 // a result, a problem or the list of steps
    void progress(const QString& phase, qint64 done, qint64 total); // total < 0: nothing is under way

private:
    // checkpoint folder, study, fusion rule, way of maps, sentence
    using Key = std::tuple<QString, QString, QString, QString, QString>;
    Key keyOf(const QString& checkpoint, const QString& sentence) const;
    QString folderOf(std::int64_t step) const;
    bool lacks(std::int64_t step) const;
    void store(const QString& checkpoint, int row);
    void refuse(const QString& reason);
    void begin();
    void beginSoon();
    void advance();
    std::optional<std::int64_t> next() const;

    ModelSession m_session;
    QTimer m_pause; // a drag passes many checkpoints: only one where it rests is asked for
    QTimer m_idle;
    QString m_run, m_study, m_rule = QStringLiteral("maximum"), m_way;
    std::set<std::int64_t> m_there;
    QStringList m_sentences;
    std::int64_t m_chosen = -1;
    bool m_hasStudy = false, m_all = false, m_working = false, m_held = true, m_watched = false, m_readFirst = false;
    int m_deaths = 0;
    std::int64_t m_under = -1; // the checkpoint that is worked on
    std::map<Key, Result> m_results;
    std::deque<Key> m_order;               // of m_results, oldest first
    std::map<QString, QString> m_problems; // by checkpoint folder and study
};

} // namespace mama
