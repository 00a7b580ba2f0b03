#pragma once
#include "app/workstation/engine/engine_process.h"
#include "app/workstation/library/models/sentence_vectors.h"

#include <QObject>
#include <QTimer>
#include <map>
#include <vector>

namespace mama {

// Vectors of sentences by models that the window has not loaded: an engine of its own, begun when it is first wanted,
// loads one model after another, so that no more than one of them is in memory beside the window's. It ends when
// nothing was wanted of it for some minutes; what it said is kept.
class VectorEngine : public QObject
{
    Q_OBJECT
public:
    struct Wish
    {
        QString folder;   // of the model
        std::string hash; // that it must have: that of its embeddings
        QStringList sentences;
    };

    explicit VectorEngine(const QString& program, QObject* parent = nullptr); // program: mama

    void want(std::vector<Wish> wishes); // the newest: what was wanted before and is not said yet is dropped
    bool busy() const { return !m_wishes.empty(); }
    bool waitsFor(const std::string& hash) const;
    const SentenceVector* vector(const std::string& hash, const QString& sentence) const; // null: not said
    QString problem(const std::string& hash) const; // why a model does not say what was wanted; empty: none

Q_SIGNALS:
    void changed(); // vectors are there, or a problem

private:
    void advance();
    void take(const nlohmann::json& result);
    void fail(const QString& reason);
    bool isSaid(const Wish& wish) const;

    EngineProcess m_engine;
    std::vector<Wish> m_wishes;
    Wish m_asked;                                                       // what m_request is of
    int m_request = 0;                                                  // at the engine; 0: none
    bool m_loading = false;                                             // that is what it is
    std::string m_loaded;                                               // hash of the model in the engine; empty: none
    std::map<std::string, std::map<QString, SentenceVector>> m_vectors; // by hash
    std::map<std::string, QString> m_problems;                          // by hash
    QTimer m_rest;
};

} // namespace mama
