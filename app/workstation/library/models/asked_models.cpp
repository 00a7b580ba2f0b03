#include "app/workstation/library/models/asked_models.h"

#include "core/base/path_text.h"
#include "core/weights/said_provenance.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mama {
namespace {

using Indexes = std::map<std::filesystem::path, std::shared_ptr<const EmbeddingIndex>>;

bool saysAnything(const StudyScores& scores)
{
    return scores && std::any_of(scores->begin(), scores->end(), [](float score) { return !std::isnan(score); });
}

// Of the models that say anything, if there are two; empty lists for the others.
ModelRanks ranksAmong(const std::vector<StudyScores>& scores)
{
    std::vector<std::span<const float>> found;
    for (const StudyScores& each : scores)
        if (saysAnything(each))
            found.emplace_back(*each);
    if (found.size() < 2)
        return {};
    ModelRanks ranks = compareRanks(found);
    for (std::size_t model = 0; model < scores.size(); ++model)
        if (!saysAnything(scores[model]))
            ranks.ranks.insert(ranks.ranks.begin() + static_cast<std::ptrdiff_t>(model), std::vector<std::uint32_t>());
    return ranks;
}

} // namespace

AskedModels::AskedModels(const QString& program, QObject* parent) : QObject(parent), m_vectors(program)
{
    connect(&m_vectors, &VectorEngine::changed, this, &AskedModels::takeVectors);
}

void AskedModels::setSource(Source source)
{
    for (BackgroundJob* job : {&m_reading, &m_counting, &m_searching})
        job->cancel();
    m_isSearching = false;
    m_source = std::move(source);
    m_indexes.clear();
    m_counts.clear();
    m_models.clear();
    m_lead.reset(); // it will be asked anew
    if (m_source.lead) {
        m_indexes[m_source.lead->info().folder] = m_source.lead;
        m_counts[m_source.lead->info().folder] = m_source.lead->studiesWithRows();
    }
    listModels();
    readProvenance();
    Q_EMIT changed();
}

void AskedModels::setLoaded(const std::optional<EngineModel>& model)
{
    if (model == m_loaded)
        return;
    m_loaded = model;
    listModels();
    readProvenance();
    Q_EMIT changed();
}

void AskedModels::setChoice(const QStringList& keys)
{
    m_choice = keys;
    listModels();
    Q_EMIT changed();
}

QStringList AskedModels::choice() const
{
    QStringList keys;
    for (const AskedModel& each : m_models)
        keys << each.model.key;
    return m_models.empty() ? m_choice : keys;
}

// What is known of a model that stays chosen is kept.
void AskedModels::listModels()
{
    m_offered = libraryModels(m_source.sets, m_loaded, m_choice);
    m_choice = keysNow(m_choice, m_offered, m_loaded);
    const std::vector<AskedModel> before = std::exchange(m_models, {});
    const auto add = [&](const QString& key) {
        const auto model =
            std::find_if(m_offered.begin(), m_offered.end(), [&](const auto& each) { return each.key == key; });
        if (model == m_offered.end())
            return;
        const auto known =
            std::find_if(before.begin(), before.end(), [&](const auto& each) { return each.model.key == key; });
        AskedModel asked = known == before.end() ? AskedModel{} : *known;
        asked.model = *model;
        m_models.push_back(std::move(asked));
    };
    if (m_source.lead) {
        const QString lead = keyOf(m_source.lead->info());
        const auto first =
            std::find_if(m_offered.begin(), m_offered.end(), [&](const auto& each) { return each.key == lead; });
        std::rotate(m_offered.begin(), first, first == m_offered.end() ? first : first + 1);
        add(lead);
        for (const QString& key : m_choice)
            if (key != lead)
                add(key);
    }
    if (!m_models.empty() && m_lead) {
        m_models.front().vector = m_lead->vector;
        m_models.front().scores = m_lead->scores;
    }
    m_ranks.reset();
    m_difference.reset();
    readIndexes();
    wantVectors();
}

void AskedModels::readIndexes()
{
    m_reading.cancel();
    std::vector<std::filesystem::path> wanted;
    for (AskedModel& each : m_models)
        if (each.model.set) {
            const auto known = m_indexes.find(each.model.set->folder);
            if (known == m_indexes.end())
                wanted.push_back(each.model.set->folder);
            else
                each.index = known->second;
        }
    if (wanted.empty() || !m_source.library)
        return;
    BackgroundJob::Callbacks<Indexes> callbacks;
    callbacks.work = [library = m_source.library, columns = m_source.columns,
                      wanted](const Job& job) -> Cancellable<Indexes> {
        Indexes out;
        for (const auto& set : wanted) {
            if (job.cancelled())
                return std::nullopt;
            out[set] = std::make_shared<const EmbeddingIndex>(*library, set, columns->ids());
        }
        return out;
    };
    callbacks.done = [this](Indexes read) {
        for (auto& [set, index] : read) {
            m_counts[set] = index->studiesWithRows();
            m_indexes[set] = index;
        }
        for (AskedModel& each : m_models)
            if (each.model.set && read.contains(each.model.set->folder))
                each.index = read.at(each.model.set->folder);
        wantVectors();
        Q_EMIT changed();
    };
    callbacks.failed = [this](const QString& reason) {
        for (AskedModel& each : m_models)
            if (each.model.set && !each.index) {
                each.problem = reason;
                each.waiting = false;
            }
        Q_EMIT changed();
    };
    m_reading = BackgroundJob::start<Indexes>(this, std::move(callbacks));
}

void AskedModels::ask(const std::optional<LeadAnswer>& lead)
{
    if (lead == m_lead)
        return;
    m_lead = lead;
    for (AskedModel& each : m_models)
        each = {each.model, each.index, {}, {}, {}, false};
    if (!m_models.empty() && lead) {
        m_models.front().vector = lead->vector;
        m_models.front().scores = lead->scores;
    }
    m_ranks.reset();
    m_difference.reset();
    m_searching.cancel();
    m_isSearching = false;
    wantVectors();
    Q_EMIT changed();
}

// Of an image it has a row; of a sentence the engine is asked, unless the leading model is the same in another form.
void AskedModels::wantVectors()
{
    std::vector<VectorEngine::Wish> wishes;
    const bool asks = m_lead && !m_lead->vector.empty();
    for (std::size_t i = 1; i < m_models.size(); ++i) {
        AskedModel& each = m_models[i];
        each.waiting = asks && each.model.set && !each.index && each.problem.isEmpty();
        if (!asks || !each.index || !each.vector.empty())
            continue;
        if (m_lead->like != 0)
            each.vector = each.index->vectorOf(m_lead->like).value_or(std::vector<float>());
        else if (each.model.hash == m_models.front().model.hash)
            each.vector = m_lead->vector;
        else {
            QStringList sentences{m_lead->sentence};
            if (!m_lead->minus.isEmpty())
                sentences << m_lead->minus;
            wishes.push_back(
                {QString::fromStdString(pathText(each.model.folder)), each.model.hash, std::move(sentences)});
        }
        if (m_lead->like != 0 && each.vector.empty())
            each.problem = tr("the image that is asked for has no embedding by it");
    }
    m_vectors.want(std::move(wishes));
    takeVectors();
}

void AskedModels::takeVectors()
{
    for (std::size_t i = 1; i < m_models.size() && m_lead && m_lead->like == 0; ++i) {
        AskedModel& each = m_models[i];
        if (!each.index || !each.vector.empty() || m_lead->vector.empty())
            continue;
        const SentenceVector* plus = m_vectors.vector(each.model.hash, m_lead->sentence);
        const SentenceVector* minus =
            m_lead->minus.isEmpty() ? nullptr : m_vectors.vector(each.model.hash, m_lead->minus);
        each.problem = m_vectors.problem(each.model.hash);
        each.waiting = m_vectors.waitsFor(each.model.hash);
        if (plus && (minus || m_lead->minus.isEmpty()))
            each.vector = minus ? differenceOf(plus->values, minus->values) : plus->values;
    }
    search();
    Q_EMIT changed();
}

// Scores of all that have a vector and none yet; ranks once nobody is waited for.
void AskedModels::search()
{
    m_searching.cancel();
    m_isSearching = false;
    const auto toScore = [](const AskedModel& each) { return each.index && !each.vector.empty() && !each.scores; };
    const bool waiting = std::any_of(m_models.begin(), m_models.end(), [](const auto& each) { return each.waiting; });
    if (!m_lead || !several() || (std::none_of(m_models.begin(), m_models.end(), toScore) && (m_ranks || waiting)))
        return;
    m_isSearching = true;
    BackgroundJob::Callbacks<Answers> callbacks;
    callbacks.work = [models = m_models, rule = m_lead->rule, toScore, waiting](const Job&) -> Cancellable<Answers> {
        Answers out;
        for (const AskedModel& each : models)
            out.scores.push_back(toScore(each) ? std::make_shared<const std::vector<float>>(
                                                     each.index->scores({.vector = each.vector, .fusion = rule}))
                                               : each.scores);
        if (!waiting)
            out.ranks = ranksAmong(out.scores);
        return out;
    };
    callbacks.done = [this, waiting](Answers found) {
        m_isSearching = false;
        for (std::size_t i = 0; i < m_models.size() && i < found.scores.size(); ++i)
            m_models[i].scores = found.scores[i];
        if (!waiting) {
            m_difference = std::make_shared<const std::vector<float>>(found.ranks.difference);
            m_ranks = std::move(found.ranks);
        }
        Q_EMIT changed();
    };
    callbacks.failed = [this](const QString& reason) {
        m_isSearching = false;
        for (std::size_t i = 1; i < m_models.size(); ++i)
            if (!m_models[i].scores)
                m_models[i].problem = reason;
        Q_EMIT changed();
    };
    m_searching = BackgroundJob::start<Answers>(this, std::move(callbacks));
}

QString AskedModels::firstName() const
{
    if (m_lead && !m_lead->patchesOf.isEmpty())
        return m_lead->patchesOf;
    return m_models.empty() ? QString() : m_models.front().model.name;
}

bool AskedModels::busy() const
{
    return m_isSearching ||
           std::any_of(m_models.begin(), m_models.end(), [](const auto& each) { return each.waiting; });
}

std::optional<std::size_t> AskedModels::studiesOf(const LibraryModel& model) const
{
    if (!model.set)
        return 0;
    const auto found = m_counts.find(model.set->folder);
    return found == m_counts.end() ? std::nullopt : std::optional(found->second);
}

// One after another: each of a large library is a moment's reading.
void AskedModels::count()
{
    const auto next = std::find_if(m_offered.begin(), m_offered.end(), [this](const LibraryModel& each) {
        return each.set && !m_counts.contains(each.set->folder);
    });
    if (next == m_offered.end() || !m_source.library)
        return;
    m_counting.cancel();
    m_counting = BackgroundJob::start<std::size_t>(
        this, {[library = m_source.library, columns = m_source.columns, set = next->set->folder](const Job&) {
                   return EmbeddingIndex(*library, set, columns->ids()).studiesWithRows();
               },
               [this, set = next->set->folder](std::size_t studies) {
                   m_counts[set] = studies;
                   Q_EMIT changed();
                   count();
               },
               [this, set = next->set->folder](const QString&) {
                   m_counts[set] = 0; // a set that cannot be read
                   Q_EMIT changed();
                   count();
               }});
}

QString AskedModels::trainedOn(const LibraryModel& model) const
{
    const auto found = m_trainedOn.find(model.folder);
    return found == m_trainedOn.end() ? QString() : found->second;
}

void AskedModels::readProvenance()
{
    std::vector<std::filesystem::path> wanted;
    for (const LibraryModel& each : m_offered)
        if (!m_trainedOn.contains(each.folder))
            wanted.push_back(each.folder);
    if (wanted.empty())
        return;
    using Said = std::map<std::filesystem::path, QString>;
    m_looking.cancel();
    m_looking = BackgroundJob::start<Said>(this, {[wanted](const Job&) {
                                                      Said out;
                                                      for (const auto& folder : wanted)
                                                          out[folder] = QString::fromStdString(
                                                              saidProvenance(folder).trainedOn.value_or(""));
                                                      return out;
                                                  },
                                                  [this](Said said) {
                                                      m_trainedOn.merge(said);
                                                      Q_EMIT changed();
                                                  },
                                                  [](const QString&) {}});
}

} // namespace mama
