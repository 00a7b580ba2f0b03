// What the engine is asked, and in which order.
#include "app/workstation/engine/model_session.h"

#include "core/base/path_text.h"
#include "core/study/study.h"
#include "widgets/look/shown_text.h"

#include <algorithm>

namespace mama {

template <class Message>
void ModelSession::send(Request kind, const Message& request, const QString& sentence)
{
    const int id = m_engine.request(request);
    if (id != 0)
        m_pending[id] = {kind, sentence};
    if (kind == Request::Load)
        Q_EMIT progress(tr("loading the model"), 0, 0);
    else if (kind == Request::Encode)
        Q_EMIT progress(encodingPhase(), 0, static_cast<qint64>(m_sent.size()));
}

// Asks for the next thing that is wished and missing. Called after every change of wish or state.
void ModelSession::prepare(std::size_t image)
{
    if (!m_study || image >= m_study->images.size())
        return;
    if (!m_model || m_engine.state() != EngineProcess::State::Ready)
        return Q_EMIT notPrepared(image, tr("no model is loaded"));
    const StudyImage& facts = m_study->images[image];
    protocol::PrepareRequest request;
    request.path = pathText(facts.path);
    request.frame = facts.frame;
    request.picture = true;
    send(Request::Prepare, request, QString::number(image));
}

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
    if (encodeNext() || !m_model->text || m_held)
        return;
    for (std::size_t row = 0; row < m_scores.size(); ++row) {
        const SentenceScores& scores = m_scores[row];
        if (scores.state == SentenceScores::State::Waiting && !inFlight(Request::Query, scores.sentence))
            send(Request::Query, queryRequest(scores), scores.sentence);
        if (m_besideWay && scores.state == SentenceScores::State::Done && !m_maps[row].beside &&
            !inFlight(Request::QueryBeside, scores.sentence)) {
            protocol::QueryRequest request = queryRequest(scores);
            request.study = m_encoded.at(way(*m_besideWay)).id;
            request.mapMinus = "none";
            request.mapMinusText = request.mapMinusStudy = {};
            send(Request::QueryBeside, request, scores.sentence);
        }
    }
}

bool ModelSession::encodeNext()
{
    for (const QString& wanted : wantedWays()) {
        if (m_encoded.contains(wanted))
            continue;
        if (inFlight(Request::Encode, wanted))
            return true;
        m_sent.clear();
        for (std::size_t i = 0; i < m_study->images.size(); ++i)
            if (m_study->images[i].slot != Slot::Extra || std::ranges::find(m_beside, i) != m_beside.end())
                m_sent.push_back(i);
        if (!m_sent.empty()) {
            send(Request::Encode, encodeRequest(wanted), wanted);
            return true;
        }
        m_encodingRefused = true;
        Q_EMIT encodingFailed(tr("None of its images is on screen: choose one in the list of images."));
        return true;
    }
    return false;
}

QString ModelSession::encodingPhase() const
{
    if (m_encoded.empty())
        return tr("encoding the study");
    const Encoded& there = m_encoded.begin()->second;
    if (there.kept)
        return tr("reading the maps out");
    return there.anewSeconds > 0 ? tr("encoding the study anew, about %1 s")
                                       .arg(there.anewSeconds, 0, 'f', there.anewSeconds < 10 ? 1 : 0)
                                 : tr("encoding the study anew");
}

protocol::EncodeRequest ModelSession::encodeRequest(const QString& mapWay) const
{
    protocol::EncodeRequest request;
    request.mapWay = mapWay.toStdString();
    for (const std::size_t index : m_sent) {
        const StudyImage& image = m_study->images[index];
        request.images.push_back(
            {pathText(image.path), image.frame, name(image.slot), name(image.side), image.view, std::nullopt});
    }
    return request;
}

protocol::QueryRequest ModelSession::queryRequest(const SentenceScores& row) const
{
    protocol::QueryRequest request;
    request.study = encoded()->id;
    request.texts = {row.sentence.toStdString()};
    if (!row.heading.isEmpty())
        request.headings = {row.heading.toStdString()};
    request.fusion = m_rule.toStdString();
    request.maps = m_model->maps ? protocol::MapsWanted::Inline : protocol::MapsWanted::None;
    request.allSentences = true;
    request.mapMinus = m_less.what.toStdString();
    if (m_less.what == QLatin1String("way"))
        request.mapMinusStudy = m_encoded.at(way(m_less.sentence)).id;
    else
        request.mapMinusText = m_less.sentence.toStdString();
    return request;
}

} // namespace mama
