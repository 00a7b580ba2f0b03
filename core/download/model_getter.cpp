#include "core/download/model_getter.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/path_text.h"
#include "core/download/download_actions.h"
#include "core/download/given_files.h"
#include "core/download/hub_address.h"
#include "core/download/public_import.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::uint64_t spare = 64 << 20;         // bytes that a disk should keep
constexpr std::chrono::milliseconds endsIn{3000}; // of a download that was paused a moment ago

void removeAll(const fs::path& path)
{
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

std::uint64_t sizeOf(const fs::path& path)
{
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    return failed ? 0 : size;
}

// What is still to be written: what is not here yet, and the imported weights, which are as large at most.
std::uint64_t needed(const CatalogueModel& model, const std::map<std::string, SourceFacts>& files)
{
    std::uint64_t sum = 0;
    bool known = true;
    for (const auto& [name, facts] : files) {
        known = known && facts.bytes;
        sum += facts.bytes.value_or(0) * (name == model.weights ? 2 : 1);
    }
    return known ? sum : std::max(sum, 2 * model.size.value_or(0));
}

void checkRoom(const CatalogueModel& model, std::uint64_t bytes, const fs::path& where)
{
    std::error_code failed;
    fs::create_directories(where, failed);
    const fs::space_info space = fs::space(where, failed);
    if (failed || bytes == 0 || space.available >= bytes + spare)
        return;
    throw Error(ErrorCode::Io, {action::getModel}, model.name,
                {TextId("download.no_room", "%1 MB are needed at most on the disk of %2, which has %3 MB free"),
                 (bytes + spare) / 1'000'000, pathText(where), space.available / 1'000'000});
}

// A folder under the catalogue's names that leads to the user's files.
void linkFiles(const std::map<std::string, fs::path>& given, const fs::path& folder)
{
    removeAll(folder);
    for (const auto& [name, path] : given) {
        std::error_code failed;
        fs::create_directories((folder / name).parent_path(), failed);
        fs::create_symlink(fs::absolute(path), folder / name, failed);
        if (failed)
            throw Error(ErrorCode::Io, {action::getModel}, pathText(folder / name), failed.message());
    }
}

class Getter
{
public:
    Getter(const CatalogueModel& model, const GetOptions& options, const Job& job)
        : m_model(model), m_options(options), m_job(job), m_place(model.name), m_client(options.limits.stall),
          m_fetcher(m_client, m_place, options.limits, options.listener)
    {}

    Cancellable<GotModel> fetchAndImport()
    {
        if (!m_model.served())
            throwNotServed();
        if (!look())
            return {};
        std::uint64_t left = needed(m_model, m_stated);
        left -= std::min(left, bytesHere(m_place));
        checkRoom(m_model, left, m_place.folder);
        for (const FileOrder& order : m_orders)
            if (!fetch(order))
                return {};
        std::map<std::string, SourceFacts> facts;
        for (const FileOrder& order : m_orders)
            facts[order.name] = *m_fetcher.record().find(order.name);
        try {
            return import({m_model, m_place.files(), m_options.hub, facts});
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Io && error.code() != ErrorCode::Memory)
                dropUnchecked();
            throw;
        }
    }

    Cancellable<GotModel> importGiven()
    {
        const auto given = findGivenFiles(m_model, m_options.given, m_options.hub);
        checkRoom(m_model, sizeOf(given.at(m_model.weights)), m_place.folder);
        const fs::path links = m_place.folder / "given";
        linkFiles(given, links);
        const Links end{links};
        return import({m_model, links, "a folder that the user filled", {}});
    }

private:
    // Nothing has come where the files were the user's own.
    struct Links
    {
        fs::path folder;
        ~Links()
        {
            removeAll(folder);
            std::error_code notEmpty;
            fs::remove(folder.parent_path(), notEmpty);
        }
    };

    [[noreturn]] void throwNotServed() const
    {
        std::string where;
        for (const CatalogueFile& file : m_model.files)
            if (file.repository.empty())
                where += (where.empty() ? "" : "; ") + file.name + ": " + file.where;
        throw Error(
            ErrorCode::Usage, {action::getModel}, m_model.name,
            {TextId(
                 "download.not_served",
                 "no server gives it to a program. Get the files by hand (%1), then name their folder: --from, or I have the files… in the window"),
             where});
    }

    // Sizes and hashes of all files, before anything is fetched.
    bool look()
    {
        m_job.report(0, 0, phase::looking);
        for (const CatalogueFile& file : m_model.files) {
            FileOrder order{file.name, addressOf(file, m_options.hub), m_options.token, m_model.acceptAt, {}};
            auto said = m_fetcher.look(order, m_job);
            if (!said)
                return false;
            checkStated(file, *said, order);
            order.stated = *said;
            if (!m_fetcher.record().find(file.name)) { // of a part that is here, its own answer counts
                removeAll(m_place.file(file.name));    // whatever is there, nothing tells what it is
                removeAll(m_place.part(file.name));
                said->etag.clear();
                m_fetcher.record().keep(file.name, *said);
            }
            m_stated[file.name] = order.stated;
            m_orders.push_back(std::move(order));
        }
        return true;
    }

    // What the catalogue states goes before what the source says.
    static void checkStated(const CatalogueFile& file, SourceFacts& said, const FileOrder& order)
    {
        const bool otherSize = file.bytes && said.bytes && *file.bytes != *said.bytes;
        const bool otherHash = !file.sha256.empty() && !said.sha256.empty() && file.sha256 != said.sha256;
        if (otherSize || otherHash)
            throw Error(ErrorCode::Io, {action::fetch}, order.url,
                        {TextId("download.other_file", "the source has another file by now than the catalogue knows")});
        if (file.bytes)
            said.bytes = file.bytes;
        if (!file.sha256.empty())
            said.sha256 = file.sha256;
    }

    bool fetch(const FileOrder& order)
    {
        std::uint64_t others = 0, total = 0;
        for (const auto& [name, facts] : m_stated) {
            total += facts.bytes.value_or(0);
            if (name != order.name)
                others += std::max(sizeOf(m_place.file(name)), sizeOf(m_place.part(name)));
        }
        auto last = std::chrono::steady_clock::time_point();
        const auto tell = [&](std::uint64_t bytes) {
            const auto now = std::chrono::steady_clock::now();
            if (now - last < std::chrono::milliseconds(100))
                return;
            last = now;
            m_job.report(others + bytes, total, phase::fetching);
        };
        tell(std::max(sizeOf(m_place.file(order.name)), sizeOf(m_place.part(order.name))));
        return m_fetcher.fetch(order, tell, m_job);
    }

    Cancellable<GotModel> import(const PublicFiles& files)
    {
        m_job.report(0, 0, phase::importing);
        removeAll(m_place.made()); // of an import that was killed
        const fs::path made = m_place.made() / m_model.name, folder = publicModelFolder(m_model.name);
        auto report = importPublic(files, made, {m_job.stop, {}});
        if (!report)
            return {};
        std::error_code failed;
        fs::create_directories(folder.parent_path(), failed);
        fs::rename(made, folder, failed);
        if (failed)
            throw Error(ErrorCode::Io, {action::getModel}, pathText(folder), failed.message());
        removeAll(m_place.folder);
        return GotModel{folder, false, files.facts, std::move(*report)};
    }

    // What the import refused and no hash vouches for, or no longer does, is fetched anew the next time.
    void dropUnchecked()
    {
        for (const FileOrder& order : m_orders)
            if (order.stated.sha256.empty() || sha256OfFile(m_place.file(order.name)) != order.stated.sha256)
                removeAll(m_place.file(order.name));
    }

    const CatalogueModel& m_model;
    const GetOptions& m_options;
    const Job& m_job;
    DownloadPlace m_place;
    HttpClient m_client;
    FileFetcher m_fetcher;
    std::vector<FileOrder> m_orders;
    std::map<std::string, SourceFacts> m_stated;
};

} // namespace

fs::path publicModelFolder(const std::string& name) { return cacheFolder() / "models" / name; }

Cancellable<GotModel> getModel(const CatalogueModel& model, const GetOptions& options, const Job& job)
{
    const DownloadLock lock(DownloadPlace(model.name), endsIn);
    const fs::path folder = publicModelFolder(model.name);
    std::error_code failed;
    if (fs::is_regular_file(folder / "model.json", failed))
        return GotModel{folder, true, {}, {}};
    if (!options.token.empty() && options.given.empty())
        checkTokenMayGo(options.hub);
    Getter getter(model, options, job);
    return options.given.empty() ? getter.fetchAndImport() : getter.importGiven();
}

} // namespace mama
