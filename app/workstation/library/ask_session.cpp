#include "app/workstation/library/ask_session.h"

#include "core/base/stopwatch.h"
#include "core/protocol/text_vectors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace mama {
namespace {

constexpr std::size_t mostVectors = 256, bestCount = 200;

bool sameStudies(const StudyColumns& a, const StudyColumns& b)
{
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); ++i)
        same = a.id(i) == b.id(i);
    return same;
}

} // namespace

AskSession::AskSession(EngineProcess& engine, QObject* parent) : QObject(parent), m_engine(engine)
{
    connect(&m_engine, &EngineProcess::ready, this, [this] {
        if (m_busy && m_request == 0)
            begin();
    });
    connect(&m_engine, &EngineProcess::replied, this, [this](int id, const nlohmann::json& result) {
        if (id != 0 && id == m_request) {
            m_request = 0;
            takeVectors(result);
        }
    });
    connect(&m_engine, &EngineProcess::failed, this, [this](int id, const QString& reason, const QString&) {
        if (id != 0 && id == m_request) {
            m_request = 0;
            fail(reason);
        }
    });
    connect(&m_engine, &EngineProcess::died, this, [this] { m_request = 0; }); // asked again when it is ready
}

void AskSession::setLibrary(std::shared_ptr<Library> library, std::shared_ptr<const StudyColumns> columns)
{
    const bool same = m_library == library && m_columns && columns && sameStudies(*m_columns, *columns);
    if (m_library != library)
        m_patchesOf.clear();
    if (m_library != library && library && m_chosen.parent_path().parent_path() != library->folder())
        m_chosen.clear();
    m_library = std::move(library);
    m_columns = std::move(columns);
    if (same) // as after a tag: what was answered is of the same studies
        return;
    m_index.reset();
    m_answer.reset();
    m_inside.reset();
    load();
}

void AskSession::reload() { load(); }

void AskSession::chooseSet(const std::filesystem::path& folder)
{
    m_chosen = folder;
    m_patchesOf.clear();
    m_answer.reset();
    load();
}

void AskSession::load()
{
    m_loadJob.cancel();
    m_patches.reset();
    m_loading = m_library != nullptr;
    if (!m_library) {
        m_sets.clear();
        Q_EMIT loaded();
        return;
    }
    BackgroundJob::Callbacks<Loaded> callbacks;
    callbacks.work = [library = m_library, columns = m_columns, chosen = m_chosen](const Job&) -> Cancellable<Loaded> {
        Loaded out{embeddingSets(library->folder()), nullptr, {}};
        const EmbeddingSetInfo* best = nullptr;
        for (const EmbeddingSetInfo& set : out.sets)
            if (set.folder == chosen || ((!best || best->folder != chosen) && set.rows > (best ? best->rows : 0)))
                best = &set;
        if (best)
            out.index = std::make_shared<const EmbeddingIndex>(*library, best->folder, columns->ids());
        return out;
    };
    callbacks.done = [this](Loaded found) {
        m_loading = false;
        m_sets = std::move(found.sets);
        m_index = std::move(found.index);
        Q_EMIT loaded();
        if (!m_question.empty())
            begin();
    };
    callbacks.failed = [this](const QString& reason) {
        m_loading = false;
        m_index.reset();
        fail(reason);
        Q_EMIT loaded();
    };
    m_loadJob = BackgroundJob::start<Loaded>(this, std::move(callbacks));
}

void AskSession::setFusionRule(FusionRule rule)
{
    if (std::exchange(m_rule, rule) != rule && !m_question.empty())
        begin();
}

void AskSession::setInside(std::optional<StudySet> studies)
{
    m_inside = std::move(studies);
    if (!m_question.empty())
        begin();
}

void AskSession::ask(const LibraryQuestion& question)
{
    m_question = question;
    m_answer.reset();
    begin();
}

void AskSession::repeat()
{
    if (!m_question.empty())
        begin();
}

std::vector<QString> AskSession::missing() const
{
    std::vector<QString> out;
    for (const QString& sentence : {m_question.sentence, m_question.minus})
        if (!sentence.isEmpty() && !m_vectors.contains(sentence))
            out.push_back(sentence);
    return out;
}

void AskSession::begin()
{
    m_engine.cancel(std::exchange(m_request, 0));
    m_searchJob.cancel();
    m_problem.clear();
    m_modelWanted.clear();
    m_wantsPatches = false;
    m_busy = !m_question.empty();
    if (m_question.empty() || m_loading || !m_library) {
        m_busy = m_busy && m_loading;
        Q_EMIT changed();
        return;
    }
    if (m_question.region)
        return searchRegion();
    if (!m_index)
        return fail(tr("There are no embeddings in this library yet."));
    if (m_vectorsOf != m_index->info().identity.modelHash) {
        m_vectors.clear();
        m_vectorsOf = m_index->info().identity.modelHash;
    }
    if (m_question.like != 0) {
        auto vector = m_index->vectorOf(m_question.like);
        if (!vector)
            return fail(tr("This image has no embedding yet."));
        return search(std::move(*vector), {});
    }
    QStringList wanted;
    for (const QString& sentence : missing())
        wanted << sentence;
    if (!wanted.isEmpty())
        return askEngine(wanted);
    const SentenceVector& plus = m_vectors.at(m_question.sentence);
    if (m_question.minus.isEmpty())
        return search(plus.values, plus.notes);
    const SentenceVector& minus = m_vectors.at(m_question.minus);
    search(differenceOf(plus.values, minus.values), plus.notes + minus.notes);
}

void AskSession::askEngine(const QStringList& sentences)
{
    protocol::TextVectorsRequest request;
    for (const QString& sentence : sentences)
        request.texts.push_back(sentence.toStdString());
    m_asked = sentences;
    m_request = m_engine.request(request); // 0: it is not ready, and says so when it is
    Q_EMIT changed();
}

void AskSession::takeVectors(const nlohmann::json& result)
{
    try {
        const auto reply = protocol::TextVectorsReply::fromJson(result);
        if (!m_index || reply.hash != m_vectorsOf) {
            const EmbeddingSetInfo* set = m_index ? &m_index->info() : nullptr;
            m_modelWanted = set ? QString::fromStdString(set->modelFolder.string()) : QString();
            return fail(tr("These embeddings are of the model %1, and %2 is loaded.")
                            .arg(set ? QString::fromStdString(set->modelName) : QString(),
                                 QString::fromStdString(reply.model)));
        }
        if (m_vectors.size() > mostVectors)
            m_vectors.clear();
        for (auto& [sentence, vector] : sentenceVectors(reply, m_asked))
            m_vectors[sentence] = std::move(vector);
        if (!missing().empty())
            return fail(tr("The engine's reply lacks a sentence."));
    } catch (const std::exception& error) {
        return fail(tr("The engine's reply could not be read: %1").arg(shownError(error)));
    }
    begin();
}

void AskSession::search(std::vector<float> vector, QStringList notes)
{
    BackgroundJob::Callbacks<LibraryAnswer> callbacks;
    callbacks.work = [index = m_index, vector = std::move(vector), rule = m_rule, inside = m_inside, count = bestCount,
                      question = m_question, notes = std::move(notes)](const Job&) -> Cancellable<LibraryAnswer> {
        const Stopwatch clock;
        EmbeddingQuestion asked{vector, rule};
        asked.inside = inside ? &*inside : nullptr;
        LibraryAnswer answer;
        answer.question = question;
        answer.scores = index->scores(asked);
        answer.best = index->best(asked, count, answer.scores);
        answer.fusion = QString::fromLatin1(name(rule));
        answer.rule = rule;
        answer.vector = vector;
        answer.notes = notes;
        answer.milliseconds = clock.milliseconds();
        return answer;
    };
    callbacks.done = [this](LibraryAnswer answer) {
        m_answer = std::move(answer);
        m_busy = false;
        Q_EMIT changed();
    };
    callbacks.failed = [this](const QString& reason) { fail(reason); };
    m_searchJob = BackgroundJob::start<LibraryAnswer>(this, std::move(callbacks));
    Q_EMIT changed();
}

namespace {

// Every study's best image, highest first, as an answer about whole images has them.
void fill(LibraryAnswer& answer, const FoundImages& found, std::size_t studies)
{
    answer.exact = found.exact;
    answer.scores.assign(studies, std::numeric_limits<float>::quiet_NaN());
    for (const FoundImage& each : found.images) {
        if (!std::isnan(answer.scores[each.study]))
            continue; // a better one of the same study came before
        answer.scores[each.study] = static_cast<float>(each.score);
        answer.best.push_back({each.study, each.score, {each.image, Side::Unknown, each.score}});
        answer.places.emplace(each.study, each.place);
    }
}

// Of a model, or else of any, the largest.
std::optional<EmbeddingSetInfo> largestOf(const std::vector<EmbeddingSetInfo>& sets, const std::string& hash)
{
    std::optional<EmbeddingSetInfo> best;
    for (const EmbeddingSetInfo& set : sets)
        if ((hash.empty() || set.identity.modelHash == hash) && (!best || set.rows > best->rows))
            best = set;
    return best;
}

std::vector<PatchModel> modelsBut(const std::vector<EmbeddingSetInfo>& sets, const std::string& hash)
{
    std::vector<PatchModel> out;
    for (const EmbeddingSetInfo& set : sets)
        if (set.rows > 0 && set.identity.modelHash != hash &&
            std::none_of(out.begin(), out.end(),
                         [&](const PatchModel& each) { return each.hash == set.identity.modelHash; }))
            out.push_back({set.identity.modelHash, QString::fromStdString(set.modelName)});
    return out;
}

} // namespace

void AskSession::askPatchesOf(const std::string& hash)
{
    m_patchesOf = hash;
    m_patches.reset();
    m_answer.reset();
    repeat();
}

// Patches are read when they are first asked for: of a large set that takes a moment.
void AskSession::searchRegion()
{
    struct Found
    {
        std::shared_ptr<const PatchIndex> patches; // null: there are none of the model
        LibraryAnswer answer;
        std::vector<PatchModel> others;
    };
    const std::string lead = m_index ? m_index->info().identity.modelHash : std::string();
    BackgroundJob::Callbacks<Found> callbacks;
    callbacks.work = [library = m_library, columns = m_columns, patches = m_patches, inside = m_inside,
                      question = m_question,
                      hash = m_patchesOf.empty() ? lead : m_patchesOf](const Job& job) -> Cancellable<Found> {
        const Stopwatch clock;
        const std::vector<EmbeddingSetInfo> sets = patchSets(library->folder());
        const auto set = largestOf(sets, hash);
        Found out{patches, {}, modelsBut(sets, set ? set->identity.modelHash : hash)};
        if (!out.patches) {
            auto opened = set ? PatchIndex::open(*library, set->folder, columns->ids(), job) : std::nullopt;
            if (job.cancelled())
                return {};
            if (opened)
                out.patches = std::make_shared<const PatchIndex>(std::move(*opened));
        }
        if (!out.patches || !out.patches->has(question.region->image))
            return out;
        RegionQuestion asked;
        asked.region = out.patches->under(question.region->image, question.region->box);
        asked.inside = inside ? &*inside : nullptr;
        out.answer.question = question;
        const FoundImages found = out.patches->nearest(asked, out.patches->images());
        fill(out.answer, found, columns->size());
        out.answer.recall = out.patches->measured();
        out.answer.model = QString::fromStdString(out.patches->info().modelName);
        out.answer.milliseconds = clock.milliseconds();
        return out;
    };
    callbacks.done = [this](Found found) {
        m_patches = std::move(found.patches);
        m_otherPatches = std::move(found.others);
        if (!found.answer.question.region) {
            m_wantsPatches = true;
            return fail(tr("Regions are compared by patches, and there are none of this image yet."));
        }
        m_answer = std::move(found.answer);
        m_busy = false;
        Q_EMIT changed();
    };
    callbacks.failed = [this](const QString& reason) { fail(reason); };
    m_searchJob = BackgroundJob::start<Found>(this, std::move(callbacks));
    Q_EMIT changed();
}

void AskSession::fail(const QString& reason)
{
    m_busy = false;
    m_answer.reset();
    m_problem = reason;
    Q_EMIT changed();
}

} // namespace mama
