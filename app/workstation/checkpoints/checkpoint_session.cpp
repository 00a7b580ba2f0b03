#include "app/workstation/checkpoints/checkpoint_session.h"

#include "core/study/study.h"
#include <algorithm>
#include <utility>

namespace mama {
namespace {

constexpr std::size_t keptResults = 4096;        // four maps of 37 x 37 patches each: about 90 MB
constexpr int toleratedDeaths = 3;               // of the engine, at the same work
constexpr int restTime = 120, idleTime = 60'000; // ms

} // namespace

CheckpointSession::CheckpointSession(const QString& engineProgram, QObject* parent)
    : QObject(parent), m_session(engineProgram)
{
    m_session.keepAsking(); // whoever pins a study and types a sentence has asked
    m_pause.setSingleShot(true);
    m_pause.setInterval(restTime);
    m_idle.setSingleShot(true);
    m_idle.setInterval(idleTime);
    connect(&m_pause, &QTimer::timeout, this, &CheckpointSession::begin);
    connect(&m_idle, &QTimer::timeout, this, [this] {
        m_session.stop();
        m_session.setModel({});
    });
    connect(&m_session, &ModelSession::mapsReady, this, [this](int row) { store(m_session.modelFolder(), row); });
    connect(&m_session, &ModelSession::scoresChanged, this, [this] {
        const auto& rows = m_session.scores();
        for (std::size_t row = 0; row < rows.size(); ++row)
            if (rows[row].state == SentenceScores::State::Failed)
                store(m_session.modelFolder(), static_cast<int>(row));
    });
    connect(&m_session, &ModelSession::modelChanged, this, [this] {
        if (!m_session.modelProblem().isEmpty() && !m_session.loadCancelled())
            refuse(m_session.modelProblem());
        else if (m_session.model() && !m_session.model()->text)
            refuse(tr("This run's model has no text tower: it cannot score sentences."));
    });
    connect(&m_session, &ModelSession::engineDied, this, [this](const QString& reason) {
        if (++m_deaths >= toleratedDeaths && m_working)
            refuse(reason);
    });
    connect(&m_session, &ModelSession::encodingFailed, this, &CheckpointSession::refuse);
    connect(&m_session, &ModelSession::progress, this, [this](const QString& phase, qint64 done, qint64 total) {
        if (total >= 0 && m_working)
            Q_EMIT progress(tr("step %1: %2").arg(m_under).arg(phase), done, total);
    });
}

void CheckpointSession::setRun(const QString& folder, const std::vector<RunFolder::Checkpoint>& checkpoints)
{
    std::set<std::int64_t> there;
    for (const RunFolder::Checkpoint& checkpoint : checkpoints)
        there.insert(checkpoint.step);
    const bool other = folder != m_run;
    if (!other && there == m_there)
        return;
    if (other) {
        cancel();
        m_run = folder;
        m_chosen = -1;
    }
    m_there = std::move(there);
    Q_EMIT changed();
}

void CheckpointSession::forget(const QString& run)
{
    std::erase_if(m_results,
                  [&](const auto& each) { return std::get<0>(each.first).startsWith(run + QLatin1Char('/')); });
    std::erase_if(m_order, [&](const Key& key) { return !m_results.contains(key); });
    m_problems.clear();
    if (run == m_run) {
        cancel();
        m_session.setModel({});
    }
    Q_EMIT changed();
}

void CheckpointSession::setStudy(std::shared_ptr<const Study> study)
{
    m_hasStudy = study != nullptr;
    m_study = study ? QString::fromStdString(study->uid) : QString();
    for (const StudyImage& image : study ? study->images : std::vector<StudyImage>())
        m_study += QLatin1Char('\n') + QString::fromStdString(image.path.string()) + QLatin1Char(' ') +
                   QString::fromStdString(name(image.slot));
    m_session.setStudy(std::move(study));
    Q_EMIT changed();
    beginSoon();
}

void CheckpointSession::setSentences(const QStringList& sentences)
{
    for (int row = static_cast<int>(m_session.scores().size()) - 1; row >= 0; --row)
        if (!sentences.contains(m_session.scores()[static_cast<std::size_t>(row)].sentence))
            m_session.remove(row);
    m_sentences = sentences;
    for (const QString& sentence : sentences)
        m_session.ask(sentence);
    Q_EMIT changed();
    beginSoon();
}

void CheckpointSession::setFusionRule(const QString& rule)
{
    if (rule == m_rule)
        return;
    m_rule = rule;
    m_session.setFusionRule(rule);
    Q_EMIT changed();
    beginSoon();
}

void CheckpointSession::setMapWay(const QString& way)
{
    if (way == m_way)
        return;
    m_way = way;
    m_session.setMapWay(way);
    m_problems.clear(); // of the other way
    Q_EMIT changed();
    beginSoon();
}

void CheckpointSession::choose(std::int64_t step)
{
    if (step == m_chosen)
        return;
    m_chosen = step;
    Q_EMIT changed();
    beginSoon();
}

void CheckpointSession::scoreAll()
{
    m_all = true;
    begin();
}

void CheckpointSession::cancel()
{
    m_pause.stop();
    m_all = false;
    m_held = true;
    m_session.cancel();
    if (std::exchange(m_working, false)) {
        m_session.setModel({}); // the model that is being loaded is not wanted either
        Q_EMIT progress({}, 0, -1);
        Q_EMIT changed();
    }
    m_idle.start();
}

void CheckpointSession::watch()
{
    m_watched = true;
    begin();
}

void CheckpointSession::setReadFirst(bool on)
{
    if (on == std::exchange(m_readFirst, on))
        return;
    if (on)
        cancel();
    else
        beginSoon();
    Q_EMIT changed();
}

void CheckpointSession::leave()
{
    m_watched = false;
    cancel();
}

std::vector<std::pair<std::int64_t, bool>> CheckpointSession::steps() const
{
    std::map<std::int64_t, bool> all;
    const QString before = m_run + QStringLiteral("/checkpoints/step-");
    for (const auto& [key, result] : m_results)
        if (std::get<0>(key).startsWith(before) && std::get<1>(key) == m_study)
            all[std::get<0>(key).mid(before.size()).toLongLong()] = false;
    for (const std::int64_t step : m_there)
        all[step] = true;
    return {all.begin(), all.end()};
}

CheckpointSession::Key CheckpointSession::keyOf(const QString& checkpoint, const QString& sentence) const
{
    return {checkpoint, m_study, m_rule, m_way, sentence};
}

QString CheckpointSession::folderOf(std::int64_t step) const
{
    return QString::fromStdString(RunFolder(m_run.toStdString()).checkpointFolder(step).string());
}

const CheckpointSession::Result* CheckpointSession::result(std::int64_t step, const QString& sentence) const
{
    const auto found = m_readFirst ? m_results.end() : m_results.find(keyOf(folderOf(step), sentence));
    return found == m_results.end() ? nullptr : &found->second;
}

QString CheckpointSession::problem(std::int64_t step) const
{
    if (m_readFirst)
        return tr("Read first: checkpoints show nothing while the session goes on (Study ▸ Read first).");
    const auto found = m_problems.find(folderOf(step) + m_study);
    if (found != m_problems.end())
        return found->second;
    const bool lacking = std::any_of(m_sentences.begin(), m_sentences.end(),
                                     [&](const QString& sentence) { return !result(step, sentence); });
    if (step >= 0 && lacking && !m_there.contains(step))
        return tr("Checkpoint step-%1 is gone: a run keeps the last, the best and every k-th (keep_every).").arg(step);
    return {};
}

// Whether something is to be asked of this checkpoint.
bool CheckpointSession::lacks(std::int64_t step) const
{
    if (!m_there.contains(step) || m_problems.contains(folderOf(step) + m_study))
        return false;
    return std::any_of(m_sentences.begin(), m_sentences.end(),
                       [&](const QString& sentence) { return !result(step, sentence); });
}

std::optional<std::int64_t> CheckpointSession::next() const
{
    if (m_readFirst)
        return {};
    if (lacks(m_chosen))
        return m_chosen;
    if (m_all)
        for (const std::int64_t step : m_there)
            if (lacks(step))
                return step;
    return {};
}

void CheckpointSession::beginSoon()
{
    if (m_watched)
        m_pause.start();
}

// By a wish of the user's: also after a cancel, and after an engine that died too often.
void CheckpointSession::begin()
{
    if (!m_watched)
        return;
    m_held = false;
    m_deaths = 0;
    std::erase_if(m_problems, [&](const auto& each) { return each.first == folderOf(m_chosen) + m_study; });
    if (m_session.engine().state() == EngineProcess::State::Stopped && m_hasStudy && next())
        m_session.start();
    advance();
}

void CheckpointSession::advance()
{
    if (m_held || m_pause.isActive())
        return;
    const auto target = m_hasStudy ? next() : std::nullopt;
    if (!target) {
        m_all = false;
        if (std::exchange(m_working, false)) {
            Q_EMIT progress({}, 0, -1);
            Q_EMIT changed();
        }
        m_idle.start();
        return;
    }
    m_idle.stop();
    m_under = *target;
    const bool began = !std::exchange(m_working, true);
    if (const QString folder = folderOf(*target); m_session.modelFolder() != folder) {
        m_session.setModel(folder);
        m_session.setMapWay(m_way);
    }
    if (began)
        Q_EMIT changed();
}

void CheckpointSession::store(const QString& checkpoint, int row)
{
    const SentenceScores scores = m_session.scores()[static_cast<std::size_t>(row)];
    if (checkpoint.isEmpty() || !m_session.model() || scores.state == SentenceScores::State::Waiting)
        return;
    const Key key = keyOf(checkpoint, scores.sentence);
    if (const auto had = m_results.find(key); had != m_results.end() && had->second.scores.state == scores.state)
        return;
    Result result = *m_session.result(row);
    result.model = m_session.model();
    if (m_results.insert_or_assign(key, std::move(result)).second)
        m_order.push_back(key);
    while (m_order.size() > keptResults) {
        m_results.erase(m_order.front());
        m_order.pop_front();
    }
    Q_EMIT changed();
    QMetaObject::invokeMethod(this, &CheckpointSession::advance,
                              Qt::QueuedConnection); // the session is still answering
}

void CheckpointSession::refuse(const QString& reason)
{
    m_problems[m_session.modelFolder() + m_study] = reason;
    Q_EMIT changed();
    QMetaObject::invokeMethod(this, &CheckpointSession::advance, Qt::QueuedConnection);
}

} // namespace mama
