#include "core/download/download_folder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/json_text.h"
#include "core/download/download_actions.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <thread>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

std::string text(const json& entry, const char* key)
{
    const auto found = entry.find(key);
    return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

fs::path lockFile(const DownloadPlace& place) { return place.folder.string() + ".lock"; }

} // namespace

DownloadPlace::DownloadPlace(const std::string& model) : folder(cacheFolder() / "downloads" / model) {}

DownloadRecord::DownloadRecord(const DownloadPlace& place) : m_file(place.folder / "download.json")
{
    std::error_code failed;
    if (!fs::is_regular_file(m_file, failed))
        return;
    const auto parsed = parseJson(readText(m_file));
    const json* document = std::get_if<json>(&parsed);
    if (!document || !document->is_object())
        return;
    for (const auto& [name, entry] : document->items()) {
        if (!entry.is_object())
            continue;
        SourceFacts& facts = m_facts[name];
        if (const auto bytes = entry.find("bytes"); bytes != entry.end() && bytes->is_number_unsigned())
            facts.bytes = bytes->get<std::uint64_t>();
        facts.sha256 = text(entry, "sha256");
        facts.etag = text(entry, "etag");
        facts.commit = text(entry, "commit");
    }
}

const SourceFacts* DownloadRecord::find(const std::string& name) const
{
    const auto found = m_facts.find(name);
    return found == m_facts.end() ? nullptr : &found->second;
}

void DownloadRecord::keep(const std::string& name, const SourceFacts& facts)
{
    m_facts[name] = facts;
    json document = json::object();
    for (const auto& [key, each] : m_facts)
        document[key] = {{"bytes", each.bytes ? json(*each.bytes) : json()},
                         {"sha256", each.sha256},
                         {"etag", each.etag},
                         {"commit", each.commit}};
    writeAtomically(m_file, document.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

std::uint64_t DownloadRecord::total() const
{
    std::uint64_t sum = 0;
    for (const auto& [name, facts] : m_facts) {
        if (!facts.bytes)
            return 0;
        sum += *facts.bytes;
    }
    return sum;
}

std::uint64_t bytesHere(const DownloadPlace& place)
{
    std::uint64_t sum = 0;
    std::error_code failed;
    for (fs::recursive_directory_iterator entry(place.files(), failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code gone;
        if (const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0; !gone)
            sum += size;
    }
    return sum;
}

DownloadLock::DownloadLock(const DownloadPlace& place, std::chrono::milliseconds patience)
{
    const fs::path path = lockFile(place);
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    if (failed)
        throw Error(
            ErrorCode::Io, {action::getModel}, path.parent_path().string(),
            {TextId("download.cannot_make_folder", "the folder for downloads cannot be made: %1"), failed.message()});
    m_file = openRegular(path, O_RDWR | O_CREAT);
    constexpr std::chrono::milliseconds step{20};
    int reason = EWOULDBLOCK;
    for (auto waited = std::chrono::milliseconds(0); reason == EWOULDBLOCK && waited <= patience; waited += step) {
        if (waited.count() > 0)
            std::this_thread::sleep_for(step);
        if (::flock(m_file.number(), LOCK_EX | LOCK_NB) == 0)
            return;
        reason = errno;
    }
    if (reason == EWOULDBLOCK)
        throw Error(ErrorCode::Usage, {action::getModel}, place.folder.filename().string(),
                    {TextId("download.at_work", "another process is at work on it")});
    throw Error(ErrorCode::Io, {action::lock}, path.string(), std::strerror(reason));
}

bool DownloadLock::isHeld(const DownloadPlace& place)
{
    const FileDescriptor file = tryOpenRegular(lockFile(place), O_RDWR);
    if (!file.isOpen() || ::flock(file.number(), LOCK_SH | LOCK_NB) == 0)
        return false; // given back by closing
    return errno == EWOULDBLOCK;
}

} // namespace mama
