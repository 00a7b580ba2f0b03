#include "app/workstation/engine/model_session.h"

#include <QByteArray>
#include <cstring>
#include <limits>

namespace mama {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

QString text(const nlohmann::json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? QString::fromStdString(found->get<std::string>()) : QString();
}

double firstNumber(const nlohmann::json& scores)
{
    return scores.is_array() && !scores.empty() && scores[0].is_number() ? scores[0].get<double>() : nan;
}

// base64 of float32, little endian, row by row. Empty raster if the size does not fit: no map rather than a wrong one.
Raster<float> decodeMap(const nlohmann::json& map)
{
    const int rows = map.value("rows", 0), columns = map.value("columns", 0);
    const QByteArray bytes = QByteArray::fromBase64(QByteArray::fromStdString(map.value("data", std::string())));
    if (rows <= 0 || columns <= 0 || bytes.size() != qsizetype{4} * rows * columns)
        return {};
    Raster<float> values(rows, columns);
    std::memcpy(values.values.data(), bytes.constData(), static_cast<std::size_t>(bytes.size()));
    return values;
}

} // namespace

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
        m_engine.request("release", {{"study", m_studyId}});
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
        scores.views.fill(nan);
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

QString ModelSession::provenance() const
{
    if (!m_model)
        return {};
    return tr("Model %1 (%2), trained on: %3. Profile %4, %5 on %6. Not for clinical use.")
        .arg(m_model->name, m_model->shortHash(),
             m_model->trainedOn.isEmpty() ? tr("unknown data") : m_model->trainedOn, m_model->profile,
             m_model->precision, m_model->device);
}

// Asks for the next thing that is wished and missing. Called after every change of wish or state.
void ModelSession::advance()
{
    if (m_engine.state() != EngineProcess::State::Ready || m_folder.isEmpty() || !m_modelProblem.isEmpty())
        return;
    if (!m_model) {
        if (!inFlight(Request::Load))
            send(Request::Load, "load", {{"model", m_folder.toStdString()}});
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
                send(Request::Encode, "encode", encodeParameters());
        }
        return;
    }
    if (!m_model->text)
        return;
    for (const SentenceScores& scores : m_scores)
        if (scores.state == SentenceScores::State::Waiting && !inFlight(Request::Query, scores.sentence))
            send(Request::Query, "query",
                 {{"study", m_studyId},
                  {"texts", {scores.sentence.toStdString()}},
                  {"fusion", m_rule.toStdString()},
                  {"maps", m_model->maps ? "inline" : "none"}},
                 scores.sentence);
}

nlohmann::json ModelSession::encodeParameters() const
{
    nlohmann::json images = nlohmann::json::array();
    for (const std::size_t index : m_sent) {
        const StudyImage& image = m_study->images[index];
        images.push_back({{"path", image.path.string()},
                          {"frame", image.frame},
                          {"slot", name(image.slot)},
                          {"side", name(image.side)},
                          {"view", image.view}});
    }
    return {{"images", images}};
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
        scores.views.fill(nan);
        scores.right = scores.left = scores.study = nan;
    }
    for (auto& maps : m_maps)
        maps.clear();
    Q_EMIT scoresChanged();
}

void ModelSession::send(Request kind, const char* method, const nlohmann::json& parameters, const QString& sentence)
{
    const int id = m_engine.request(method, parameters);
    if (id != 0)
        m_pending[id] = {kind, sentence};
    if (kind == Request::Load)
        Q_EMIT progress(tr("loading the model"), 0, 0);
    else if (kind == Request::Encode)
        Q_EMIT progress(tr("encoding the study"), 0, static_cast<qint64>(m_sent.size()));
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
        case Request::Load: takeModel(result); break;
        case Request::Encode: takeStudy(result); break;
        case Request::Query: takeScores(pending.sentence, result); break;
        }
    } catch (const std::exception& error) { // a reply that is not what the protocol says
        Q_EMIT encodingFailed(tr("The engine's reply could not be read: %1").arg(QString::fromUtf8(error.what())));
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
    if (pending.kind == Request::Load) {
        m_modelProblem = reason;
        Q_EMIT modelChanged();
    } else if (pending.kind == Request::Encode) {
        m_encodingRefused = true;
        Q_EMIT encodingFailed(reason);
    } else if (where == QLatin1String("study")) {
        m_studyId.clear(); // forgotten by the engine: encoded again, which the cache on disk makes quick
    } else if (const int row = rowOf(pending.sentence); row >= 0) {
        m_scores[static_cast<std::size_t>(row)].state = SentenceScores::State::Failed;
        m_scores[static_cast<std::size_t>(row)].note = reason;
        Q_EMIT scoresChanged();
    }
    if (m_pending.empty())
        Q_EMIT progress({}, 0, -1);
    advance();
}

void ModelSession::takeModel(const nlohmann::json& result)
{
    const nlohmann::json& model = result.at("model");
    ModelFacts facts;
    facts.folder = m_folder;
    facts.name = text(model, "name");
    facts.hash = text(model, "hash");
    facts.kind = text(model, "kind");
    facts.trainedOn = text(model, "trained_on");
    facts.licence = text(model, "licence");
    facts.notice = text(model, "notice");
    facts.profile = text(model, "profile") + QStringLiteral(" v%1").arg(model.value("profile_version", 1));
    facts.device = text(model, "device");
    facts.precision = text(model, "precision");
    for (const nlohmann::json& example : model.value("examples", nlohmann::json::array()))
        facts.examples.append(QString::fromStdString(example.get<std::string>()));
    facts.maps = model.value("maps", false);
    facts.text = model.value("text", false);
    m_model = facts;
    Q_EMIT modelChanged();
}

void ModelSession::takeStudy(const nlohmann::json& result)
{
    m_geometry.clear();
    QStringList refusals;
    for (const char* list : {"skipped", "refused"})
        for (const nlohmann::json& entry : result.value(list, nlohmann::json::array()))
            refusals.append(text(entry, "path") + QStringLiteral(": ") + text(entry, "reason"));
    for (const nlohmann::json& image : result.at("images"))
        for (const std::size_t index : m_sent) {
            const StudyImage& sent = m_study->images[index];
            if (sent.path.string() == image.at("path").get<std::string>() && sent.frame == image.at("frame").get<int>())
                m_geometry[index] = Geometry::fromJson(image.at("geometry"));
        }
    m_studyId = result.at("study").get<std::string>();
    Q_EMIT encodingFinished(refusals);
}

void ModelSession::takeScores(const QString& sentence, const nlohmann::json& result)
{
    const int row = rowOf(sentence);
    if (row < 0)
        return; // removed meanwhile
    SentenceScores& scores = m_scores[static_cast<std::size_t>(row)];
    std::vector<SentenceMap> maps;
    scores.views.fill(nan);
    for (const nlohmann::json& image : result.at("images")) {
        for (const auto& [index, geometry] : m_geometry) {
            const StudyImage& sent = m_study->images[index];
            if (sent.path.string() != image.at("path").get<std::string>() || sent.frame != image.at("frame").get<int>())
                continue;
            if (sent.slot != Slot::Extra)
                scores.views[static_cast<std::size_t>(sent.slot)] = firstNumber(image.at("scores"));
            const nlohmann::json list = image.value("maps", nlohmann::json::array());
            Raster<float> values = list.empty() ? Raster<float>() : decodeMap(list[0]);
            if (values.rows == geometry.gridRows() && values.columns == geometry.gridColumns())
                maps.push_back(
                    {sent.slot, index,
                     std::make_shared<viewer::MapOverlay>(viewer::MapOverlay{std::move(values), geometry, {}})});
        }
    }
    scores.right = scores.left = nan;
    for (const nlohmann::json& breast : result.at("breasts"))
        (breast.at("side") == "R" ? scores.right : scores.left) = firstNumber(breast.at("scores"));
    scores.study = firstNumber(result.at("study").at("scores"));
    QStringList notes;
    const nlohmann::json& said = result.at("texts").at(0);
    for (const nlohmann::json& warning : said.value("warnings", nlohmann::json::array()))
        notes.append(QString::fromStdString(warning.get<std::string>()));
    if (const auto plain = said.find("unnegated");
        plain != said.end() && plain->is_object() && (*plain)["study"].is_number())
        notes.append(tr("without the negation, “%1”: study %2")
                         .arg(text(*plain, "text"))
                         .arg((*plain)["study"].get<double>(), 0, 'f', 3));
    scores.note = notes.join(QLatin1Char('\n'));
    scores.state = SentenceScores::State::Done;
    m_maps[static_cast<std::size_t>(row)] = std::move(maps);
    Q_EMIT scoresChanged();
    Q_EMIT mapsReady(row);
}

int ModelSession::rowOf(const QString& sentence) const
{
    for (std::size_t i = 0; i < m_scores.size(); ++i)
        if (m_scores[i].sentence == sentence)
            return static_cast<int>(i);
    return -1;
}

} // namespace mama
