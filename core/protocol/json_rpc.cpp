#include "core/protocol/json_rpc.h"

#include "core/base/text_escape.h"

#include <utility>

namespace mama::protocol {
namespace {

using nlohmann::json;

std::string line(const json& message)
{
    return message.dump(-1, ' ', false, json::error_handler_t::replace) +
           "\n"; // non-finite numbers are written as null
}

int codeOf(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Usage: return code::parameters;
    case ErrorCode::Io: return code::io;
    case ErrorCode::Format: return code::format;
    case ErrorCode::Unsupported: return code::unsupported;
    case ErrorCode::Data: return code::data;
    case ErrorCode::Model: return code::model;
    case ErrorCode::Memory: return code::memory;
    case ErrorCode::Internal: return code::internal;
    }
    return code::internal;
}

Message broken(Message message, int code, const char* name, std::string why)
{
    message.valid = false;
    message.problem = failure(code, name, "read message", std::move(why));
    return message;
}

} // namespace

Failure failureOf(const Error& error)
{
    return {codeOf(error.code()), name(error.code()), error.action(), error.where(), error.why()};
}

Failure failure(int code, std::string name, std::string what, std::string why)
{
    return {code, std::move(name), std::move(what), {}, std::move(why)};
}

Message parseLine(std::string_view text)
{
    Message message;
    json document = json::parse(text, nullptr, false);
    if (document.is_discarded())
        return broken(std::move(message), code::parse, "parse", "the line is not JSON");
    if (document.is_array())
        return broken(std::move(message), code::request, "request", "batches are not taken: send one message a line");
    if (!document.is_object())
        return broken(std::move(message), code::request, "request", "the message is not an object");
    const auto id = document.find("id");
    message.notification = id == document.end();
    if (!message.notification) {
        if (!id->is_number_integer() && !id->is_string())
            return broken(std::move(message), code::request, "request", "id must be an integer or a text");
        message.id = *id;
    }
    if (document.value("jsonrpc", json()) != "2.0")
        return broken(std::move(message), code::request, "request", "jsonrpc must be \"2.0\"");
    const auto method = document.find("method");
    if (method == document.end() || !method->is_string())
        return broken(std::move(message), code::request, "request", "method must be a text");
    message.method = method->get<std::string>();
    if (const auto params = document.find("params"); params != document.end()) {
        if (!params->is_object())
            return broken(std::move(message), code::parameters, "usage", "params must be an object");
        message.params = std::move(*params);
    }
    message.valid = true;
    return message;
}

std::string resultLine(const json& id, const json& result)
{
    return line({{"jsonrpc", "2.0"}, {"id", id}, {"result", result}});
}

std::string errorLine(const json& id, const Failure& failure)
{
    std::string text = failure.what;
    for (const std::string* part : {&failure.where, &failure.why})
        if (!part->empty())
            text += ": " + *part;
    return line(
        {{"jsonrpc", "2.0"},
         {"id", id},
         {"error",
          {{"code", failure.code},
           {"message", oneLine(text)},
           {"data",
            {{"code", failure.name}, {"what", failure.what}, {"where", failure.where}, {"why", failure.why}}}}}});
}

std::string progressLine(const json& id, std::uint64_t done, std::uint64_t total, std::string_view phase)
{
    return line({{"jsonrpc", "2.0"},
                 {"method", "progress"},
                 {"params", {{"id", id}, {"done", done}, {"total", total}, {"phase", phase}}}});
}

} // namespace mama::protocol
