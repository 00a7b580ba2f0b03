#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/library/models/library_models.h"
#include "app/workstation/library/models/vector_engine.h"
#include "core/library/embeddings/embedding_index.h"
#include "core/library/embeddings/model_ranks.h"

#include <map>

namespace mama {

using StudyScores = std::shared_ptr<const std::vector<float>>; // one a study of the columns, NaN: none

// What the model that leads was asked, and what it says; of the other ones the same is asked.
struct LeadAnswer
{
    QString sentence{}, minus{};
    std::int64_t like = 0; // id of an image; 0: the sentence
    FusionRule rule = FusionRule::Maximum;
    std::vector<float> vector{}; // empty: of a region's patches, which only the leading model is asked for
    StudyScores scores{};
    QString patchesOf{}; // the model of a region's patches, which need not be the one that leads
    bool operator==(const LeadAnswer&) const = default;
};

// A model that is asked.
struct AskedModel
{
    LibraryModel model;
    std::shared_ptr<const EmbeddingIndex> index{}; // null: it has no embeddings, or they are not read yet
    std::vector<float> vector{};                   // what is asked, as this model has it; empty: nothing
    StudyScores scores{};                          // null: it has not answered
    QString problem{};                             // why not
    bool waiting = false;                          // it will
};

// The models that a library is asked by, side by side: the one that leads, whose embeddings AskSession asks, and those
// that the user has chosen beside it. Their vectors of a sentence come from an engine of their own, scores and ranks
// from a thread of the pool.
class AskedModels : public QObject
{
    Q_OBJECT
public:
    explicit AskedModels(const QString& program, QObject* parent = nullptr); // program: mama

    // What AskSession has loaded; all of it is as of one moment. lead: null: there are no embeddings.
    struct Source
    {
        std::shared_ptr<Library> library;
        std::shared_ptr<const StudyColumns> columns;
        std::vector<EmbeddingSetInfo> sets;
        std::shared_ptr<const EmbeddingIndex> lead;
    };
    void setSource(Source source);
    void setLoaded(const std::optional<EngineModel>& model); // in the window's engine
    // Keys, the one that leads first; of a library before its source is set.
    void setChoice(const QStringList& keys);
    QStringList choice() const; // as it is now
    // Of the model that leads; empty optional: nothing is asked. The same again asks nothing anew.
    void ask(const std::optional<LeadAnswer>& lead);

    const std::vector<LibraryModel>& offered() const { return m_offered; } // the one that leads first
    // The one that leads first; empty: there are no embeddings.
    const std::vector<AskedModel>& models() const { return m_models; }
    bool several() const { return m_models.size() > 1; }
    bool asked() const { return m_lead.has_value(); }
    // Whose scores stand first: of a region the model of its patches.
    QString firstName() const;
    bool busy() const;
    const ModelRanks* ranks() const { return m_ranks ? &*m_ranks : nullptr; } // null: not all have answered
    StudyScores rankDifference() const { return m_difference; }               // null likewise
    // How many studies have a score by it; empty: not counted yet. count() counts them, and says changed() for each.
    std::optional<std::size_t> studiesOf(const LibraryModel& model) const;
    void count();
    QString trainedOn(const LibraryModel& model) const; // empty: not known
    std::size_t studies() const { return m_source.columns ? m_source.columns->size() : 0; }

Q_SIGNALS:
    void changed(); // anything of it

private:
    struct Answers
    {
        std::vector<StudyScores> scores; // by model, null: it was not asked
        ModelRanks ranks;
    };
    void listModels();
    void readIndexes();
    void readProvenance();
    void wantVectors();
    void takeVectors();
    void search();

    Source m_source;
    std::optional<EngineModel> m_loaded;
    QStringList m_choice;
    std::vector<LibraryModel> m_offered;
    std::vector<AskedModel> m_models;
    std::map<std::filesystem::path, std::shared_ptr<const EmbeddingIndex>> m_indexes; // by set
    std::map<std::filesystem::path, std::size_t> m_counts;                            // by set
    std::map<std::filesystem::path, QString> m_trainedOn;                             // by model
    std::optional<LeadAnswer> m_lead;
    std::optional<ModelRanks> m_ranks;
    StudyScores m_difference;
    VectorEngine m_vectors;
    BackgroundJob m_reading, m_searching, m_counting, m_looking;
    bool m_isSearching = false;
};

} // namespace mama
