#include "core/model/model_files.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/hash.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::int64_t notFresh = 2'000'000'000; // ns; a sum is kept only of a file at rest
constexpr std::size_t digits = 64;

bool isHash(const std::string& text)
{
    return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// SHA-256 of large weights, computed once per file and state; what is kept carries a sum of its own.
std::string sumOf(const MappedFile& file)
{
    const std::string identity = fs::weakly_canonical(file.path()).string() + "|" + file.state().text();
    const fs::path kept = cacheFolder() / "hashes" / sha256(identity);
    const auto sealed = [&](const std::string& sum) { return sum + sha256(identity + sum); };
    try {
        const std::string text = fs::exists(kept) ? readText(kept) : std::string();
        if (const std::string sum = text.substr(0, digits); isHash(sum) && text == sealed(sum))
            return sum;
    } catch (const std::exception&) { // a cache that cannot be read costs time only
    }
    const std::string sum = checked(file, [&] { return sha256(file); });
    try {
        if (file.state().olderThan(notFresh))
            writeAtomically(kept, sealed(sum));
    } catch (const Error&) { // nor one that cannot be written
    }
    return sum;
}

[[noreturn]] void refuse(const fs::path& file)
{
    throw Error(ErrorCode::Io, {action::loadModel}, file.string(),
                {TextId("model.changed_while_loading",
                        "another program changed the file while the model was loaded: load it again")});
}

} // namespace

ModelFiles::ModelFiles(const fs::path& folder) : m_folder(folder)
{
    std::error_code failed;
    if (!fs::is_directory(folder, failed))
        m_before[folder] = FileState::settled(folder);
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
        if (std::error_code gone; entry->is_regular_file(gone))
            m_before[entry->path()] = FileState::settled(entry->path());
}

void ModelFiles::checkUnchanged() const
{
    for (const auto& [path, state] : m_before)
        if (FileState::of(path).differsFrom(state))
            refuse(path);
}

// Its name in the folder and its sum.
void ModelFiles::addSmall(const fs::path& file, std::string& all) const
{
    const std::string sum = sha256OfFile(file);
    if (const auto before = m_before.find(file); before != m_before.end() && FileState::of(file) != before->second)
        refuse(file);
    all += file.filename().string() + " " + sum + "\n";
}

void ModelFiles::loaded(const ImportedModel& model, const std::string& profile)
{
    std::string all = "model 2\n";
    for (const auto& owner : model.weightFiles)
        for (const MappedFile* file : owner->mappings()) {
            m_mappings.push_back({owner, file, sumOf(*file), file->state()});
            all += "weights " + m_mappings.back().sum + "\n";
        }
    std::vector<fs::path> small = model.configFiles;
    small.insert(small.end(), model.tokenizerFiles.begin(), model.tokenizerFiles.end());
    if (const fs::path own = m_folder / (profile + ".json"); fs::is_regular_file(own))
        small.push_back(own);
    std::ranges::sort(small);
    small.erase(std::unique(small.begin(), small.end()), small.end());
    for (const fs::path& file : small)
        addSmall(file, all);
    if (!fs::exists(m_folder / "model.json"))
        all += model.description.dump();
    m_hash = sha256(all);
    for (const Mapping& each : m_mappings) {
        const auto before = m_before.find(each.file->path());
        const FileState& first = before == m_before.end() ? each.verified : before->second;
        if (each.file->isCut() || each.verified.differsFrom(first) || each.file->stateNow().differsFrom(each.verified))
            refuse(each.file->path());
    }
}

void ModelFiles::verify()
{
    for (Mapping& each : m_mappings) {
        if (!each.file->isCut() && each.file->stateNow() == each.verified)
            continue;
        const FileState now = each.file->settledState();
        const bool whole = !each.file->isCut() && now.size >= each.file->state().size;
        if (!whole || sha256(*each.file) != each.sum || each.file->isCut())
            throw Error(ErrorCode::Model, {action::useModel}, each.file->path().string(),
                        {TextId("model.changed_in_use",
                                "another program changed the file after the model was loaded: load the model again")});
        each.verified = now;
    }
}

bool ModelFiles::untouched() const
{
    return std::ranges::none_of(
        m_mappings, [](const Mapping& each) { return each.file->isCut() || each.file->stateNow() != each.verified; });
}

void ModelFiles::refuseTouched() const
{
    throw Error(ErrorCode::Model, {action::useModel}, m_folder.string(),
                {TextId("model.touched_in_use", "another program writes to the model's files: try again later")});
}

} // namespace mama
