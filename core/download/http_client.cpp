#include "core/download/http_client.h"

#include "core/download/source_answer.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QHostAddress>
#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QTimer>
#include <algorithm>
#include <exception>
#include <optional>

namespace mama {
namespace {

constexpr int mostRedirects = 10;
constexpr int lastNetworkError = QNetworkReply::UnknownNetworkError; // those of proxies follow
constexpr qint64 readAhead = 1 << 20;                                // bytes; more waits in the network
constexpr std::chrono::milliseconds looksAtStop{50};

class SystemProxies : public QNetworkProxyFactory
{
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery& query) override
    {
        const QString host = query.peerHostName();
        if (host == QLatin1String("localhost") || QHostAddress(host).isLoopback())
            return {QNetworkProxy::NoProxy};
        return systemProxyForQuery(query);
    }
};

HttpHeaders headersOf(const QNetworkReply& reply)
{
    HttpHeaders out;
    for (const QNetworkReply::RawHeaderPair& pair : reply.rawHeaderPairs())
        out[pair.first.toLower().toStdString()] = pair.second.trimmed().toStdString();
    return out;
}

std::string textOf(const QUrl& url) { return url.toString(QUrl::FullyEncoded).toStdString(); }

// What a host said, and what it says now: of a file that it delivers elsewhere, its own words come first.
HttpHeaders merged(HttpHeaders before, const HttpHeaders& now)
{
    for (const auto& [name, value] : now)
        before[name] = value;
    return before;
}

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool sameOrigin(const QUrl& a, const QUrl& b)
{
    const auto port = [](const QUrl& url) { return url.port(url.scheme() == QLatin1String("https") ? 443 : 80); };
    return a.scheme() == b.scheme() && a.host() == b.host() && port(a) == port(b);
}

// In our own words: Qt's may hold the whole address, with what is signed in it.
UserText unanswered(QNetworkReply::NetworkError error, const std::string& host)
{
    switch (error) {
    case QNetworkReply::HostNotFoundError: return {TextId("http.no_host", "the host %1 was not found"), host};
    case QNetworkReply::ConnectionRefusedError: return {TextId("http.refused", "%1 refused the connection"), host};
    case QNetworkReply::ProxyAuthenticationRequiredError:
        return {TextId("http.proxy_password", "the system's proxy asks for a password before it connects to %1"), host};
    default: break;
    }
    if (error > lastNetworkError && error <= QNetworkReply::UnknownProxyError)
        return {TextId("http.proxy", "the system's proxy did not connect to %1"), host};
    return {TextId("http.no_answer", "no answer came from %1"), host};
}

// One request and its answer, without redirects.
class Exchange
{
public:
    Exchange(QNetworkReply* reply, const HttpClient::Body& body, std::chrono::milliseconds stall)
        : m_reply(reply), m_body(body), m_host(reply->url().host().toStdString())
    {
        reply->setReadBufferSize(readAhead);
        m_stall.setSingleShot(true);
        m_stall.setInterval(stall);
        QObject::connect(&m_stall, &QTimer::timeout, &m_loop, [this] { end(HttpTrouble::Stalled); });
        QObject::connect(reply, &QNetworkReply::metaDataChanged, &m_loop, [this] { guarded([this] { begin(); }); });
        QObject::connect(reply, &QNetworkReply::readyRead, &m_loop, [this] { guarded([this] { drain(); }); });
        QObject::connect(reply, &QNetworkReply::finished, &m_loop, [this] {
            guarded([this] { drain(); });
            m_loop.quit();
        });
        QObject::connect(reply, &QNetworkReply::sslErrors, &m_loop, [this](const QList<QSslError>& errors) {
            m_insecure = errors.isEmpty() ? QString() : errors.front().errorString();
        });
    }

    Cancellable<HttpAnswer> run(const Job& job)
    {
        QTimer stop;
        QObject::connect(&stop, &QTimer::timeout, &m_loop, [&] {
            if (job.cancelled())
                abort();
        });
        stop.start(looksAtStop);
        m_stall.start();
        if (!m_reply->isFinished())
            m_loop.exec();
        m_stall.stop();
        if (m_thrown)
            std::rethrow_exception(m_thrown);
        if (job.cancelled())
            return {};
        judge();
        return m_answer;
    }

private:
    // Nothing may be thrown through Qt.
    template <class Call>
    void guarded(const Call& call)
    {
        try {
            if (!m_thrown && !m_aborted)
                call();
        } catch (...) {
            m_thrown = std::current_exception();
            abort();
        }
    }

    void begin()
    {
        const QVariant status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute);
        if (m_begun || !status.isValid())
            return;
        m_begun = true;
        m_stall.start();
        m_answer.status = status.toInt();
        m_answer.headers = headersOf(*m_reply);
        m_wanted = !isRedirect(m_answer.status) && m_reply->operation() == QNetworkAccessManager::GetOperation &&
                   m_body.begin(m_answer);
    }

    void drain()
    {
        begin();
        if (!m_begun || m_aborted)
            return;
        if (!m_wanted) {
            abort(); // a page about an error, of any length
            return;
        }
        for (QByteArray bytes = m_reply->readAll(); !bytes.isEmpty(); bytes = m_reply->readAll()) {
            m_body.take(std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
            m_stall.start();
        }
    }

    void end(HttpTrouble trouble)
    {
        m_answer.trouble = trouble;
        abort();
    }

    // Nothing more is read of it: an aborted reply is closed.
    void abort()
    {
        m_aborted = true;
        if (!m_reply->isFinished())
            m_reply->abort();
    }

    void judge()
    {
        if (m_answer.trouble == HttpTrouble::Stalled) {
            m_answer.words = {TextId("http.stalled", "nothing came from %1 for %2 s"), m_host,
                              m_stall.interval() / 1000};
            return;
        }
        if (m_reply->error() == QNetworkReply::NoError || (m_begun && !m_wanted))
            return;
        if (m_begun) {
            m_answer.trouble = HttpTrouble::Cut;
            m_answer.words = {TextId("http.cut", "%1 ended the connection before the file's end"), m_host};
        } else if (m_reply->error() == QNetworkReply::SslHandshakeFailedError) {
            m_answer.trouble = HttpTrouble::Refused;
            m_answer.words = {TextId("http.insecure", "no secure connection to %1: %2"), m_host,
                              m_insecure.toStdString()};
        } else {
            m_answer.trouble = HttpTrouble::Unanswered;
            m_answer.words = unanswered(m_reply->error(), m_host);
        }
    }

    QNetworkReply* m_reply;
    const HttpClient::Body& m_body;
    std::string m_host;
    QEventLoop m_loop;
    QTimer m_stall;
    QString m_insecure;
    HttpAnswer m_answer;
    bool m_begun = false, m_wanted = false, m_aborted = false;
    std::exception_ptr m_thrown;
};

QNetworkRequest requestOf(const QUrl& url, const HttpAsk& ask, bool withToken)
{
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false); // one file at a time has no use for it
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setRawHeader("User-Agent", "mama-workstation/" MAMA_VERSION);
    request.setRawHeader("Accept-Encoding", "identity"); // the file as it is: its length counts
    if (withToken && !ask.token.empty())
        request.setRawHeader("Authorization", "Bearer " + QByteArray::fromStdString(ask.token));
    if (ask.from > 0)
        request.setRawHeader("Range", "bytes=" + QByteArray::number(static_cast<qulonglong>(ask.from)) + "-");
    if (ask.from > 0 && !ask.ifRange.empty())
        request.setRawHeader("If-Range", QByteArray::fromStdString(ask.ifRange));
    return request;
}

HttpAnswer refused(HttpAnswer answer, const UserText& words)
{
    answer.trouble = HttpTrouble::Refused;
    answer.words = words;
    return answer;
}

} // namespace

std::string HttpAnswer::header(const std::string& name) const
{
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

struct HttpClient::State
{
    // A program without Qt's event loop has one for as long as this lives.
    State()
    {
        if (!QCoreApplication::instance())
            application.emplace(argumentCount, arguments);
        manager.emplace();
        manager->setProxyFactory(new SystemProxies); // the manager's own by this
    }

    int argumentCount = 1;
    char name[5] = "mama";
    char* arguments[2] = {name, nullptr};
    std::optional<QCoreApplication> application;
    std::optional<QNetworkAccessManager> manager;
    std::chrono::milliseconds stall{};
};

HttpClient::HttpClient(std::chrono::milliseconds stall) : m_state(std::make_unique<State>()) { m_state->stall = stall; }

HttpClient::~HttpClient() = default;

Cancellable<HttpAnswer> HttpClient::ask(const HttpAsk& ask, const Body& body, const Job& job)
{
    const QUrl first(QString::fromStdString(ask.url));
    QUrl url = first;
    HttpHeaders origin;
    for (int hop = 0; hop <= mostRedirects; ++hop) {
        if (job.cancelled())
            return {};
        const bool home = sameOrigin(url, first);
        const QNetworkRequest request = requestOf(url, ask, home);
        const std::unique_ptr<QNetworkReply> reply(ask.head ? m_state->manager->head(request)
                                                            : m_state->manager->get(request));
        const Body whole{[&](HttpAnswer answer) {
                             answer.origin = home ? merged(origin, answer.headers) : origin;
                             return body.begin(answer);
                         },
                         body.take};
        auto answer = Exchange(reply.get(), whole, m_state->stall).run(job);
        if (!answer)
            return {};
        if (home)
            origin = merged(origin, answer->headers);
        answer->origin = origin;
        if (answer->trouble != HttpTrouble::None || !isRedirect(answer->status) ||
            !answer->headers.contains("location"))
            return answer;
        const QUrl next = url.resolved(QUrl::fromEncoded(QByteArray::fromStdString(answer->header("location"))))
                              .adjusted(QUrl::RemoveUserInfo | QUrl::RemoveFragment);
        if (const UserText wrong = whyNotFollowed(textOf(url), textOf(next)); !wrong.empty())
            return refused(*answer, wrong);
        if (ask.head && !sameOrigin(next, first) && origin.contains("x-linked-size"))
            return answer; // the host itself has said all
        url = next;
    }
    return refused({}, {TextId("http.too_many_redirects", "%1 sends on more than %2 times"), first.host().toStdString(),
                        mostRedirects});
}

bool HttpClient::pause(std::chrono::milliseconds time, const Job& job)
{
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    QTimer stop;
    QObject::connect(&stop, &QTimer::timeout, &loop, [&] {
        if (job.cancelled())
            loop.quit();
    });
    stop.start(looksAtStop);
    loop.exec();
    return !job.cancelled();
}

} // namespace mama
