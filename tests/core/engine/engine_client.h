#pragma once
#include <QProcess>
#include <QStringList>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mama::test {

// A client of `mama engine` over plain pipes. Every line that the engine writes must be JSON, else `stray` holds it.
class EngineClient
{
public:
    explicit EngineClient(const QStringList& arguments = {});
    ~EngineClient();

    bool hello();                       // says hello and waits for the answer
    void send(const std::string& line); // a line break is added
    int request(const std::string& method, const nlohmann::json& params = nlohmann::json::object());
    void cancel(int id);
    // Waits for the reply; an object without result and error if none came in time.
    nlohmann::json reply(int id, int milliseconds = 120000);
    nlohmann::json call(const std::string& method, const nlohmann::json& params = nlohmann::json::object())
    {
        return reply(request(method, params));
    }
    // Waits for the next reply without an id, as broken lines get.
    nlohmann::json anonymous(int milliseconds = 20000);
    // Waits until a progress message of this request is there.
    bool progressOf(int id, int milliseconds = 60000);
    void kill();
    bool closeInput(int milliseconds = 20000); // end of input; true if the engine ends by itself with status 0

    QProcess process;
    std::vector<std::string> stray;

private:
    bool readMore(int milliseconds);

    QByteArray m_buffer;
    int m_next = 1;
    std::map<int, nlohmann::json> m_replies;
    std::map<int, int> m_progress;
    std::vector<nlohmann::json> m_anonymous;
};

} // namespace mama::test
