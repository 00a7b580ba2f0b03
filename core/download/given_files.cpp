#include "core/download/given_files.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/path_text.h"
#include "core/download/download_actions.h"
#include "core/download/hub_address.h"

#include <algorithm>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr int deepest = 4;                // folders below the given one, as a hub's own cache has them
constexpr std::size_t mostFiles = 10'000; // a folder of downloads, not a disk

std::vector<fs::path> filesBelow(const fs::path& folder)
{
    std::vector<fs::path> out;
    std::error_code failed;
    for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, failed), end;
         !failed && entry != end && out.size() < mostFiles; entry.increment(failed)) {
        std::error_code gone;
        if (entry.depth() >= deepest)
            entry.disable_recursion_pending();
        if (entry->is_regular_file(gone))
            out.push_back(entry->path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

// The only one of the files that the test holds for; empty: none or several.
template <class Test>
fs::path onlyOne(const std::vector<fs::path>& files, const Test& test)
{
    const auto first = std::find_if(files.begin(), files.end(), test);
    return first == files.end() || std::find_if(first + 1, files.end(), test) != files.end() ? fs::path() : *first;
}

// Without those that the catalogue knows as some model's weights: none goes by another model's facts.
std::vector<fs::path> nobodysWeights(std::vector<fs::path> files)
{
    std::set<fs::path> known;
    for (const CatalogueModel& each : builtInCatalogue().models)
        known.insert(fs::path(each.weights).filename());
    std::erase_if(files, [&](const fs::path& each) { return known.contains(each.filename()); });
    return files;
}

fs::path find(const CatalogueFile& file, const fs::path& folder, const std::vector<fs::path>& files, bool isWeights)
{
    const fs::path base = fs::path(file.name).filename();
    const fs::path repository = fs::path(file.repository).filename();
    std::vector<fs::path> places{folder / file.name};
    if (!file.repository.empty())
        for (const fs::path& top : {folder / file.repository, folder / repository, folder})
            places.push_back(top / file.path);
    places.push_back(folder / base);
    std::error_code failed;
    for (const fs::path& place : places)
        if (fs::is_regular_file(place, failed))
            return place;
    if (const fs::path one = onlyOne(files, [&](const fs::path& each) { return each.filename() == base; });
        !one.empty())
        return one;
    return isWeights ? onlyOne(nobodysWeights(files),
                               [&](const fs::path& each) { return each.extension() == base.extension(); })
                     : fs::path();
}

} // namespace

std::map<std::string, fs::path> findGivenFiles(const CatalogueModel& model, const fs::path& folder,
                                               const std::string& hub)
{
    std::error_code failed;
    if (!fs::is_directory(folder, failed))
        throw Error(ErrorCode::Usage, {action::getModel}, pathText(folder),
                    {TextId("given.no_folder", "there is no such folder")});
    const std::vector<fs::path> files = filesBelow(folder);
    std::map<std::string, fs::path> found;
    std::string missing;
    for (const CatalogueFile& file : model.files) {
        const fs::path path = find(file, folder, files, file.name == model.weights);
        if (!path.empty())
            found[file.name] = path;
        else
            missing += (missing.empty() ? "" : "; ") + file.name + " (" +
                       (file.repository.empty() ? file.where : addressOf(file, hub)) + ")";
    }
    if (!missing.empty())
        throw Error(ErrorCode::Usage, {action::getModel}, pathText(folder),
                    {TextId("given.missing", "the folder lacks, or has several of: %1"), missing});
    return found;
}

} // namespace mama
