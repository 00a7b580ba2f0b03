#pragma once
#include "core/base/error.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

// JSON-RPC 2.0 messages, one a line. See README.md in this folder for the methods.
namespace mama::protocol {

inline constexpr int version = 1;
inline constexpr std::size_t lineLimit = std::size_t{8} << 20; // bytes
inline constexpr std::size_t inFlightLimit = 256;

namespace code {
inline constexpr int parse = -32700, request = -32600, method = -32601, parameters = -32602, internal = -32603;
inline constexpr int io = -32010, format = -32011, unsupported = -32012, data = -32013, model = -32014, memory = -32015;
inline constexpr int cancelled = -32800;
} // namespace code

// What went wrong, as a reply says it.
struct Failure
{
    int code = code::internal;
    std::string name;             // of the kind: "io", "usage", ...
    std::string what, where, why; // as mama::Error has them, in English
    UserText text = {};           // all three, to be put into the user's language; empty: English alone

    std::string message() const; // "what: where: why" on one line, without what is empty
    nlohmann::json toJson() const;
    // Error(Format) names the member that is missing or of a wrong type.
    static Failure fromJson(const nlohmann::json& error);
    bool operator==(const Failure&) const = default;
};
Failure failureOf(const Error& error);
Failure failure(int code, std::string name, const UserText& what, const UserText& why);

// One line from the client.
struct Message
{
    nlohmann::json id;         // integer or text; null: a notification, or unknown if broken
    bool notification = false; // carried out, never answered
    std::string method;
    nlohmann::json params = nlohmann::json::object();
    bool valid = false;
    Failure problem; // if not valid; to be answered with `id`
};

// Never throws on what a client sends.
Message parseLine(std::string_view line);

// How far a request is; total is 0 while it is not known.
struct Progress
{
    static constexpr const char* method = "progress";
    nlohmann::json id; // of the request
    std::uint64_t done = 0, total = 0;
    std::string phase;

    nlohmann::json toJson() const;
    static Progress fromJson(const nlohmann::json& params);
    bool operator==(const Progress&) const = default;
};

// One line from the engine.
struct Answer
{
    enum class Kind { Result, Failed, Progress, Other };
    Kind kind = Kind::Other; // none of the others: half a line of a process that is being killed
    nlohmann::json id;       // of the request, unless Other
    nlohmann::json result;
    Failure failure;
    Progress progress;
};

// Never throws on what an engine sends.
Answer parseAnswer(std::string_view line);

// Lines to send, each with its line break. Bytes that are not UTF-8 are replaced; numbers not finite become null.
std::string requestLine(const nlohmann::json& id, const std::string& method, const nlohmann::json& params);
std::string notificationLine(const std::string& method, const nlohmann::json& params);
std::string resultLine(const nlohmann::json& id, const nlohmann::json& result);
std::string errorLine(const nlohmann::json& id, const Failure& failure);

} // namespace mama::protocol
