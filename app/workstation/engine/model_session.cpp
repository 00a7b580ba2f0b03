#include "app/workstation/engine/model_session.h"

#include "core/base/path_text.h"
#include "core/study/study.h"
#include "widgets/look/shown_text.h"

#include <algorithm>

// What is wished for, and what is asked of the engine. Its replies: model_session_replies.cpp.
namespace mama {

ModelSource ModelFacts::source() const
{
    return {name.toStdString(),
            hash.toStdString(),
            trainedOn.toStdString(),
            profile.toStdString(),
            precision.toStdString(),
            device.toStdString(),
            0,
            licence.toStdString()};
}

ModelSession::ModelSession(const QString& engineProgram, QObject* parent) : QObject(parent), m_engine(engineProgram)
{
    connect(&m_engine, &EngineProcess::ready, this, [this] { advance(); });
    connect(&m_engine, &EngineProcess::replied, this, &ModelSession::answered);
    connect(&m_engine, &EngineProcess::failed, this, &ModelSession::refused);
    connect(&m_engine, &EngineProcess::progressed, this,
            [this](int id, qint64 done, qint64 total, const QString& phase) {
                if (m_pending.count(id) != 0)
                    Q_EMIT progress(phase, done, total);
            });
    connect(&m_engine, &EngineProcess::died, this, [this](const QString& reason) {
        forgetEngine();
        Q_EMIT engineDied(reason);
    });
}

void ModelSession::start()
{
    tryAgain();
    m_engine.start();
}

void ModelSession::stop()
{
    m_engine.stop();
    forgetEngine();
}

void ModelSession::setModel(const QString& folder)
{
    m_folder = folder;
    m_model.reset();
    m_modelProblem.clear();
    m_loadCancelled = false;
    m_encoded.clear();
    m_way.clear();
    m_besideWay.reset();
    if (m_less.what == QLatin1String("way"))
        m_less = {};
    m_encodingRefused = false;
    drop({Request::Load, Request::Encode, Request::Query, Request::QueryBeside, Request::Prepare});
    forgetResults();
    Q_EMIT modelChanged();
    advance();
}

void ModelSession::setStudy(std::shared_ptr<const Study> study, std::vector<std::size_t> beside)
{
    drop({Request::Encode, Request::Query, Request::QueryBeside, Request::Prepare});
    releaseStudy();
    // What was asked while no study was open waits for the one that comes.
    const bool another = m_study && !(study && study->uid == m_study->uid);
    m_study = std::move(study);
    m_beside = std::move(beside);
    m_encodingRefused = false;
    forgetResults(another && !m_keepsAsking ? Wish::Dropped : Wish::Kept);
    advance();
}

// What the engine keeps of the study is not wanted any more.
void ModelSession::releaseStudy()
{
    for (const auto& [way, there] : m_encoded)
        m_engine.request(protocol::ReleaseRequest{there.id});
    m_encoded.clear();
}

void ModelSession::setHeld(bool held)
{
    if (held == m_held)
        return;
    m_held = held;
    if (held) {
        drop({Request::Query, Request::QueryBeside});
        forgetResults(Wish::Dropped);
    }
    advance();
}

void ModelSession::drop(std::initializer_list<Request> kinds)
{
    std::erase_if(m_pending, [&](const auto& each) {
        const bool dropped = std::ranges::find(kinds, each.second.kind) != kinds.end();
        if (dropped)
            m_engine.cancel(each.first);
        return dropped;
    });
}

void ModelSession::setFusionRule(const QString& rule)
{
    if (rule == m_rule)
        return;
    m_rule = rule;
    drop({Request::Query, Request::QueryBeside});
    forgetResults();
    advance();
}

void ModelSession::setMapWay(const QString& way)
{
    if (way == m_way)
        return;
    m_way = way;
    dropUnfitLess();
    forgetMaps();
}

bool ModelSession::meanMapsFit() const
{
    return m_model && m_model->meanMaps && way(m_way).isEmpty() && (!m_besideWay || way(*m_besideWay).isEmpty());
}

bool ModelSession::dropUnfitLess()
{
    if (!m_model || m_less.what != QLatin1String("reference") || meanMapsFit())
        return false;
    m_less = {};
    Q_EMIT lessDropped();
    return true;
}

void ModelSession::setMapLess(const MapLess& less)
{
    if (less == m_less || (m_model && less.what == QLatin1String("reference") && !meanMapsFit()))
        return;
    m_less = less;
    forgetMaps();
}

// What is on screen stays: only what stands beside it changes.
void ModelSession::setBesideWay(const std::optional<QString>& way)
{
    if (way == m_besideWay)
        return;
    m_besideWay = way;
    if (dropUnfitLess())
        return forgetMaps();
    m_encodingRefused = false;
    drop({Request::QueryBeside});
    for (RowMaps& row : m_maps)
        row.beside.reset();
    Q_EMIT scoresChanged();
    advance();
}

// All is asked anew of what the engine has of the study; in a way that it has not yet it is encoded.
void ModelSession::forgetMaps()
{
    m_encodingRefused = false;
    drop({Request::Encode, Request::Query, Request::QueryBeside});
    forgetResults();
    advance();
}

QString ModelSession::way(const QString& asked) const
{
    return m_model && asked == m_model->mapWays.value(0) ? QString() : asked;
}

QStringList ModelSession::wantedWays() const
{
    QStringList ways{way(m_way)};
    if (m_less.what == QLatin1String("way"))
        ways << way(m_less.sentence);
    if (m_besideWay)
        ways << way(*m_besideWay);
    ways.removeDuplicates();
    return ways;
}

const ModelSession::Encoded* ModelSession::encoded() const
{
    const auto found = m_encoded.find(way(m_way));
    return found == m_encoded.end() ? nullptr : &found->second;
}

QString ModelSession::wayNote() const
{
    const Encoded* there = encoded();
    if (!there || m_model->mapWays.size() < 2)
        return {};
    if (there->kept)
        return tr("Another way: at once (inputs are kept)");
    return there->anewSeconds > 0 ? tr("Another way: about %1 s (inputs not kept)")
                                        .arg(there->anewSeconds, 0, 'f', there->anewSeconds < 10 ? 1 : 0)
                                  : tr("Another way: the images are encoded again (how long is not known)");
}

void ModelSession::chooseSentence(int row, int sentence)
{
    if (row >= 0 && row < static_cast<int>(m_maps.size()))
        m_maps[static_cast<std::size_t>(row)].facts.sentence = sentence;
}

void ModelSession::ask(const QString& sentence, const QString& heading)
{
    tryAgain();
    const int row = rowOf(sentence);
    if (row >= 0) {
        SentenceScores& scores = m_scores[static_cast<std::size_t>(row)];
        if (scores.mayBeAsked())
            scores.state = SentenceScores::State::Waiting;
        scores.heading = heading;
        Q_EMIT scoresChanged();
        if (scores.state == SentenceScores::State::Done)
            Q_EMIT mapsReady(row);
    } else {
        SentenceScores scores;
        scores.sentence = sentence;
        scores.heading = heading;
        m_scores.push_back(scores);
        m_maps.emplace_back();
        Q_EMIT scoresChanged();
    }
    advance();
}

void ModelSession::repeat()
{
    tryAgain();
    for (SentenceScores& scores : m_scores)
        if (scores.mayBeAsked()) {
            scores.state = SentenceScores::State::Waiting;
            scores.note.clear();
        }
    Q_EMIT scoresChanged();
    advance();
}

// Whoever asks wants another try.
void ModelSession::tryAgain()
{
    m_encodingRefused = false;
    if (!m_loadCancelled)
        return;
    m_loadCancelled = false;
    m_modelProblem.clear();
    Q_EMIT modelChanged();
}

// A model is wished for, and nothing but time is missing.
bool ModelSession::loading() const
{
    return inFlight(Request::Load) || (!m_folder.isEmpty() && !m_model && m_modelProblem.isEmpty() &&
                                       m_engine.state() == EngineProcess::State::Starting);
}

void ModelSession::remove(int row)
{
    if (row < 0 || row >= static_cast<int>(m_scores.size()))
        return;
    m_scores.erase(m_scores.begin() + row);
    m_maps.erase(m_maps.begin() + row);
    Q_EMIT scoresChanged();
}

void ModelSession::clearSentences()
{
    m_scores.clear();
    m_maps.clear();
    Q_EMIT scoresChanged();
}

void ModelSession::cancel()
{
    const bool load = loading(), encoding = inFlight(Request::Encode);
    if (!load && m_pending.empty())
        return;
    for (const auto& [id, pending] : m_pending)
        if (pending.kind == Request::Prepare)
            Q_EMIT notPrepared(pending.sentence.toULongLong(), tr("it was cancelled"));
    drop({Request::Load, Request::Encode, Request::Query, Request::QueryBeside, Request::Prepare});
    for (SentenceScores& scores : m_scores)
        if (scores.state == SentenceScores::State::Waiting) {
            scores.state = SentenceScores::State::Failed;
            scores.note = tr("cancelled: ask it again to score it");
        }
    m_encodingRefused = m_encodingRefused || encoding;
    if (load) {
        m_loadCancelled = true;
        m_modelProblem = tr("It was cancelled: asking a sentence loads it.");
        Q_EMIT modelChanged();
    }
    Q_EMIT progress({}, 0, -1);
    Q_EMIT scoresChanged();
    if (encoding)
        Q_EMIT encodingFailed(tr("It was cancelled: asking a sentence begins anew."));
}

void ModelSession::rejectStudy(const QString& reason)
{
    drop({Request::Encode, Request::Query, Request::QueryBeside});
    releaseStudy();
    m_encodingRefused = true;
    Q_EMIT encodingFailed(reason);
}

std::vector<SentenceMap> ModelSession::maps(int row) const
{
    if (row < 0 || row >= static_cast<int>(m_maps.size()))
        return {};
    const RowMaps& maps = m_maps[static_cast<std::size_t>(row)];
    const auto sentence = static_cast<std::size_t>(maps.facts.sentence);
    return sentence < maps.ofSentences.size() ? maps.ofSentences[sentence] : std::vector<SentenceMap>{};
}

std::optional<SentenceResult> ModelSession::result(int row) const
{
    if (row < 0 || row >= static_cast<int>(m_scores.size()))
        return {};
    SentenceResult result{m_scores[static_cast<std::size_t>(row)], maps(row), {}};
    const RowMaps& own = m_maps[static_cast<std::size_t>(row)];
    result.map = own.facts;
    if (own.beside && static_cast<std::size_t>(own.facts.sentence) < own.beside->ofSentences.size()) {
        result.beside = own.beside->ofSentences[static_cast<std::size_t>(own.facts.sentence)];
        result.besideMap = own.beside->facts;
    }
    if (!result.maps.empty())
        result.model = m_model;
    const auto sentence = static_cast<std::size_t>(result.map.sentence);
    if (result.map.sentences.size() > 1)
        result.scores.mapSentence = result.map.sentences.value(result.map.sentence);
    if (sentence < result.map.ranges.size())
        result.scores.mapRange = result.map.ranges[sentence];
    return result;
}

QString ModelSession::provenance() const
{
    if (!m_model)
        return {};
    return shownText(provenanceLine(m_model->source(), ProvenanceForm::Paragraph));
}

void ModelSession::forgetEngine()
{
    m_pending.clear();
    m_model.reset();
    m_encoded.clear();
    if (!m_loadCancelled)
        m_modelProblem.clear();
    Q_EMIT progress({}, 0, -1);
    Q_EMIT modelChanged();
}

void ModelSession::forgetResults(Wish wish)
{
    for (SentenceScores& scores : m_scores) {
        const bool asked = wish == Wish::Kept && scores.state != SentenceScores::State::NotAsked;
        SentenceScores anew;
        anew.sentence = scores.sentence;
        anew.heading = scores.heading;
        scores = std::move(anew);
        scores.state = asked ? SentenceScores::State::Waiting : SentenceScores::State::NotAsked;
    }
    for (RowMaps& maps : m_maps)
        maps = {};
    Q_EMIT scoresChanged();
}

bool ModelSession::inFlight(Request kind, const QString& sentence) const
{
    for (const auto& [id, pending] : m_pending)
        if (pending.kind == kind && pending.sentence == sentence)
            return true;
    return false;
}

int ModelSession::rowOf(const QString& sentence) const
{
    for (std::size_t i = 0; i < m_scores.size(); ++i)
        if (m_scores[i].sentence == sentence)
            return static_cast<int>(i);
    return -1;
}

} // namespace mama
