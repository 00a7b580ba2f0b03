#pragma once
#include "core/library/embeddings/embedding_set_info.h"

#include <QString>
#include <QStringList>
#include <optional>

namespace mama {

// A model that can be asked of a library: one whose embeddings it has, or one that could make them.
struct LibraryModel
{
    QString key;                         // stays the same from one start to the next
    QString name;                        // no other of the library has it, whatever the case
    std::filesystem::path folder;        // of the model
    std::string hash;                    // empty: not known
    std::optional<EmbeddingSetInfo> set; // empty: there are no embeddings
    bool operator==(const LibraryModel& other) const { return key == other.key && name == other.name; }
};

QString keyOf(const EmbeddingSetInfo& set);
QString keyOfFolder(const std::filesystem::path& model); // of one without embeddings

// A model in the window's engine.
struct EngineModel
{
    std::filesystem::path folder;
    QString name;
    std::string hash;
    bool operator==(const EngineModel&) const = default;
};

// One a set, in their order, then the loaded one if it has none, and those among the keys that have none. Where two
// have one name, their profile, hash and precision tell them apart.
std::vector<LibraryModel> libraryModels(const std::vector<EmbeddingSetInfo>& sets,
                                        const std::optional<EngineModel>& loaded, const QStringList& keys);
// The same models by the keys that they have now: one that has got embeddings since has those' key.
QStringList keysNow(const QStringList& keys, const std::vector<LibraryModel>& models,
                    const std::optional<EngineModel>& loaded);

} // namespace mama
