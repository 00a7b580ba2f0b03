#include "core/protocol/json_rpc.h"

#include "core/base/error_actions.h"
#include "core/base/json_text.h"
#include "core/base/text_escape.h"
#include "core/protocol/message_fields.h"

#include <utility>

namespace mama::protocol {
namespace {

using nlohmann::json;

// Members of the envelope (JSON-RPC 2.0, sections 4 and 5).
namespace key {
constexpr const char *protocol = "jsonrpc", *id = "id", *method = "method", *params = "params", *result = "result",
                     *error = "error";
}
constexpr const char* protocolVersion = "2.0";

constexpr std::size_t longestId = 256, longestQuoted = 500; // bytes

std::string cut(const std::string& text, std::size_t longest)
{
    if (text.size() <= longest)
        return text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) // not inside a character
        --end;
    return text.substr(0, end) + "…";
}

// What a client sent comes back in an error only so far that a person recognises it.
void cutQuoted(json& value)
{
    if (value.is_string())
        value = cut(value.get<std::string>(), longestQuoted);
    else if (value.is_structured())
        for (json& one : value)
            cutQuoted(one);
}

std::string line(json message)
{
    message[key::protocol] = protocolVersion;
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

Message broken(Message message, int code, const char* name, const UserText& why)
{
    message.valid = false;
    message.problem = failure(code, name, {action::readMessage}, why);
    return message;
}

} // namespace

Failure failureOf(const Error& error)
{
    return {codeOf(error.code()), name(error.code()),    error.action().english(),
            error.where(),        error.why().english(), error.text()};
}

Failure failure(int code, std::string name, const UserText& what, const UserText& why)
{
    return {code, std::move(name), what.english(), {}, why.english(), errorText(what, {}, why)};
}

// An error as it travels.
struct ErrorData
{
    std::string code, what, where, why;
    UserText text;
};
struct ErrorObject
{
    int code = code::internal;
    std::string message;
    ErrorData data;
};

void fields(auto& list, Is<ErrorData> auto& data)
{
    list.need("code", data.code);
    list.need("what", data.what);
    list.need("where", data.where);
    list.need("why", data.why);
    list.may("text", data.text);
}

void fields(auto& list, Is<ErrorObject> auto& error)
{
    list.need("code", error.code);
    list.need("message", error.message);
    list.need("data", error.data);
}

void fields(auto& list, Is<Progress> auto& progress)
{
    list.need("id", progress.id);
    list.check(progress.id.is_number_integer() || progress.id.is_string(), "must be the id of a request");
    list.need("done", progress.done);
    list.need("total", progress.total);
    list.need("phase", progress.phase);
}

std::string Failure::message() const
{
    std::string line = what;
    for (const std::string* part : {&where, &why})
        if (!part->empty())
            line += ": " + *part;
    return oneLine(line);
}

json Failure::toJson() const { return written(ErrorObject{code, message(), {name, what, where, why, text}}); }

Failure Failure::fromJson(const json& from)
{
    const auto error = readReply<ErrorObject>(from);
    return {error.code, error.data.code, error.data.what, error.data.where, error.data.why, error.data.text};
}

json Progress::toJson() const { return written(*this); }
Progress Progress::fromJson(const json& params) { return readReply<Progress>(params); }

Message parseLine(std::string_view text)
{
    Message message;
    auto read = parseJson(text);
    if (const auto* fault = std::get_if<JsonFault>(&read))
        return fault->notJson ? broken(std::move(message), code::parse, "parse",
                                       {TextId("protocol.not_json", "the line is not JSON")})
                              : broken(std::move(message), code::request, "request", fault->why);
    json document = std::get<json>(std::move(read));
    if (document.is_array())
        return broken(std::move(message), code::request, "request",
                      {TextId("protocol.batch", "batches are not taken: send one message a line")});
    if (!document.is_object())
        return broken(std::move(message), code::request, "request",
                      {TextId("protocol.not_an_object", "the message is not an object")});
    const auto id = document.find(key::id);
    message.notification = id == document.end();
    if (!message.notification) {
        if (!id->is_number_integer() && !id->is_string())
            return broken(std::move(message), code::request, "request",
                          {TextId("protocol.bad_id", "id must be an integer or a text")});
        if (id->is_string() && id->get_ref<const std::string&>().size() > longestId)
            return broken(std::move(message), code::request, "request",
                          {TextId("protocol.long_id", "id is longer than %1 bytes"), longestId});
        message.id = *id;
    }
    for (const auto& [field, value] : document.items())
        if (field != key::protocol && field != key::id && field != key::method && field != key::params)
            return broken(std::move(message), code::request, "request",
                          {TextId("protocol.unknown_member", "%1 is no member of a request"),
                           "\"" + cut(oneLine(field), longestQuoted) + "\""});
    if (document.value(key::protocol, json()) != protocolVersion)
        return broken(std::move(message), code::request, "request",
                      {TextId("protocol.bad_version", "jsonrpc must be \"2.0\"")});
    const auto method = document.find(key::method);
    if (method == document.end() || !method->is_string())
        return broken(std::move(message), code::request, "request",
                      {TextId("protocol.bad_method", "method must be a text")});
    message.method = method->get<std::string>();
    if (const auto params = document.find(key::params); params != document.end()) {
        if (!params->is_object())
            return broken(std::move(message), code::parameters, "usage",
                          {TextId("protocol.bad_params", "params must be an object")});
        message.params = std::move(*params);
    }
    message.valid = true;
    return message;
}

Answer parseAnswer(std::string_view text)
{
    Answer answer;
    json document = json::parse(text, nullptr, false);
    if (!document.is_object())
        return answer;
    try {
        if (const auto method = document.find(key::method); method != document.end()) {
            if (*method == Progress::method) {
                answer.progress = Progress::fromJson(document.value(key::params, json()));
                answer.id = answer.progress.id;
                answer.kind = Answer::Kind::Progress;
            }
            return answer;
        }
        answer.id = document.value(key::id, json());
        if (const auto error = document.find(key::error); error != document.end()) {
            answer.failure = Failure::fromJson(*error);
            answer.kind = Answer::Kind::Failed;
        } else if (const auto result = document.find(key::result); result != document.end()) {
            answer.result = std::move(*result);
            answer.kind = Answer::Kind::Result;
        }
    } catch (const Error&) {
        // a notification or an error that is not what the protocol says: of no use
    }
    return answer;
}

std::string requestLine(const json& id, const std::string& method, const json& params)
{
    return line({{key::id, id}, {key::method, method}, {key::params, params}});
}

std::string notificationLine(const std::string& method, const json& params)
{
    return line({{key::method, method}, {key::params, params}});
}

std::string resultLine(const json& id, const json& result) { return line({{key::id, id}, {key::result, result}}); }

std::string errorLine(const json& id, const Failure& failure)
{
    json error = failure.toJson();
    cutQuoted(error);
    return line({{key::id, id}, {key::error, error}});
}

} // namespace mama::protocol
