#include "core/download/source_answer.h"

#include "core/download/source_news.h"

#include <QDateTime>
#include <QUrl>
#include <algorithm>
#include <cctype>
#include <charconv>

namespace mama {
namespace {

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::optional<std::uint64_t> number(const std::string& text)
{
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value)
                                                                                      : std::nullopt;
}

std::string at(const HttpHeaders& headers, const std::string& name)
{
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

// The 64 digits of an entity tag that is a SHA-256; else empty.
std::string sha256In(std::string tag)
{
    if (tag.starts_with("W/"))
        tag.erase(0, 2);
    if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"')
        tag = tag.substr(1, tag.size() - 2);
    tag = lower(tag);
    return tag.size() == 64 && tag.find_first_not_of("0123456789abcdef") == std::string::npos ? tag : std::string();
}

} // namespace

SourceFacts factsOf(const HttpAnswer& answer)
{
    SourceFacts facts;
    facts.bytes = number(at(answer.origin, "x-linked-size"));
    if (!facts.bytes && answer.status == 206) {
        if (const auto range = contentRange(answer))
            facts.bytes = range->total;
    } else if (!facts.bytes && answer.status == 200) {
        facts.bytes = number(answer.header("content-length"));
    }
    facts.sha256 = sha256In(at(answer.origin, "x-linked-etag"));
    if (facts.sha256.empty())
        facts.sha256 = sha256In(at(answer.origin, "etag"));
    if (const std::string tag = answer.header("etag"); !tag.starts_with("W/"))
        facts.etag = tag;
    facts.commit = at(answer.origin, "x-repo-commit");
    return facts;
}

std::optional<ContentRange> contentRange(const HttpAnswer& answer)
{
    const std::string text = lower(answer.header("content-range"));
    const std::size_t hyphen = text.find('-'), slash = text.find('/');
    if (!text.starts_with("bytes ") || hyphen == std::string::npos || slash == std::string::npos || slash < hyphen)
        return {};
    const auto first = number(text.substr(6, hyphen - 6));
    if (!first)
        return {};
    return ContentRange{*first, number(text.substr(slash + 1))};
}

std::optional<std::chrono::milliseconds> retryAfter(const HttpAnswer& answer)
{
    const std::string text = answer.header("retry-after");
    if (const auto seconds = number(text))
        return std::chrono::seconds(std::min<std::uint64_t>(*seconds, 1'000'000));
    const QDateTime date = QDateTime::fromString(
        QString::fromStdString(text).replace(QLatin1String("GMT"), QLatin1String("+0000")), Qt::RFC2822Date);
    if (!date.isValid())
        return {};
    return std::chrono::milliseconds(std::max<qint64>(0, QDateTime::currentDateTimeUtc().msecsTo(date)));
}

bool isWebPage(const HttpAnswer& answer)
{
    const std::string type = lower(answer.header("content-type"));
    return type.starts_with("text/html") || type.starts_with("application/xhtml");
}

bool beginsAsWebPage(std::span<const std::byte> start)
{
    std::string text(reinterpret_cast<const char*>(start.data()), std::min<std::size_t>(start.size(), 256));
    text = lower(text.substr(std::min(text.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), text.size())));
    return text.starts_with("<!doctype html") || text.starts_with("<html");
}

UserText whatHelps(const std::string& host)
{
    return {
        TextId(
            "source.what_helps",
            "Look whether this computer is connected and may reach %1 (network, proxy, filter). A mirror can be named instead (Change… on the page Models, --base), or a folder with the files (I have the files…, --from)"),
        host};
}

UserText whyNotFollowed(const std::string& from, const std::string& to)
{
    const QUrl here(QString::fromStdString(from)), there(QString::fromStdString(to));
    const bool web = there.scheme() == QLatin1String("http") || there.scheme() == QLatin1String("https");
    if (!there.isValid() || !web || there.host().isEmpty())
        return {TextId("http.redirect_nowhere", "%1 sends on to no address of the web"), here.host().toStdString()};
    if (here.scheme() == QLatin1String("https") && there.scheme() == QLatin1String("http"))
        return {TextId("http.redirect_insecure", "%1 sends on to %2 without a secure connection: not followed"),
                here.host().toStdString(), there.host().toStdString()};
    return {};
}

bool mayPass(int status)
{
    return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501 && status != 505);
}

UserText refusalOf(const HttpAnswer& answer, const std::string& acceptAt, bool hadToken)
{
    switch (answer.status) {
    case 401:
    case 403:
        if (acceptAt.empty())
            return {
                TextId("source.asks_token", "the source asks who you are (%1): it serves this file to nobody unknown"),
                answer.status};
        if (hadToken)
            return {
                TextId(
                    "source.token_refused",
                    "the source refused your token (%1): accept the terms at %2 with the account that it belongs to, and give it the right to read"),
                answer.status, acceptAt};
        return {
            TextId(
                "source.needs_token",
                "its terms must be accepted at %1 with an account there; then give a token of that account in the environment variable HF_TOKEN (of another source than the catalogue's: MAMA_HUB_TOKEN) or where it is asked for; it is neither kept nor logged"),
            acceptAt};
    case 404:
    case 410: return {TextId("source.no_such_file", "the source has no such file (%1)"), answer.status};
    case 429: return {TextId("source.too_many", "the source asks for fewer requests (429)")};
    default: break;
    }
    if (answer.status >= 500)
        return {TextId("source.fails", "the source fails (%1)"), answer.status};
    return {TextId("source.other_status", "the source answered with status %1 in place of the file"), answer.status};
}

} // namespace mama
