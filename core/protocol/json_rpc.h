#pragma once
#include "core/base/error.h"

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
    std::string what, where, why; // as mama::Error has them
};
Failure failureOf(const Error& error);
Failure failure(int code, std::string name, std::string what, std::string why);

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

// Lines to send, each with its line break. Bytes that are not UTF-8 are replaced; numbers not finite become null.
std::string resultLine(const nlohmann::json& id, const nlohmann::json& result);
std::string errorLine(const nlohmann::json& id, const Failure& failure);
std::string progressLine(const nlohmann::json& id, std::uint64_t done, std::uint64_t total, std::string_view phase);

} // namespace mama::protocol
