#pragma once
#include "core/engine/lane.h"
#include "core/engine/session.h"
#include "core/protocol/json_rpc.h"

#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

namespace mama::engine {

// The JSON-RPC service over a session: reads lines from one descriptor, answers on another (core/protocol/README.md).
// Bad input gets an error reply and never ends it; end of input, `shutdown` or the stop token does.
class Service
{
public:
    // programVersion stands in the answer to hello. The descriptors stay open and the caller's.
    Service(Session& session, int input, int output, std::string programVersion);
    ~Service();

    // Until end of input, shutdown, or stop. False: the input or output broke.
    bool run(const std::stop_token& stop);

private:
    using Method = std::function<Cancellable<nlohmann::json>(Session&, const nlohmann::json& params, const Job&)>;
    enum class Where { AtOnce, Slow, Quick };
    struct Entry
    {
        Method method;
        Where where;
    };
    using Methods = std::map<std::string, Entry>;
    template <class Request, class Reply>
    static Methods::value_type entry(Cancellable<Reply> (Session::*method)(const Request&, const Job&), Where where);
    static const Methods& methods();

    void take(const std::string& line);
    void dispatch(protocol::Message message);
    void start(protocol::Message message, const Entry& entry);
    // The line that answers the request.
    std::string carryOut(const protocol::Message& message, const Entry& entry, const std::stop_token& stop);
    protocol::HelloReply hello(const protocol::HelloRequest& request);
    bool cancel(const protocol::CancelRequest& request);
    void cancelAll();
    void reply(const protocol::Message& message, const std::string& line);
    void refuse(const protocol::Message& message, const protocol::Failure& failure);
    void send(const std::string& line);

    Session& m_session;
    int m_input, m_output;
    std::string m_programVersion;
    bool m_greeted = false;
    bool m_leaving = false;
    std::mutex m_outputMutex; // one line at a time
    bool m_outputBroken = false;
    std::mutex m_mutex; // below: requests that are not answered yet, by their id as JSON
    std::map<std::string, std::stop_source> m_inFlight;
    std::uint64_t m_notifications = 0;
    Lane m_slow, m_quick; // last: end before what they use
};

} // namespace mama::engine
