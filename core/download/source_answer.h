#pragma once
#include "core/download/http_client.h"

#include <optional>

namespace mama {

// What a source says of a file.
struct SourceFacts
{
    std::optional<std::uint64_t> bytes; // of the whole file
    std::string sha256;                 // empty: not stated
    std::string etag;                   // of the answer that has the bytes; weak ones are none
    std::string commit;                 // of a repository; empty: not stated
};

// Of an answer to HEAD, or to GET as it begins. X-Linked-Size and X-Linked-Etag are what a hub says of a large file
// that another host delivers; an ETag of 64 hexadecimal digits of the asked host itself is the file's SHA-256 there.
SourceFacts factsOf(const HttpAnswer& answer);

// "bytes FIRST-LAST/TOTAL" of a 206; empty where it says something else.
struct ContentRange
{
    std::uint64_t first = 0;
    std::optional<std::uint64_t> total;
};
std::optional<ContentRange> contentRange(const HttpAnswer& answer);

// Retry-After, in seconds or as a date; empty: not stated.
std::optional<std::chrono::milliseconds> retryAfter(const HttpAnswer& answer);

// Whether a page of the web came in place of a file: by its type, or by how it begins.
bool isWebPage(const HttpAnswer& answer);
bool beginsAsWebPage(std::span<const std::byte> start);

// Why a redirect is not followed; empty: it may be.
UserText whyNotFollowed(const std::string& from, const std::string& to);

// Whether the same request may be answered another time.
bool mayPass(int status);
// Why there is no file; acceptAt: where its terms are accepted, or empty.
UserText refusalOf(const HttpAnswer& answer, const std::string& acceptAt, bool hadToken);

} // namespace mama
