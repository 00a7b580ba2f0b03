#include "core/download/model_shelf.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/download/download_actions.h"
#include "core/download/download_folder.h"
#include "core/download/model_getter.h"
#include "core/weights/model_places.h"
#include "core/weights/said_provenance.h"

#include <algorithm>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

std::uint64_t bytesIn(const fs::path& folder)
{
    std::uint64_t sum = 0;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
        std::error_code gone;
        if (const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0; !gone)
            sum += size;
    }
    return sum;
}

ShelfItem begun(const std::string& name)
{
    ShelfItem item;
    item.name = name;
    const DownloadPlace place(name);
    item.atWork = DownloadLock::isHeld(place);
    std::error_code failed;
    if (!fs::exists(place.folder, failed))
        return item;
    item.state = ShelfItem::State::Begun;
    item.bytes = bytesHere(place);
    item.removable = true;
    if (const auto total = DownloadRecord(place).total(); total > 0)
        item.total = total;
    return item;
}

// A description that cannot be read says nothing here; loading the model will tell why.
void addProvenance(ShelfItem& item)
{
    const SaidProvenance said = saidProvenance(item.folder);
    item.trainedOn = said.trainedOn.value_or(item.trainedOn);
    item.licence = said.licence.value_or(item.licence);
}

bool isOurs(const std::string& name, const fs::path& folder)
{
    std::error_code failed;
    return fs::equivalent(folder, publicModelFolder(name), failed) && !failed;
}

// By rename, so that no half of a model is ever found under its name.
void removeFolder(const fs::path& folder)
{
    std::error_code failed;
    const fs::path away =
        folder.parent_path() / ("." + folder.filename().string() + ".old-" + std::to_string(::getpid()));
    fs::rename(folder, away, failed);
    if (!failed)
        fs::remove_all(away, failed);
    if (failed)
        throw Error(ErrorCode::Io, {action::removeModel}, pathText(folder), failed.message());
}

} // namespace

std::vector<ShelfItem> modelShelf(const Catalogue& catalogue)
{
    std::vector<ShelfItem> shelf;
    for (const CatalogueModel& model : catalogue.models)
        shelf.push_back(begun(model.name));
    for (const FoundModel& model : listModels(modelFolders())) {
        auto found =
            std::find_if(shelf.begin(), shelf.end(), [&](const ShelfItem& item) { return item.name == model.name; });
        if (found == shelf.end())
            found = shelf.insert(shelf.end(), ShelfItem{});
        found->name = model.name;
        found->state = ShelfItem::State::Here;
        found->folder = model.path;
        found->bytes = bytesIn(model.path);
        found->total.reset();
        addProvenance(*found);
        found->removable = isOurs(model.name, model.path);
    }
    return shelf;
}

std::uint64_t removeModel(const std::string& name)
{
    if (name.empty() || name.front() == '.' || fs::path(name).filename() != name)
        throw Error(ErrorCode::Usage, {action::removeModel}, name,
                    {TextId("shelf.no_name", "the name of a model is expected")});
    const DownloadPlace place(name);
    const DownloadLock lock(place);
    const fs::path folder = publicModelFolder(name);
    std::error_code failed;
    const bool isHere = fs::is_regular_file(folder / "model.json", failed), isBegun = fs::exists(place.folder, failed);
    if (!isHere && !isBegun) {
        for (const FoundModel& model : listModels(modelFolders()))
            if (model.name == name)
                throw Error(ErrorCode::Usage, {action::removeModel}, name,
                            {TextId("shelf.not_ours", "it lies in %1, where this program put nothing: remove it there"),
                             pathText(model.path)});
        throw Error(ErrorCode::Usage, {action::removeModel}, name,
                    {TextId("shelf.nothing_here", "nothing of it is here")});
    }
    const std::uint64_t bytes = (isHere ? bytesIn(folder) : 0) + bytesHere(place);
    if (isHere)
        removeFolder(folder);
    if (isBegun)
        removeFolder(place.folder);
    return bytes;
}

} // namespace mama
