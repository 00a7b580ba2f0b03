#include "tests/core/download/fetch_fixture.h"

#include "core/base/hash.h"

using namespace mama;
using test::SourceServer;

// One file from a source that sends something else, refuses, or sends on.
class TestSourceAnswers : public QObject, protected test::FetchFixture
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }

    void wrongContent_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("words");
        int kind = 0;
        for (const auto& [name, words] : {std::pair{"longer than stated", "more came"},
                                          {"another length", "states"},
                                          {"another content of the same length", "SHA-256"},
                                          {"a page, by its type", "page of the web"},
                                          {"a page, by its beginning", "page of the web"},
                                          {"no length at all", "how long"},
                                          {"shorter, and closed", "states"},
                                          {"compressed", "compressed"}})
            QTest::newRow(name) << kind++ << QString(words);
    }
    void wrongContent()
    {
        QFETCH(int, kind);
        QFETCH(QString, words);
        const QByteArray size = QByteArray::number(m_content.size());
        m_server->setTrouble([&, kind](const Request& request) {
            Answer answer = SourceServer::plainFile();
            if (!request.isGet())
                return kind == 5 ? SourceServer::status(405, {{"Content-Length", "0"}}) : answer;
            answer.plain = false;
            answer.body = m_content;
            answer.headers = {{"Content-Length", size}};
            switch (kind) {
            case 0:
                answer.body += content(10, 9);
                answer.headers.clear();
                break;
            case 1:
                answer.body += "x";
                answer.headers = {{"Content-Length", QByteArray::number(answer.body.size())}};
                break;
            case 2: answer.body = content(static_cast<int>(m_content.size()), 7); break;
            case 3:
                answer.headers << qMakePair(QByteArray("Content-Type"), QByteArray("text/html; charset=utf-8"));
                break;
            case 4: answer.body.replace(0, 20, " \n<!DOCTYPE HTML><a>"); break;
            case 5: answer.headers.clear(); break;
            case 7: answer.headers << qMakePair(QByteArray("Content-Encoding"), QByteArray("gzip")); break;
            default:
                answer.body.truncate(1000);
                answer.headers.clear();
                break;
            }
            return answer;
        });
        const Outcome outcome = get();
        QVERIFY(!outcome.whole);
        QVERIFY2(outcome.words.find(words.toStdString()) != std::string::npos, outcome.words.c_str());
        m_server->setTrouble({});
        QVERIFY(get().whole && right()); // nothing of it stays in the way
    }

    void refusals_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("requests"); // 0: as many as tries
        for (const auto& [code, requests] :
             {std::pair{401, 1}, {403, 1}, {404, 1}, {410, 1}, {418, 1}, {429, 0}, {500, 0}, {503, 0}})
            QTest::addRow("%d", code) << code << requests;
    }
    void refusals()
    {
        QFETCH(int, code);
        QFETCH(int, requests);
        m_server->setTrouble([code](const Request&) { return SourceServer::status(code, {{"Content-Length", "0"}}); });
        const Outcome outcome = get();
        QVERIFY(!outcome.whole);
        QVERIFY2(outcome.words.find(std::to_string(code)) != std::string::npos, outcome.words.c_str());
        QCOMPARE(static_cast<int>(m_server->requests().size()), requests > 0 ? requests : quick().tries);
    }

    void aBusySourceIsWaitedFor()
    {
        first(2, [](const Request&) {
            return SourceServer::status(429, {{"Content-Length", "0"}, {"Retry-After", "1"}});
        });
        QElapsedTimer time;
        time.start();
        QVERIFY(get().whole && right());
        QVERIFY2(time.elapsed() >= 2000, "Retry-After was not waited for");
        init();
        first(1, [](const Request&) {
            return SourceServer::status(429, {{"Content-Length", "0"}, {"Retry-After", "86400"}});
        });
        QVERIFY(get().words.find("86400") != std::string::npos);
    }

    // The token stays with the host that it was given for.
    void redirects()
    {
        m_token = "secret-token";
        SourceServer other;
        other.serve("/b.bin", m_content);
        m_server->setTrouble([&](const Request& request) {
            const QByteArray to = request.path == "/a.bin" ? "/further" : other.base().toUtf8() + "/b.bin";
            return SourceServer::status(302, {{"Location", to}, {"Content-Length", "0"}});
        });
        const Outcome outcome = get();
        QVERIFY2(outcome.whole && right(), outcome.words.c_str());
        for (const Request& request : m_server->requests())
            QCOMPARE(request.headers.value("authorization"), QByteArray("Bearer secret-token"));
        QVERIFY(!other.requests().empty());
        for (const Request& request : other.requests())
            QVERIFY(!request.headers.contains("authorization"));
        for (const auto& entry : std::filesystem::recursive_directory_iterator(m_folder->path().toStdString()))
            if (entry.is_regular_file())
                QVERIFY(readText(entry.path()).find("secret-token") == std::string::npos);
    }

    // What the hub itself says of a file that it sends on for: on its own host or another.
    void statedWhereItIsSentOn()
    {
        SourceServer other;
        other.serve("/b.bin", m_content);
        m_server->serve("/b.bin", m_content);
        for (const QByteArray& to : {QByteArray("/b.bin"), other.base().toUtf8() + "/b.bin"})
            for (const bool right : {true, false}) {
                const QByteArray hash =
                    right ? QByteArray::fromStdString(sha256(m_content.toStdString())) : QByteArray(64, 'a');
                m_server->setTrouble([&](const Request& request) {
                    return request.path == "/b.bin"
                               ? SourceServer::plainFile()
                               : SourceServer::status(302, {{"Location", to},
                                                            {"Content-Length", "0"},
                                                            {"X-Linked-Etag", '"' + hash + '"'},
                                                            {"X-Linked-Size", QByteArray::number(m_content.size())}});
                });
                std::filesystem::remove_all(DownloadPlace("a-model").folder);
                const Outcome outcome = get();
                QCOMPARE(outcome.whole, right);
                QVERIFY2(right || outcome.words.find("SHA-256") != std::string::npos, outcome.words.c_str());
            }
    }

    void redirectsThatAreNotFollowed()
    {
        m_token = "secret-token";
        for (const QByteArray& to :
             {QByteArray("/a.bin"), QByteArray("file:///etc/passwd"), QByteArray("ftp://x/y"), QByteArray("http://")}) {
            m_server->setTrouble([to](const Request&) {
                return SourceServer::status(302, {{"Location", to}, {"Content-Length", "0"}});
            });
            m_server->forget();
            const Outcome outcome = get();
            QVERIFY2(!outcome.whole && outcome.words.find("sends on") != std::string::npos, outcome.words.c_str());
            QVERIFY2(outcome.words.find("secret-token") == std::string::npos, "the token is in the error");
            QVERIFY(m_server->requests().size() <= 12);
        }
    }

    void nobodyIsThere()
    {
        m_server->close();
        const Outcome outcome = get();
        QVERIFY2(!outcome.whole && outcome.words.find("127.0.0.1") != std::string::npos, outcome.words.c_str());
    }
};

QTEST_GUILESS_MAIN(TestSourceAnswers)
#include "test_source_answers.moc"
