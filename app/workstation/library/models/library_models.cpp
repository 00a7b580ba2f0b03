#include "app/workstation/library/models/library_models.h"

#include "core/base/path_text.h"

#include <algorithm>

namespace mama {
namespace {

constexpr QLatin1String ofFolder("model:"); // begins the key of a model without embeddings
constexpr std::size_t hashDigits = 8;

QString text(const std::filesystem::path& path) { return QString::fromStdString(pathText(path)); }

bool isThere(const std::vector<LibraryModel>& models, const QString& key)
{
    return std::any_of(models.begin(), models.end(), [&](const LibraryModel& each) { return each.key == key; });
}

// Adds to the names of those that share one what part() says of their sets.
template <class Part>
void tellApart(std::vector<LibraryModel>& models, Part part)
{
    const std::vector<LibraryModel> before = models;
    for (LibraryModel& model : models) {
        const auto same = std::count_if(before.begin(), before.end(), [&](const LibraryModel& other) {
            return other.name.compare(model.name, Qt::CaseInsensitive) == 0;
        });
        const QString more = same > 1 ? part(model) : QString();
        if (!more.isEmpty())
            model.name += QStringLiteral(", ") + more;
    }
}

} // namespace

QString keyOf(const EmbeddingSetInfo& set) { return text(set.folder.filename()); }

QString keyOfFolder(const std::filesystem::path& model) { return ofFolder + text(model); }

std::vector<LibraryModel> libraryModels(const std::vector<EmbeddingSetInfo>& sets,
                                        const std::optional<EngineModel>& loaded, const QStringList& keys)
{
    std::vector<LibraryModel> out;
    for (const EmbeddingSetInfo& set : sets)
        out.push_back(
            {keyOf(set), QString::fromStdString(set.modelName), set.modelFolder, set.identity.modelHash, set});
    const auto hasEmbeddings = [&](const auto& isMeant) { return std::any_of(sets.begin(), sets.end(), isMeant); };
    if (loaded && !hasEmbeddings([&](const auto& set) { return set.identity.modelHash == loaded->hash; }))
        out.push_back({keyOfFolder(loaded->folder), loaded->name, loaded->folder, loaded->hash, {}});
    for (const QString& key : keys) {
        const std::filesystem::path folder = pathFromText(key.mid(ofFolder.size()).toStdString());
        const bool isLoaded = loaded && key == keyOfFolder(loaded->folder); // it stands there by its hash
        if (key.startsWith(ofFolder) && !isLoaded && !isThere(out, key) &&
            !hasEmbeddings([&](const auto& set) { return set.modelFolder == folder; }))
            out.push_back({key, text(folder.filename()), folder, {}, {}});
    }
    const auto digits = [](const LibraryModel& model) {
        return QString::fromStdString(model.hash.substr(0, hashDigits));
    };
    tellApart(out, [](const LibraryModel& model) {
        return model.set ? QString::fromStdString(model.set->profileName) : QString();
    });
    tellApart(out, digits);
    tellApart(out, [](const LibraryModel& model) {
        return model.set ? QString::fromStdString(model.set->identity.compute) : QString();
    });
    tellApart(out, [](const LibraryModel& model) { return model.key; });
    return out;
}

QStringList keysNow(const QStringList& keys, const std::vector<LibraryModel>& models,
                    const std::optional<EngineModel>& loaded)
{
    QStringList out;
    for (const QString& key : keys) {
        const bool isLoaded = loaded && key == keyOfFolder(loaded->folder);
        const auto made = std::find_if(models.begin(), models.end(), [&](const LibraryModel& model) {
            return model.set && (isLoaded ? model.hash == loaded->hash : key == keyOfFolder(model.folder));
        });
        const QString now = made == models.end() ? key : made->key;
        if (!out.contains(now))
            out << now;
    }
    return out;
}

} // namespace mama
