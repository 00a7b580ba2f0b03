#pragma once
#include "app/workstation/engine/engine_process.h"
#include "core/protocol/provenance_line.h"
#include "core/protocol/query_reply.h"
#include "widgets/panels/score_table.h"
#include "widgets/viewer/scene/map_overlay.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace mama {

struct Study;

// What the engine says about the loaded model; shown beside every result.
struct ModelFacts
{
    QString folder, name, hash, kind, trainedOn, licence, notice, profile, device, precision;
    QStringList examples; // sentences to try
    bool maps = false, text = false;
    QStringList mapWays;   // of drawing maps, the default first
    bool meanMaps = false; // its reference holds mean maps, which can be taken off
    QString shortHash() const { return hash.left(8); }
    ModelSource source() const; // for provenanceLine
};

// One image's map of one sentence, from one reply of one model on one study: nothing else is ever shown together.
struct SentenceMap
{
    viewer::PaneId pane;
    std::shared_ptr<const viewer::MapOverlay> overlay;
};

// What is to be taken off the maps: none, reference (its mean map), neutral (sentences), sentence, way (the same map
// drawn in another way); and which one.
struct MapLess
{
    QString what = QStringLiteral("none"), sentence = {};
    bool operator==(const MapLess&) const = default;
};

// How the maps of a text were drawn.
struct MapFacts
{
    QString way;                                              // name; empty: the model has one way only
    MapLess less;                                             // what was taken off
    QString lessOf;                                           // its name in words: the reference, the sentences
    QStringList sentences;                                    // of the text, as far as they have words: each has a map
    std::vector<std::optional<std::array<double, 2>>> ranges; // default ranges, of each
    int sentence = 0;                                         // whose map is shown
};

// What one model says of one sentence and one study.
struct SentenceResult
{
    SentenceScores scores;
    std::vector<SentenceMap> maps;
    std::optional<ModelFacts> model;          // to be named beside the maps
    std::optional<std::int64_t> checkpoint{}; // the step at which the model was kept, of a run
    MapFacts map{};
    // The same sentence's maps in another way, to be seen beside them, and how those are drawn.
    std::vector<SentenceMap> beside{};
    MapFacts besideMap{};
};

// What the reader wants (a model, a study, sentences) against what the engine has; whenever the engine is ready the
// difference is asked for, so that a killed engine costs time and nothing else. Replies belong to the request that
// asked for them; those of an earlier study, model or engine are dropped.
class ModelSession : public QObject
{
    Q_OBJECT
public:
    explicit ModelSession(const QString& engineProgram, QObject* parent = nullptr);

    void start();
    void stop(); // the engine; wishes stay, and are asked for again after start()
    EngineProcess& engine() { return m_engine; }
    const EngineProcess& engine() const { return m_engine; }

    // Wishes. An empty folder: no model.
    void setModel(const QString& folder);
    // null: none. beside: images that are scored beside those in the four views, in columns of their own. Sentences
    // asked of another study are not asked of this one before ask() or repeat(), unless keepAsking() was called.
    void setStudy(std::shared_ptr<const Study> study, std::vector<std::size_t> beside = {});
    // Nothing is asked of the model, and what was answered goes: nothing of it may be shown.
    void setHeld(bool held);
    void keepAsking() { m_keepsAsking = true; }
    void setFusionRule(const QString& rule); // maximum, mean, mean-of-breast-maxima
    // How maps are drawn: one of the model's ways, until another model comes; empty: its default. What is taken off.
    // Mean maps are of the model's default way: in another one, also beside, they cannot be taken off.
    bool meanMapsFit() const;
    void setMapWay(const QString& way);
    void setMapLess(const MapLess& less);
    // The way of a second map, beside the first; empty optional: there is none.
    void setBesideWay(const std::optional<QString>& way);
    const QString& mapWay() const { return m_way; }
    const std::optional<QString>& besideWay() const { return m_besideWay; }
    // How long maps in another way will take: at once, or so long; empty: there is none, or no study.
    QString wayNote() const;
    const MapLess& mapLess() const { return m_less; }
    void chooseSentence(int row, int sentence); // of a text, whose map is shown
    // The picture that the model sees of an image of the study, by prepared() or notPrepared().
    void prepare(std::size_t image);
    void ask(const QString& sentence, const QString& heading = {}); // of the section of a report it stands in
    void repeat(); // every sentence that was not asked of this study, or was refused
    void remove(int row);
    void clearSentences();
    // What was encoded is not what is on screen: nothing of it is shown before somebody asks anew.
    void rejectStudy(const QString& reason);
    void cancel(); // what is under way; the wish for a study stays until it is set again

    const QString& modelFolder() const { return m_folder; }
    const std::optional<ModelFacts>& model() const { return m_model; }
    const QString& modelProblem() const { return m_modelProblem; }
    bool loadCancelled() const { return m_loadCancelled; } // that is the problem
    bool busy() const { return !m_pending.empty() || loading(); }
    bool studyEncoded() const { return encoded() != nullptr; }
    const std::vector<SentenceScores>& scores() const { return m_scores; }
    std::vector<SentenceMap> maps(int row) const;
    std::optional<SentenceResult> result(int row) const; // without a model while there are no maps; empty: no such row
    QString provenance() const; // one paragraph: model, training data, profile, precision, not for clinical use

Q_SIGNALS:
    void modelChanged();
    void scoresChanged();
    void mapsReady(int row);
    void lessDropped(); // what was taken off the maps cannot be taken off the ways that are wanted now
    void prepared(std::size_t image, const protocol::PrepareReply& reply);
    void notPrepared(std::size_t image, const QString& reason);
    void encodingFinished(const QStringList& refused);
    void encodingFailed(const QString& reason);
    void progress(const QString& phase, qint64 done, qint64 total); // total < 0: nothing is under way
    void engineDied(const QString& reason);

private:
    enum class Request { Load, Encode, Query, QueryBeside, Prepare };
    struct Pending
    {
        Request kind;
        QString sentence; // of a query; of a picture the image's number; of a study the way of its maps
    };
    // What the engine has of the study in one way of maps.
    struct Encoded
    {
        std::string id;
        bool kept = false;      // another way is read out at once
        double anewSeconds = 0; // of encoding it; 0: not known
    };

    void advance();
    void forgetEngine();
    void releaseStudy();
    enum class Wish { Kept, Dropped }; // for what was asked
    void forgetResults(Wish wish = Wish::Kept);
    bool loading() const;
    void drop(std::initializer_list<Request> kinds); // of what is on the way to the engine
    void tryAgain();
    template <class Message>
    void send(Request kind, const Message& request, const QString& sentence = {});
    bool inFlight(Request kind, const QString& sentence = {}) const;
    void answered(int id, const nlohmann::json& result);
    void refused(int id, const QString& reason, const QString& where);
    void giveUp(const Pending& pending, const QString& reason);
    void takeModel(const protocol::LoadReply& reply);
    void takeStudy(const QString& way, const protocol::EncodeReply& reply);
    void takeScores(const QString& sentence, const protocol::QueryReply& reply);
    void takeBeside(const QString& sentence, const protocol::QueryReply& reply);
    struct TextMaps
    {
        std::vector<std::vector<SentenceMap>> ofSentences;
        MapFacts facts;
    };
    struct RowMaps : TextMaps
    {
        std::optional<TextMaps> beside; // in the way of m_besideWay
    };
    TextMaps mapsOf(const protocol::QueryReply& reply) const;
    void forgetMaps();
    bool dropUnfitLess(); // whether there was something
    bool encodeNext();    // false: the study is there in every way that is wanted
    QString encodingPhase() const;
    QString way(const QString& asked) const; // empty: the default
    QStringList wantedWays() const;
    const Encoded* encoded() const; // in the way that is shown; nullptr: not yet
    static QString referenceOf(const protocol::QueryReply& reply);
    static QString notesOf(const protocol::QueryReply& reply);
    std::optional<std::size_t> sentIndex(const protocol::ImageName& image) const;
    int rowOf(const QString& sentence) const;
    protocol::EncodeRequest encodeRequest(const QString& way) const;
    protocol::QueryRequest queryRequest(const SentenceScores& row) const;

    EngineProcess m_engine;
    QString m_folder, m_rule = QStringLiteral("maximum");
    std::shared_ptr<const Study> m_study;
    std::vector<std::size_t> m_beside;
    bool m_keepsAsking = false, m_held = false;
    std::vector<SentenceScores> m_scores;
    std::vector<RowMaps> m_maps; // a row of m_scores each
    QString m_way;
    std::optional<QString> m_besideWay;
    MapLess m_less;

    std::optional<ModelFacts> m_model; // of the engine that runs now
    QString m_modelProblem;
    bool m_loadCancelled = false;
    std::map<QString, Encoded> m_encoded; // the study, by the way of its maps
    bool m_encodingRefused = false;
    std::map<std::size_t, Geometry> m_geometry; // by image index
    std::vector<std::size_t> m_sent;            // Study::images index of each image that was sent for encoding
    std::map<int, Pending> m_pending;
};

} // namespace mama
