#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/engine/engine_process.h"
#include "app/workstation/library/models/sentence_vectors.h"
#include "core/library/embeddings/embedding_index.h"
#include "core/library/patches/patch_index.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace mama {

// A box on an image of a library.
struct AskedRegion
{
    std::int64_t image = 0;
    ImageBox box;
    QString words = {}; // "L CC of 90012", for people
    bool operator==(const AskedRegion&) const = default;
};

// What is asked of a library: a sentence, less another where there is one; an image of it; or a region of one.
struct LibraryQuestion
{
    QString sentence = {}, minus = {};
    std::int64_t like = 0; // id of an image; 0: the sentence
    std::optional<AskedRegion> region = {};
    bool empty() const { return sentence.isEmpty() && like == 0 && !region; }
    bool operator==(const LibraryQuestion&) const = default;
};

// A model that regions can be asked of: its patches are in the library.
struct PatchModel
{
    std::string hash;
    QString name;
};

struct LibraryAnswer
{
    LibraryQuestion question;
    std::vector<FoundStudy> best; // highest first; studies by their place in the columns
    std::vector<float> scores;    // of every study; NaN: no embedding, or outside the filter
    QString fusion;               // the named rule
    QStringList notes;            // what the engine says of the sentences: unlike anything it knows, negated, cut
    QString model = {};           // of a region's patches
    FusionRule rule = FusionRule::Maximum;
    std::vector<float> vector = {};           // that was asked; empty: of a region
    bool exact = true;                        // of a region: every patch was compared
    std::optional<PatchRecall> recall = {};   // else what two stages find
    std::map<std::uint32_t, ImageBox> places; // of a region: by study, on its best image, in stored pixels
    double milliseconds = 0;                  // of the search
};

// Asks a library's embeddings: the running engine makes vectors of sentences, the search runs on a thread of the pool.
// The last question wins; answers to earlier ones are dropped. Questions that the engine cannot answer yet are sent
// when it is ready.
class AskSession : public QObject
{
    Q_OBJECT
public:
    // engine: it lives longer, and somebody else starts it and loads its model.
    explicit AskSession(EngineProcess& engine, QObject* parent = nullptr);

    // The columns are those that results name studies by. A question that stands is asked anew, unless they are of the
    // same studies as before.
    void setLibrary(std::shared_ptr<Library> library, std::shared_ptr<const StudyColumns> columns);
    void reload(); // the sets may have more rows now
    // The sets of the library, one a model, profile and device; loaded() after setLibrary, chooseSet and reload.
    const std::vector<EmbeddingSetInfo>& sets() const { return m_sets; }
    const EmbeddingIndex* index() const { return m_index.get(); } // of the chosen set; null: none, or not loaded yet
    std::shared_ptr<const EmbeddingIndex> sharedIndex() const { return m_index; }
    bool loading() const { return m_loading; }
    // Of this library, or of the next one, before it comes; else, or where it is not there, the one with the most rows.
    void chooseSet(const std::filesystem::path& folder);

    void setFusionRule(FusionRule rule);
    void setInside(std::optional<StudySet> studies); // a filter's; empty: all
    void ask(const LibraryQuestion& question);       // an empty one: no question
    void repeat();                                   // what failed, as after another model was loaded
    const LibraryQuestion& question() const { return m_question; }
    bool busy() const { return m_busy; }
    // Null: no question, or not answered yet.
    const LibraryAnswer* answer() const { return m_answer ? &*m_answer : nullptr; }
    const QString& problem() const { return m_problem; } // why there is no answer
    // The model that the chosen set was made with, where the engine has another: its folder; empty: it has it.
    const QString& modelWanted() const { return m_modelWanted; }
    bool wantsPatches() const { return m_wantsPatches; } // a region was asked, and its image has none
    // Once a region was asked: models with patches, but for the one that was asked.
    const std::vector<PatchModel>& otherPatches() const { return m_otherPatches; }
    void askPatchesOf(const std::string& hash); // until another set is chosen, whose model is asked then

Q_SIGNALS:
    void loaded();  // sets and index are there, or there are none
    void changed(); // busy, answer or problem

private:
    struct Loaded
    {
        std::vector<EmbeddingSetInfo> sets;
        std::shared_ptr<const EmbeddingIndex> index;
        std::string problem;
    };
    void load();
    void begin();
    void askEngine(const QStringList& sentences);
    void takeVectors(const nlohmann::json& result);
    void search(std::vector<float> vector, QStringList notes);
    void searchRegion();
    void fail(const QString& reason);
    std::vector<QString> missing() const; // sentences without a vector

    EngineProcess& m_engine;
    std::shared_ptr<Library> m_library;
    std::shared_ptr<const StudyColumns> m_columns;
    std::vector<EmbeddingSetInfo> m_sets;
    std::filesystem::path m_chosen;
    std::shared_ptr<const EmbeddingIndex> m_index;
    BackgroundJob m_loadJob, m_searchJob;
    bool m_loading = false, m_busy = false;
    FusionRule m_rule = FusionRule::Maximum;
    std::optional<StudySet> m_inside;
    LibraryQuestion m_question;
    std::optional<LibraryAnswer> m_answer;
    QString m_problem, m_modelWanted;
    bool m_wantsPatches = false;
    std::shared_ptr<const PatchIndex> m_patches; // of the model that regions are asked of; null: not yet
    std::string m_patchesOf;                     // hash of that model; empty: of the chosen set's
    std::vector<PatchModel> m_otherPatches;
    int m_request = 0;                           // at the engine; 0: none
    QStringList m_asked;                         // of that request
    std::map<QString, SentenceVector> m_vectors; // of sentences, by the model of the chosen set
    std::string m_vectorsOf;                     // its hash
};

} // namespace mama
