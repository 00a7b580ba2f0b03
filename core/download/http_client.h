#pragma once
#include "core/base/progress.h"
#include "core/base/user_text.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace mama {

struct HttpAsk
{
    std::string url;
    bool head = false;      // no body
    std::uint64_t from = 0; // bytes that are here already
    std::string ifRange;    // they belong to this version; empty: nothing is said about it
    std::string token;      // for the host of the url alone; empty: none
};

enum class HttpTrouble {
    None,
    Cut,        // the connection ended before the body did
    Stalled,    // nothing came for too long
    Unanswered, // no connection, or no answer on it; may pass
    Refused     // a redirect that is not followed, no secure connection: will not pass
};

using HttpHeaders = std::map<std::string, std::string>; // names in lower case

struct HttpAnswer
{
    int status = 0;      // 0: none came
    HttpHeaders headers; // of the answer with that status
    HttpHeaders origin;  // what the asked host itself said, before it sent us elsewhere
    HttpTrouble trouble = HttpTrouble::None;
    UserText words; // of the trouble

    std::string header(const std::string& name) const;
};

// GET and HEAD over Qt's network, one request at a time, in the calling thread, which gets an event loop while it
// waits. Redirects are followed, a few, never from https to http; the token stays with the host that it was given for.
// The system's proxies are used, but for this machine itself.
class HttpClient
{
public:
    // stall: how long nothing may come.
    explicit HttpClient(std::chrono::milliseconds stall);
    ~HttpClient();

    struct Body
    {
        std::function<bool(const HttpAnswer&)> begin;         // the headers are there; false: the body is not wanted
        std::function<void(std::span<const std::byte>)> take; // what they throw comes out of ask()
    };
    // Empty if cancelled.
    Cancellable<HttpAnswer> ask(const HttpAsk& ask, const Body& body, const Job& job);
    // False: cancelled.
    bool pause(std::chrono::milliseconds time, const Job& job);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace mama
