#include "app/workstation/engine/model_session.h"

#include "widgets/look/user_text.h"

#include <cmath>
#include <limits>

namespace mama {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

QString text(const std::string& utf8) { return QString::fromStdString(utf8); }

double first(const std::vector<double>& scores) { return scores.empty() ? nan : scores.front(); }

// Empty if the values do not fit the geometry: no map rather than a wrong one.
std::shared_ptr<const viewer::MapOverlay> overlayOf(const std::optional<std::vector<protocol::QueryReply::Map>>& maps,
                                                    const Geometry& geometry)
{
    if (!maps || maps->empty())
        return nullptr;
    const protocol::QueryReply::Map& map = maps->front();
    if (map.values.empty() || map.rows != geometry.gridRows() || map.columns != geometry.gridColumns())
        return nullptr;
    Raster<float> values(map.rows, map.columns);
    values.values = map.values;
    return std::make_shared<viewer::MapOverlay>(viewer::MapOverlay{std::move(values), geometry, {}});
}

} // namespace

ModelSource ModelFacts::source() const
{
    return {name.toStdString(),    hash.toStdString(),      trainedOn.toStdString(),
            profile.toStdString(), precision.toStdString(), device.toStdString()};
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
    m_studyId.clear();
    m_encodingRefused = false;
    for (const auto& [id, pending] : m_pending)
        m_engine.cancel(id);
    m_pending.clear();
    forgetResults();
    Q_EMIT modelChanged();
    advance();
}

void ModelSession::setStudy(const std::optional<Study>& study)
{
    for (auto it = m_pending.begin(); it != m_pending.end();) {
        if (it->second.kind == Request::Load) {
            ++it;
        } else {
            m_engine.cancel(it->first);
            it = m_pending.erase(it);
        }
    }
    if (!m_studyId.empty())
        m_engine.request(protocol::ReleaseRequest{m_studyId});
    m_study = study;
    m_studyId.clear();
    m_encodingRefused = false;
    forgetResults();
    advance();
}

void ModelSession::setFusionRule(const QString& rule)
{
    if (rule == m_rule)
        return;
    m_rule = rule;
    for (auto it = m_pending.begin(); it != m_pending.end();) {
        if (it->second.kind == Request::Query) {
            m_engine.cancel(it->first);
            it = m_pending.erase(it);
        } else {
            ++it;
        }
    }
    forgetResults();
    advance();
}

void ModelSession::ask(const QString& sentence)
{
    m_encodingRefused = false; // whoever asks wants another try
    const int row = rowOf(sentence);
    if (row >= 0) {
        if (m_scores[static_cast<std::size_t>(row)].state == SentenceScores::State::Failed)
            m_scores[static_cast<std::size_t>(row)].state = SentenceScores::State::Waiting;
        Q_EMIT scoresChanged();
        if (m_scores[static_cast<std::size_t>(row)].state == SentenceScores::State::Done)
            Q_EMIT mapsReady(row);
    } else {
        SentenceScores scores;
        scores.sentence = sentence;
        m_scores.push_back(scores);
        m_maps.emplace_back();
        Q_EMIT scoresChanged();
    }
    advance();
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
    bool encoding = false;
    for (const auto& [id, pending] : m_pending) {
        encoding = encoding || pending.kind == Request::Encode;
        m_engine.cancel(id);
        if (const int row = pending.kind == Request::Query ? rowOf(pending.sentence) : -1; row >= 0) {
            m_scores[static_cast<std::size_t>(row)].state = SentenceScores::State::Failed;
            m_scores[static_cast<std::size_t>(row)].note = tr("cancelled: ask it again to score it");
        }
    }
    m_pending.clear();
    m_encodingRefused = m_encodingRefused || encoding;
    Q_EMIT progress({}, 0, -1);
    Q_EMIT scoresChanged();
    if (encoding)
        Q_EMIT encodingFailed(tr("It was cancelled: asking a sentence begins anew."));
}

std::vector<SentenceMap> ModelSession::maps(int row) const
{
    return row >= 0 && row < static_cast<int>(m_maps.size()) ? m_maps[static_cast<std::size_t>(row)]
                                                             : std::vector<SentenceMap>{};
}

std::optional<SentenceResult> ModelSession::result(int row) const
{
    if (row < 0 || row >= static_cast<int>(m_scores.size()))
        return {};
    SentenceResult result{m_scores[static_cast<std::size_t>(row)], maps(row), {}};
    if (!result.maps.empty())
        result.model = m_model;
    return result;
}

QString ModelSession::provenance() const
{
    if (!m_model)
        return {};
    return shownText(provenanceLine(m_model->source(), ProvenanceForm::Paragraph));
}

template <class Message>
void ModelSession::send(Request kind, const Message& request, const QString& sentence)
{
    const int id = m_engine.request(request);
    if (id != 0)
        m_pending[id] = {kind, sentence};
    if (kind == Request::Load)
        Q_EMIT progress(tr("loading the model"), 0, 0);
    else if (kind == Request::Encode)
        Q_EMIT progress(tr("encoding the study"), 0, static_cast<qint64>(m_sent.size()));
}

// Asks for the next thing that is wished and missing. Called after every change of wish or state.
void ModelSession::advance()
{
    if (m_engine.state() != EngineProcess::State::Ready || m_folder.isEmpty() || !m_modelProblem.isEmpty())
        return;
    if (!m_model) {
        if (!inFlight(Request::Load))
            send(Request::Load, protocol::LoadRequest{m_folder.toStdString(), {}, {}, {}});
        return;
    }
    if (!m_study || m_encodingRefused)
        return;
    if (m_studyId.empty()) {
        if (!inFlight(Request::Encode)) {
            m_sent.clear();
            for (std::size_t i = 0; i < m_study->images.size(); ++i)
                if (m_study->images[i].slot != Slot::Extra)
                    m_sent.push_back(i);
            if (!m_sent.empty())
                send(Request::Encode, encodeRequest());
        }
        return;
    }
    if (!m_model->text)
        return;
    for (const SentenceScores& scores : m_scores)
        if (scores.state == SentenceScores::State::Waiting && !inFlight(Request::Query, scores.sentence))
            send(Request::Query, queryRequest(scores.sentence), scores.sentence);
}

protocol::EncodeRequest ModelSession::encodeRequest() const
{
    protocol::EncodeRequest request;
    for (const std::size_t index : m_sent) {
        const StudyImage& image = m_study->images[index];
        request.images.push_back(
            {image.path.string(), image.frame, name(image.slot), name(image.side), image.view, std::nullopt});
    }
    return request;
}

protocol::QueryRequest ModelSession::queryRequest(const QString& sentence) const
{
    protocol::QueryRequest request;
    request.study = m_studyId;
    request.texts = {sentence.toStdString()};
    request.fusion = m_rule.toStdString();
    request.maps = m_model->maps ? protocol::MapsWanted::Inline : protocol::MapsWanted::None;
    return request;
}

void ModelSession::forgetEngine()
{
    m_pending.clear();
    m_model.reset();
    m_studyId.clear();
    m_modelProblem.clear();
    Q_EMIT progress({}, 0, -1);
    Q_EMIT modelChanged();
}

void ModelSession::forgetResults()
{
    for (SentenceScores& scores : m_scores) {
        scores.state = SentenceScores::State::Waiting;
        scores.note.clear();
        scores.images.clear();
        scores.right = scores.left = scores.study = nan;
    }
    for (auto& maps : m_maps)
        maps.clear();
    Q_EMIT scoresChanged();
}

bool ModelSession::inFlight(Request kind, const QString& sentence) const
{
    for (const auto& [id, pending] : m_pending)
        if (pending.kind == kind && pending.sentence == sentence)
            return true;
    return false;
}

void ModelSession::answered(int id, const nlohmann::json& result)
{
    const auto found = m_pending.find(id);
    if (found == m_pending.end())
        return;
    const Pending pending = found->second;
    m_pending.erase(found);
    try {
        switch (pending.kind) {
        case Request::Load: takeModel(protocol::LoadReply::fromJson(result)); break;
        case Request::Encode: takeStudy(protocol::EncodeReply::fromJson(result)); break;
        case Request::Query: takeScores(pending.sentence, protocol::QueryReply::fromJson(result)); break;
        }
    } catch (
        const std::exception& error) { // a reply that is not what the protocol says; asked again, it would be so too
        giveUp(pending, tr("The engine's reply could not be read: %1").arg(shownError(error)));
    }
    if (m_pending.empty())
        Q_EMIT progress({}, 0, -1);
    advance();
}

void ModelSession::refused(int id, const QString& reason, const QString& where)
{
    const auto found = m_pending.find(id);
    if (found == m_pending.end())
        return;
    const Pending pending = found->second;
    m_pending.erase(found);
    if (pending.kind == Request::Query && where == QLatin1String(protocol::studyField))
        m_studyId.clear(); // forgotten by the engine: encoded again, which the cache on disk makes quick
    else
        giveUp(pending, reason);
    if (m_pending.empty())
        Q_EMIT progress({}, 0, -1);
    advance();
}

// What is not asked again before somebody wishes it anew.
void ModelSession::giveUp(const Pending& pending, const QString& reason)
{
    if (pending.kind == Request::Load) {
        m_modelProblem = reason;
        Q_EMIT modelChanged();
    } else if (pending.kind == Request::Encode) {
        m_encodingRefused = true;
        Q_EMIT encodingFailed(reason);
    } else if (const int row = rowOf(pending.sentence); row >= 0) {
        m_scores[static_cast<std::size_t>(row)].state = SentenceScores::State::Failed;
        m_scores[static_cast<std::size_t>(row)].note = reason;
        Q_EMIT scoresChanged();
    }
}

void ModelSession::takeModel(const protocol::LoadReply& reply)
{
    const protocol::ModelReply& model = reply.model;
    ModelFacts facts;
    facts.folder = m_folder;
    facts.name = text(model.name);
    facts.hash = text(model.hash);
    facts.kind = text(model.kind);
    facts.trainedOn = text(model.trainedOn);
    facts.licence = text(model.licence);
    facts.notice = text(model.notice);
    facts.profile = text(model.profile) + QStringLiteral(" v%1").arg(model.profileVersion);
    facts.device = text(model.device);
    facts.precision = text(model.precision);
    for (const std::string& example : model.examples)
        facts.examples.append(text(example));
    facts.maps = model.maps;
    facts.text = model.text;
    m_model = facts;
    Q_EMIT modelChanged();
}

void ModelSession::takeStudy(const protocol::EncodeReply& reply)
{
    m_geometry.clear();
    QStringList refusals;
    for (const auto* list : {&reply.skipped, &reply.refused})
        for (const protocol::NotUsed& file : *list)
            refusals.append(text(file.path) + QStringLiteral(": ") +
                            (file.reasonText.empty() ? text(file.reason) : shownText(file.reasonText)));
    for (const protocol::EncodedImage& image : reply.images)
        if (const auto index = sentIndex(image.image))
            m_geometry[*index] = Geometry::fromJson(image.patches.geometry);
    m_studyId = reply.study;
    Q_EMIT encodingFinished(refusals);
}

// Study::images index of an image that was sent and that the engine names.
std::optional<std::size_t> ModelSession::sentIndex(const protocol::ImageName& image) const
{
    for (const std::size_t index : m_sent) {
        const StudyImage& sent = m_study->images[index];
        if (sent.path.string() == image.path && sent.frame == image.frame)
            return index;
    }
    return {};
}

void ModelSession::takeScores(const QString& sentence, const protocol::QueryReply& reply)
{
    const int row = rowOf(sentence);
    if (row < 0)
        return; // removed meanwhile
    SentenceScores& scores = m_scores[static_cast<std::size_t>(row)];
    std::vector<SentenceMap> maps;
    scores.images.clear();
    for (const protocol::QueryReply::Image& image : reply.images) {
        const auto index = sentIndex(image.image);
        const auto geometry = index ? m_geometry.find(*index) : m_geometry.end();
        if (geometry == m_geometry.end())
            continue;
        const viewer::PaneId pane{m_study->uid, *index};
        scores.images[pane] = first(image.scores);
        if (auto overlay = overlayOf(image.maps, geometry->second))
            maps.push_back({pane, std::move(overlay)});
    }
    scores.right = scores.left = nan;
    for (const protocol::QueryReply::Breast& breast : reply.breasts)
        (breast.side == name(Side::Right) ? scores.right : scores.left) = first(breast.scores);
    scores.study = first(reply.study.scores);
    scores.note = notesOf(reply);
    scores.state = SentenceScores::State::Done;
    m_maps[static_cast<std::size_t>(row)] = std::move(maps);
    Q_EMIT scoresChanged();
    Q_EMIT mapsReady(row);
}

QString ModelSession::notesOf(const protocol::QueryReply& reply)
{
    QStringList notes;
    const protocol::QueryReply::Text& said = reply.texts.at(0);
    for (const UserText& warning : said.warningTexts)
        notes.append(shownText(warning));
    if (said.unnegated && std::isfinite(said.unnegated->study))
        notes.append(tr("without the negation, “%1”: study %2")
                         .arg(text(said.unnegated->text))
                         .arg(said.unnegated->study, 0, 'f', 3));
    return notes.join(QLatin1Char('\n'));
}

int ModelSession::rowOf(const QString& sentence) const
{
    for (std::size_t i = 0; i < m_scores.size(); ++i)
        if (m_scores[i].sentence == sentence)
            return static_cast<int>(i);
    return -1;
}

} // namespace mama
