#include "app/workstation/library/models/vector_engine.h"

#include "widgets/look/shown_text.h"

#include <algorithm>
#include <utility>

namespace mama {
namespace {

constexpr std::size_t mostVectors = 256; // of one model
constexpr int restAfter = 180'000;       // ms

} // namespace

VectorEngine::VectorEngine(const QString& program, QObject* parent) : QObject(parent), m_engine(program)
{
    m_rest.setSingleShot(true);
    m_rest.setInterval(restAfter);
    connect(&m_rest, &QTimer::timeout, this, [this] {
        m_engine.stop();
        m_loaded.clear();
    });
    connect(&m_engine, &EngineProcess::ready, this, &VectorEngine::advance);
    connect(&m_engine, &EngineProcess::replied, this, [this](int id, const nlohmann::json& result) {
        if (id != 0 && id == m_request) {
            m_request = 0;
            take(result);
        }
    });
    connect(&m_engine, &EngineProcess::failed, this, [this](int id, const QString& reason, const QString&) {
        if (id != 0 && id == m_request) {
            m_request = 0;
            fail(reason);
        }
    });
    connect(&m_engine, &EngineProcess::died, this, [this](const QString& reason) {
        m_request = 0;
        m_loaded.clear();
        if (!m_engine.gaveUp()) // what is wanted is asked of the next one
            return;
        for (const Wish& wish : std::exchange(m_wishes, {}))
            m_problems[wish.hash] = reason;
        Q_EMIT changed();
    });
}

void VectorEngine::want(std::vector<Wish> wishes)
{
    m_wishes = std::move(wishes);
    for (const Wish& wish : m_wishes)
        m_problems.erase(wish.hash);
    if (m_request != 0 && !m_loading) // a model that is being loaded will be wanted again
        m_engine.cancel(std::exchange(m_request, 0));
    if (!m_wishes.empty() && m_engine.state() == EngineProcess::State::Stopped)
        m_engine.start();
    advance();
}

bool VectorEngine::isSaid(const Wish& wish) const
{
    return m_problems.contains(wish.hash) ||
           std::all_of(wish.sentences.begin(), wish.sentences.end(),
                       [&](const QString& sentence) { return vector(wish.hash, sentence) != nullptr; });
}

bool VectorEngine::waitsFor(const std::string& hash) const
{
    return std::any_of(m_wishes.begin(), m_wishes.end(), [&](const Wish& wish) { return wish.hash == hash; });
}

const SentenceVector* VectorEngine::vector(const std::string& hash, const QString& sentence) const
{
    const auto model = m_vectors.find(hash);
    if (model == m_vectors.end())
        return nullptr;
    const auto found = model->second.find(sentence);
    return found == model->second.end() ? nullptr : &found->second;
}

QString VectorEngine::problem(const std::string& hash) const
{
    const auto found = m_problems.find(hash);
    return found == m_problems.end() ? QString() : found->second;
}

// The model that is there answers first.
void VectorEngine::advance()
{
    std::erase_if(m_wishes, [this](const Wish& wish) { return isSaid(wish); });
    m_rest.start();
    if (m_wishes.empty() || m_request != 0 || m_engine.state() != EngineProcess::State::Ready)
        return;
    const auto loaded =
        std::find_if(m_wishes.begin(), m_wishes.end(), [this](const Wish& wish) { return wish.hash == m_loaded; });
    m_loading = loaded == m_wishes.end();
    m_asked = m_loading ? m_wishes.front() : *loaded;
    if (m_loading) {
        m_loaded.clear();
        m_request = m_engine.request(protocol::LoadRequest{m_asked.folder.toStdString(), {}, {}, {}});
        return;
    }
    protocol::TextVectorsRequest request;
    for (const QString& sentence : m_asked.sentences)
        request.texts.push_back(sentence.toStdString());
    m_request = m_engine.request(request);
}

void VectorEngine::take(const nlohmann::json& result)
{
    try {
        if (m_loading) {
            m_loaded = protocol::LoadReply::fromJson(result).model.hash;
            if (m_loaded != m_asked.hash)
                return fail(tr("the model in %1 is another than the one of the embeddings").arg(m_asked.folder));
            return advance();
        }
        auto& known = m_vectors[m_asked.hash];
        if (known.size() > mostVectors)
            known.clear();
        for (auto& [sentence, vector] :
             sentenceVectors(protocol::TextVectorsReply::fromJson(result), m_asked.sentences))
            known[sentence] = std::move(vector);
        if (!isSaid(m_asked))
            return fail(tr("the engine's reply lacks a sentence"));
    } catch (const std::exception& error) {
        return fail(tr("the engine's reply could not be read: %1").arg(shownError(error)));
    }
    advance();
    Q_EMIT changed();
}

void VectorEngine::fail(const QString& reason)
{
    m_problems[m_asked.hash] = reason;
    advance();
    Q_EMIT changed();
}

} // namespace mama
