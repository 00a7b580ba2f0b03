#include "core/download/fetch_file.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/download/download_actions.h"
#include "core/download/hub_address.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr int mostBadContents = 2; // of a source that states a hash and sends something else

[[noreturn]] void fail(const FileOrder& order, const UserText& why)
{
    throw Error(ErrorCode::Io, {action::fetch}, order.url, why);
}

// Writes that fail for want of room keep what is there.
void writeAll(int file, std::span<const std::byte> bytes, const FileOrder& order)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
            fail(order,
                 {TextId("fetch.disk_full",
                         "there is no more room on the disk; what came is kept, and the next try goes on from there")});
        if (count < 0)
            fail(order, std::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void removeFile(const fs::path& path)
{
    std::error_code ignored;
    fs::remove(path, ignored);
}

} // namespace

// One request for what is missing of a file.
struct FileFetcher::Attempt
{
    const FileOrder& order;
    const Progress& progress;
    std::uint64_t here = 0; // bytes in the part
    SourceFacts facts;      // stated before, completed by the answer
    FileDescriptor file;    // open for what comes
    bool changed = false;   // the source has another version: from the start
};

Cancellable<SourceFacts> FileFetcher::look(const FileOrder& order, const Job& job)
{
    const HttpAsk ask{order.url, true, 0, {}, order.token};
    for (int tries = 1;; ++tries) {
        tell(order, tries - 1, {});
        const auto answer = m_client.ask(ask, {[](const HttpAnswer&) { return false; }, {}}, job);
        if (!answer)
            return {};
        if (answer->trouble == HttpTrouble::None && !mayPass(answer->status))
            m_trouble = {};
        const bool redirected = answer->status >= 300 && answer->status < 400;
        if (answer->trouble == HttpTrouble::None && (answer->status == 200 || redirected))
            return factsOf(*answer);
        if (answer->trouble == HttpTrouble::None && (answer->status == 405 || answer->status == 501))
            return SourceFacts{};
        judge(*answer, order);
        if (!wait(*answer, tries, order, job))
            return {};
    }
}

// Throws what no other try will mend.
void FileFetcher::judge(const HttpAnswer& answer, const FileOrder& order) const
{
    if (answer.trouble == HttpTrouble::Refused)
        fail(order, answer.words);
    if (answer.trouble == HttpTrouble::None && !mayPass(answer.status))
        fail(order, refusalOf(answer, order.acceptAt, !order.token.empty()));
}

void FileFetcher::tell(const FileOrder& order, int tries, std::chrono::milliseconds wait) const
{
    if (m_listener)
        m_listener({hostOf(order.url), m_trouble, tries, m_limits.tries, wait});
}

// As long as the source asks for, else longer each time. False: cancelled.
bool FileFetcher::wait(const HttpAnswer& answer, int tries, const FileOrder& order, const Job& job)
{
    const UserText why =
        answer.trouble == HttpTrouble::None ? refusalOf(answer, order.acceptAt, !order.token.empty()) : answer.words;
    const bool silent = answer.trouble == HttpTrouble::Unanswered || answer.trouble == HttpTrouble::Stalled;
    if (tries >= m_limits.tries && silent)
        fail(order, {TextId("fetch.gave_up_silent", "%1 (tries: %2). What came is kept. %3"), why, tries,
                     whatHelps(hostOf(order.url))});
    if (tries >= m_limits.tries)
        fail(order, {TextId("fetch.gave_up", "%1 (tries: %2). What came is kept: ask again later"), why, tries});
    const auto asked = answer.trouble == HttpTrouble::None ? retryAfter(answer) : std::nullopt;
    if (asked && *asked > m_limits.longestWait)
        fail(order, {TextId("fetch.long_wait", "%1, and asks to wait for %2 s. What came is kept: ask again then"), why,
                     asked->count() / 1000});
    const auto doubled = m_limits.firstPause * (std::int64_t{1} << std::min(tries - 1, 20));
    const auto pause = asked.value_or(std::min(doubled, m_limits.longestPause));
    job.report(0, 0, phase::waiting);
    m_trouble = why;
    tell(order, tries, pause);
    return m_client.pause(pause, job);
}

// A file has its name only once it was checked; which version it is stands in the record.
bool FileFetcher::isWhole(const FileOrder& order) const
{
    std::error_code failed;
    const auto size = fs::file_size(m_place.file(order.name), failed);
    const SourceFacts* kept = m_record.find(order.name);
    if (failed || !kept || kept->bytes != size)
        return false;
    const bool sameSize = !order.stated.bytes || *order.stated.bytes == size;
    const bool sameHash = order.stated.sha256.empty() || order.stated.sha256 == kept->sha256;
    const bool sameTag = !order.stated.sha256.empty() || order.stated.etag.empty() || kept->etag.empty() ||
                         order.stated.etag == kept->etag;
    return sameSize && sameHash && sameTag;
}

// Of a part that can go on: the same version, as far as anything tells.
std::uint64_t FileFetcher::partBytes(const FileOrder& order)
{
    const fs::path part = m_place.part(order.name);
    std::error_code failed;
    const auto size = fs::file_size(part, failed);
    if (failed)
        return 0;
    const SourceFacts* kept = m_record.find(order.name);
    const bool sameHash = kept && !kept->sha256.empty() && kept->sha256 == order.stated.sha256;
    const bool otherHash = kept && !kept->sha256.empty() && !order.stated.sha256.empty() && !sameHash;
    const bool fits = !order.stated.bytes || size <= *order.stated.bytes;
    if (kept && fits && !otherHash && (sameHash || !kept->etag.empty()))
        return size;
    removeFile(part);
    return 0;
}

bool FileFetcher::fetch(const FileOrder& order, const Progress& progress, const Job& job)
{
    int tries = 0, bad = 0;
    std::uint64_t furthest = 0; // a source that always begins anew and always stops early does not go on for ever
    for (bool whole = isWhole(order); !whole;) {
        if (job.cancelled())
            return false;
        Attempt attempt{order, progress, partBytes(order), order.stated, FileDescriptor(), false};
        if (attempt.here > 0 && !attempt.facts.bytes)
            attempt.facts.bytes = m_record.find(order.name)->bytes;
        furthest = std::max(furthest, attempt.here);
        const bool complete = attempt.here > 0 && attempt.facts.bytes == attempt.here;
        if (!complete) {
            tell(order, tries, {});
            const auto answer = this->attempt(attempt, job);
            if (!answer)
                return false;
            tries = attempt.here > furthest ? 1 : tries + 1;
            furthest = std::max(furthest, attempt.here);
            if (attempt.changed) {
                removeFile(m_place.part(order.name));
                if (tries >= m_limits.tries)
                    fail(order, {TextId("fetch.changes", "the source has another version each time it is asked")});
                continue;
            }
            const bool came = answer->status == 200 || answer->status == 206;
            if (answer->trouble != HttpTrouble::None || !came || attempt.here != attempt.facts.bytes) {
                HttpAnswer judged = *answer;
                if (came && judged.trouble == HttpTrouble::None) {
                    judged.trouble = HttpTrouble::Cut;
                    judged.words = {TextId("fetch.shorter", "%1 bytes came of %2 that the source states"), attempt.here,
                                    attempt.facts.bytes.value_or(0)};
                }
                judge(judged, order);
                if (!wait(judged, tries, order, job))
                    return false;
                continue;
            }
        }
        const auto accepted = accept(order, job);
        if (!accepted)
            return false;
        whole = *accepted;
        if (!whole && ++bad >= mostBadContents)
            fail(order,
                 {TextId("fetch.other_hash",
                         "what came is not what the source states: it has another SHA-256. It was thrown away")});
    }
    if (progress)
        progress(m_record.find(order.name)->bytes.value_or(0));
    return true;
}

Cancellable<HttpAnswer> FileFetcher::attempt(Attempt& attempt, const Job& job)
{
    const SourceFacts* kept = m_record.find(attempt.order.name);
    const HttpAsk ask{attempt.order.url, false, attempt.here, kept && attempt.here > 0 ? kept->etag : std::string(),
                      attempt.order.token};
    const auto answer = m_client.ask(ask,
                                     {[&](const HttpAnswer& headers) { return begin(attempt, headers); },
                                      [&](std::span<const std::byte> bytes) { take(attempt, bytes); }},
                                     job);
    if (attempt.file.isOpen() && ::fsync(attempt.file.number()) != 0)
        fail(attempt.order, std::strerror(errno));
    if (answer && answer->status == 416)
        attempt.changed = true; // it is shorter by now
    return answer;
}

bool FileFetcher::begin(Attempt& attempt, const HttpAnswer& answer)
{
    const FileOrder& order = attempt.order;
    if (answer.status != 200 && answer.status != 206)
        return false;
    if (isWebPage(answer))
        fail(
            order,
            {TextId(
                "fetch.web_page",
                "a page of the web came in place of the file; behind a log-in page or a filter, nothing can be fetched")});
    if (const std::string coding = answer.header("content-encoding"); !coding.empty() && coding != "identity")
        fail(order,
             {TextId("fetch.compressed", "the source sends it compressed (%1), which was not asked for"), coding});
    const SourceFacts said = factsOf(answer);
    const SourceFacts* kept = m_record.find(order.name);
    if (answer.status == 206) {
        const auto range = contentRange(answer);
        const bool other = kept && !kept->etag.empty() && !said.etag.empty() && kept->etag != said.etag;
        if (!range || range->first != attempt.here || other) {
            attempt.changed = true;
            return false;
        }
    }
    if (!said.bytes && !attempt.facts.bytes)
        fail(order,
             {TextId("fetch.no_length",
                     "the source does not state how long the file is: a part could not be told from the whole")});
    if (said.bytes && attempt.facts.bytes && *said.bytes != *attempt.facts.bytes)
        fail(order, {TextId("fetch.other_length", "the source states %1 bytes and sends %2"), *attempt.facts.bytes,
                     *said.bytes});
    if (!attempt.facts.bytes)
        attempt.facts.bytes = said.bytes;
    if (attempt.facts.sha256.empty())
        attempt.facts.sha256 = said.sha256;
    if (!said.commit.empty())
        attempt.facts.commit = said.commit;
    attempt.facts.etag = said.etag;
    if (answer.status == 200)
        attempt.here = 0; // it begins anew, with or without our asking
    const fs::path part = m_place.part(order.name);
    std::error_code failed;
    fs::create_directories(part.parent_path(), failed);
    if (answer.status == 200)
        removeFile(part); // no byte of another version under this one's name
    m_record.keep(order.name, attempt.facts);
    attempt.file = openRegular(part, O_WRONLY | O_CREAT | O_APPEND);
    return true;
}

void FileFetcher::take(Attempt& attempt, std::span<const std::byte> bytes)
{
    if (attempt.here == 0 && beginsAsWebPage(bytes)) {
        removeFile(m_place.part(attempt.order.name));
        fail(attempt.order,
             {TextId("fetch.begins_as_page", "what comes begins as a page of the web, not as the file")});
    }
    if (attempt.facts.bytes && attempt.here + bytes.size() > *attempt.facts.bytes) {
        removeFile(m_place.part(attempt.order.name));
        fail(attempt.order,
             {TextId("fetch.longer", "more came than the %1 bytes that the source states; it was thrown away"),
              *attempt.facts.bytes});
    }
    writeAll(attempt.file.number(), bytes, attempt.order);
    attempt.here += bytes.size();
    m_trouble = {};
    if (attempt.progress)
        attempt.progress(attempt.here);
}

// The whole part gets the file's name if it is what was stated; else it goes. Empty if cancelled.
Cancellable<bool> FileFetcher::accept(const FileOrder& order, const Job& job)
{
    const fs::path part = m_place.part(order.name), whole = m_place.file(order.name);
    SourceFacts facts = *m_record.find(order.name);
    const std::string sum = sha256OfFile(part, {job.stop, {}});
    if (sum.empty())
        return {};
    const std::string& stated = order.stated.sha256.empty() ? facts.sha256 : order.stated.sha256;
    if (!stated.empty() && stated != sum) {
        removeFile(part);
        return false;
    }
    facts.sha256 = sum;
    facts.bytes = fs::file_size(part);
    m_record.keep(order.name, facts);
    std::error_code failed;
    fs::rename(part, whole, failed);
    if (failed)
        fail(order, failed.message());
    return true;
}

} // namespace mama
