#include "core/engine/service.h"

#include "core/base/error_actions.h"
#include "core/base/log.h"
#include "core/base/processor.h"
#include "core/base/text_escape.h"
#include "core/protocol/line_splitter.h"
#include "core/zeroshot/provenance.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace mama::engine {
namespace {

using nlohmann::json;
using protocol::CancelReply;
using protocol::CancelRequest;
using protocol::Failure;
using protocol::failure;
using protocol::HelloReply;
using protocol::HelloRequest;
using protocol::Message;
using protocol::Progress;
using protocol::ShutdownRequest;
using Clock = std::chrono::steady_clock;
namespace code = protocol::code;

constexpr std::size_t longestLogged = 1000; // what a client sent is in it
constexpr auto progressPause = std::chrono::milliseconds(100);

Failure cancelled()
{
    return failure(code::cancelled, "cancelled", {action::request},
                   {TextId("engine.cancelled", "cancelled by the client")});
}

// What a caught exception means; allocators of other libraries report want of memory in their own words.
Failure failureOf(const std::exception& error)
{
    if (const auto* own = dynamic_cast<const Error*>(&error))
        return protocol::failureOf(*own);
    const std::string text = error.what();
    if (dynamic_cast<const std::bad_alloc*>(&error) || text.find("allocate memory") != std::string::npos ||
        text.find("out of memory") != std::string::npos)
        return failure(code::memory, "memory", {action::compute},
                       {TextId("engine.no_memory", "not enough memory; close other studies or use a smaller model")});
    log::warning("uncaught: " + oneLine(text.substr(0, text.find('\n'))));
    return failure(code::internal, "internal", {action::compute}, textOf(error));
}

} // namespace

template <class Request, class Reply>
Service::Methods::value_type Service::entry(Cancellable<Reply> (Session::*method)(const Request&, const Job&),
                                            Where where)
{
    const auto call = [method](Session& session, const json& params, const Job& job) -> Cancellable<json> {
        const Cancellable<Reply> reply = (session.*method)(Request::fromJson(params), job);
        return reply ? Cancellable<json>(reply->toJson()) : std::nullopt;
    };
    return {Request::method, {call, where}};
}

const Service::Methods& Service::methods()
{
    static const Methods all{
        entry(&Session::models, Where::AtOnce),
        entry(&Session::load, Where::Slow),
        entry(&Session::encode, Where::Slow),
        entry(&Session::query, Where::Quick),
        entry(&Session::classify, Where::Quick),
        entry(&Session::prepare, Where::Quick),
        entry(&Session::textVectors, Where::Quick),
        entry(&Session::release, Where::AtOnce),
        entry(&Session::cacheStatistics, Where::AtOnce),
        entry(&Session::cacheClear, Where::AtOnce),
    };
    return all;
}

Service::Service(Session& session, int input, int output, std::string programVersion)
    : m_session(session), m_input(input), m_output(output), m_programVersion(std::move(programVersion))
{}

Service::~Service() { cancelAll(); }

bool Service::run(const std::stop_token& stop)
{
    const int wake = ::eventfd(0, EFD_CLOEXEC);
    const std::stop_callback onStop(stop, [wake] {
        const std::uint64_t one = 1;
        static_cast<void>(::write(wake, &one, sizeof one) == sizeof one);
    });
    protocol::LineSplitter splitter(protocol::lineLimit);
    const auto takeAll = [this](const std::vector<protocol::LineSplitter::Line>& lines) {
        for (const auto& line : lines) {
            if (m_leaving)
                return;
            if (line.tooLong)
                send(protocol::errorLine(
                    nullptr,
                    failure(code::request, "request", {action::readMessage},
                            {TextId("protocol.long_line", "the line is longer than %1 bytes"), protocol::lineLimit})));
            else
                take(line.text);
        }
    };
    std::vector<char> buffer(std::size_t{64} << 10);
    bool sound = true;
    while (!m_leaving && !stop.stop_requested()) {
        std::array<pollfd, 2> watched{pollfd{m_input, POLLIN, 0}, pollfd{wake, POLLIN, 0}};
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
            sound = false;
            break;
        }
        if (watched[0].revents == 0)
            continue;
        const ssize_t n = ::read(m_input, buffer.data(), buffer.size());
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0) {
            sound = n == 0;
            takeAll(splitter.finish());
            break;
        }
        takeAll(splitter.add({buffer.data(), static_cast<std::size_t>(n)}));
    }
    cancelAll();
    ::close(wake);
    const std::lock_guard lock(m_outputMutex);
    return sound && !m_outputBroken;
}

void Service::take(const std::string& line)
{
    try {
        Message message = protocol::parseLine(line);
        if (message.valid)
            dispatch(std::move(message));
        else if (!message.notification || message.id.is_null())
            send(protocol::errorLine(message.id, message.problem));
    } catch (const std::exception& error) { // a line that exhausts memory
        send(protocol::errorLine(nullptr, failureOf(error)));
    }
}

void Service::dispatch(Message message)
{
    try {
        if (message.method == CancelRequest::method) {
            const CancelReply answer{cancel(CancelRequest::fromJson(message.params))};
            reply(message, protocol::resultLine(message.id, answer.toJson()));
        } else if (message.method == ShutdownRequest::method) {
            ShutdownRequest::fromJson(message.params);
            m_leaving = true;
            reply(message, protocol::resultLine(message.id, protocol::EmptyReply().toJson()));
        } else if (message.method == HelloRequest::method) {
            reply(message, protocol::resultLine(message.id, hello(HelloRequest::fromJson(message.params)).toJson()));
        } else if (const auto found = methods().find(message.method); found == methods().end()) {
            refuse(message, failure(code::method, "method", {action::call, message.method},
                                    {TextId("protocol.no_such_method", "no such method")}));
        } else if (!m_greeted) {
            refuse(message, failure(code::request, "request", {action::call, message.method},
                                    {TextId("protocol.hello_first", "hello must come first")}));
        } else {
            start(std::move(message), found->second);
        }
    } catch (const std::exception& error) {
        refuse(message, failureOf(error));
    }
}

void Service::start(Message message, const Entry& entry)
{
    std::string key;
    std::stop_source source;
    {
        const std::lock_guard lock(m_mutex);
        key = message.notification ? "notification " + std::to_string(++m_notifications)
                                   : message.id.dump(-1, ' ', true, json::error_handler_t::replace);
        UserText why;
        if (m_inFlight.size() >= protocol::inFlightLimit)
            why = {TextId("protocol.too_many", "more than %1 requests in flight"), protocol::inFlightLimit};
        else if (!m_inFlight.emplace(key, source).second)
            why = {TextId("protocol.same_id", "a request with this id is in flight")};
        if (!why.empty()) {
            refuse(message, failure(code::request, "request", {action::call, message.method}, why));
            return;
        }
    }
    auto work = [this, key, message = std::move(message), &entry, stop = source.get_token()] {
        const std::string answer = carryOut(message, entry, stop);
        {
            const std::lock_guard lock(m_mutex);
            m_inFlight.erase(key); // before the answer: the client may use the id again
        }
        reply(message, answer);
    };
    if (entry.where == Where::AtOnce)
        work();
    else
        (entry.where == Where::Slow ? m_slow : m_quick).add(key, std::move(work));
}

std::string Service::carryOut(const Message& message, const Entry& entry, const std::stop_token& stop)
{
    Job job;
    job.stop = stop;
    if (!message.notification)
        job.progress = [this, id = message.id, last = Clock::time_point(),
                        phase = std::string()](std::uint64_t done, std::uint64_t total, std::string_view now) mutable {
            const bool worthIt = now != phase || (total > 0 && done >= total) || Clock::now() - last >= progressPause;
            if (!worthIt)
                return;
            phase = now;
            last = Clock::now();
            send(protocol::notificationLine(Progress::method, Progress{id, done, total, phase}.toJson()));
        };
    try {
        const auto started = Clock::now();
        const Cancellable<json> result =
            stop.stop_requested() ? std::nullopt : entry.method(m_session, message.params, job);
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started).count();
        log::info(message.method + (result ? " done in " : " cancelled after ") + std::to_string(took) + " ms");
        return result ? protocol::resultLine(message.id, *result) : protocol::errorLine(message.id, cancelled());
    } catch (const std::exception& error) {
        const Failure failed = failureOf(error);
        log::warning(oneLine(
            (message.method + ": " + failed.what + ": " + failed.where + ": " + failed.why).substr(0, longestLogged)));
        return protocol::errorLine(message.id, failed);
    } catch (...) { // nothing may end the service
        return protocol::errorLine(message.id, failure(code::internal, "internal", message.method,
                                                       {TextId("engine.unknown_exception", "unknown exception")}));
    }
}

HelloReply Service::hello(const HelloRequest&)
{
    m_greeted = true;
    HelloReply reply;
    reply.program = "mama";
    reply.programVersion = m_programVersion;
    reply.pid = ::getpid();
    const Processor machine = processor();
    reply.processor = {machine.name, machine.cores};
    reply.model = m_session.loadedModel();
    reply.methods = {CancelRequest::method, HelloRequest::method, ShutdownRequest::method};
    for (const auto& [method, entry] : methods())
        reply.methods.push_back(method);
    std::sort(reply.methods.begin(), reply.methods.end());
    reply.notice = notForClinicalUse;
    return reply;
}

bool Service::cancel(const CancelRequest& request)
{
    const std::string key = request.id.dump(-1, ' ', true, json::error_handler_t::replace);
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_inFlight.find(key);
        if (found == m_inFlight.end())
            return false;
        found->second.request_stop();
        if (!m_slow.remove(key) && !m_quick.remove(key))
            return true; // it runs, and answers itself
        m_inFlight.erase(found);
    }
    send(protocol::errorLine(request.id, cancelled()));
    return true;
}

void Service::cancelAll()
{
    const std::lock_guard lock(m_mutex);
    for (auto& [key, source] : m_inFlight)
        source.request_stop();
}

void Service::reply(const Message& message, const std::string& line)
{
    if (!message.notification)
        send(line);
}

void Service::refuse(const Message& message, const Failure& failure)
{
    if (!message.notification)
        send(protocol::errorLine(message.id, failure));
}

void Service::send(const std::string& line)
{
    const std::lock_guard lock(m_outputMutex);
    for (std::size_t done = 0; done < line.size() && !m_outputBroken;) {
        const ssize_t n = ::write(m_output, line.data() + done, line.size() - done);
        if (n > 0)
            done += static_cast<std::size_t>(n);
        else if (n < 0 && errno != EINTR)
            m_outputBroken = true; // the client is gone; its input ends too
    }
}

} // namespace mama::engine
