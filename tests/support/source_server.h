#pragma once
#include <QByteArray>
#include <QHash>
#include <QString>
#include <QTcpServer>
#include <filesystem>
#include <functional>
#include <vector>

class QTcpSocket;

namespace mama::test {

// A source of files over HTTP, as bad as a test wants it. Works in the thread of its event loop.
class SourceServer : public QTcpServer
{
    Q_OBJECT
public:
    struct Request
    {
        QByteArray method, path;
        QHash<QByteArray, QByteArray> headers; // names in lower case
        bool isGet() const { return method == "GET"; }
    };
    struct Answer
    {
        int status = 200;
        QList<QPair<QByteArray, QByteArray>> headers; // instead of those that a good server sends
        QByteArray body;
        qint64 cutAfter = -1;   // bytes of the body; then the connection ends
        qint64 stallAfter = -1; // then nothing more comes
        bool plain = false;     // the file, as a good server gives it
    };
    // What is answered to a request for a file that is there; plain: nothing special.
    using Trouble = std::function<Answer(const Request&)>;

    SourceServer();

    QString base() const;
    void serve(const QByteArray& path, const QByteArray& content);
    // The file at a hub's address of a file: REPOSITORY/resolve/main/PATH.
    void serveFile(const QByteArray& repository, const QByteArray& path, const std::filesystem::path& file);
    // The parity folder's checkpoints, where the catalogue looks for them.
    void servePublicModels();
    bool has(const QByteArray& repository, const QByteArray& path) const;
    void setTrouble(Trouble trouble) { m_trouble = std::move(trouble); }
    // Bytes of a body that are sent at once, one piece a millisecond; 0: all at once.
    void setPiece(qint64 bytes) { m_piece = bytes; }
    const std::vector<Request>& requests() const { return m_requests; }
    void forget() { m_requests.clear(); }
    qint64 bytesSent() const { return m_sent; }

    static Answer plainFile() { return {200, {}, {}, -1, -1, true}; }
    static Answer status(int code, QList<QPair<QByteArray, QByteArray>> headers = {})
    {
        return {code, std::move(headers), {}, -1, -1, false};
    }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void answer(QTcpSocket* socket, const Request& request);
    Answer goodAnswer(const Request& request) const;
    void send(QTcpSocket* socket, const Request& request, const Answer& answer);
    void sendBody(QTcpSocket* socket, const QByteArray& body, qint64 at);

    QHash<QByteArray, QByteArray> m_files;
    Trouble m_trouble;
    std::vector<Request> m_requests;
    qint64 m_piece = 0, m_sent = 0;
};

} // namespace mama::test
