#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/download/fetch_file.h"
#include "tests/support/source_server.h"
#include "tests/support/test_data.h"

#include <QTimer>
#include <random>

using namespace mama;
using test::SourceServer;
using Request = SourceServer::Request;
using Answer = SourceServer::Answer;
using Headers = QList<QPair<QByteArray, QByteArray>>;

// One file from a source that is not as good as it should be.
class TestFetchFile : public QObject
{
    Q_OBJECT
private:
    static QByteArray content(int bytes, unsigned seed)
    {
        std::mt19937 random(seed);
        QByteArray out(bytes, '\0');
        for (char& byte : out)
            byte = static_cast<char>(random());
        return out;
    }
    static FetchLimits quick()
    {
        FetchLimits limits;
        limits.stall = std::chrono::milliseconds(400);
        limits.firstPause = limits.longestPause = std::chrono::milliseconds(5);
        limits.tries = 4;
        return limits;
    }

    struct Outcome
    {
        bool whole = false;
        std::string words; // of the error
    };
    // As a program does it that was asked for the file once.
    Outcome get(const Job& job = {})
    {
        HttpClient client(quick().stall);
        const DownloadPlace place("a-model");
        FileFetcher fetcher(client, place, quick());
        FileOrder order{"folder/a.bin", m_server->base().toStdString() + "/a.bin", m_token, {}, {}};
        try {
            if (const auto said = fetcher.look(order, job))
                order.stated = *said;
            fetcher.fetch(order, {}, job);
        } catch (const Error& error) {
            return {present(), error.what()};
        }
        return {present(), {}};
    }
    static std::filesystem::path file() { return DownloadPlace("a-model").file("folder/a.bin"); }
    static bool present() { return std::filesystem::exists(file()); }
    bool right() const { return present() && readText(file()) == m_content.toStdString(); }
    static std::uint64_t partBytes()
    {
        std::error_code failed;
        const auto size = std::filesystem::file_size(DownloadPlace("a-model").part("folder/a.bin"), failed);
        return failed ? 0 : size;
    }
    // Trouble for the first `times` GETs.
    void first(int times, const std::function<Answer(const Request&)>& trouble)
    {
        m_server->setTrouble([left = times, trouble](const Request& request) mutable {
            return request.isGet() && left-- > 0 ? trouble(request) : SourceServer::plainFile();
        });
    }
    static Answer cutAt(qint64 bytes)
    {
        Answer answer = SourceServer::plainFile();
        answer.cutAfter = bytes;
        return answer;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SourceServer> m_server;
    QByteArray m_content;
    std::string m_token;

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("MAMA_CACHE", QFile::encodeName(m_folder->path()));
        m_server = std::make_unique<SourceServer>();
        m_content = content(300'000, 1);
        m_server->serve("/a.bin", m_content);
        m_token.clear();
    }

    void aGoodSource()
    {
        QVERIFY(get().whole && right());
        m_server->forget();
        QVERIFY(get().words.empty());
        for (const Request& request : m_server->requests()) // it is here: only asked whether it is the same
            QVERIFY(!request.isGet());
    }

    // Every cut goes on where it ended. Qt itself asks once more for an answer of which it has read nothing yet.
    void cutsGoOn()
    {
        first(5, [](const Request&) { return cutAt(50'000); });
        QVERIFY(get().whole && right());
        QVERIFY(m_server->bytesSent() <= 2 * qint64{m_content.size()});
        for (const Request& request : m_server->requests())
            if (request.headers.contains("range"))
                QVERIFY(!request.headers.value("if-range").isEmpty());
    }

    void aStallIsEnded()
    {
        first(2, [](const Request&) {
            Answer answer = SourceServer::plainFile();
            answer.stallAfter = 100'000;
            return answer;
        });
        QVERIFY(get().whole && right());
    }

    // A source that never goes on is given up; what came stays, and a later program goes on from there.
    void whatCameIsKept()
    {
        m_server->setTrouble([](const Request& request) {
            return !request.isGet() || !request.headers.contains("range")
                       ? (request.isGet() ? cutAt(120'000) : SourceServer::plainFile())
                       : SourceServer::status(503, {{"Content-Length", "0"}});
        });
        const Outcome outcome = get();
        QVERIFY(!outcome.whole && partBytes() == 120'000);
        QVERIFY2(outcome.words.find("kept") != std::string::npos, outcome.words.c_str());
        m_server->setTrouble({});
        m_server->forget();
        QVERIFY(get().whole && right());
        QCOMPARE(m_server->requests().back().headers.value("range"), QByteArray("bytes=120000-"));
    }

    void rangesThatAreIgnored()
    {
        first(1, [](const Request&) { return cutAt(200'000); });
        m_server->setTrouble([calls = 0](const Request& request) mutable {
            Answer answer = SourceServer::plainFile();
            if (!request.isGet())
                return answer;
            if (++calls == 1)
                return cutAt(200'000);
            return answer;
        });
        QVERIFY(get().whole && right());
        // and a source that begins anew each time, and stops early each time, is given up
        std::filesystem::remove_all(DownloadPlace("a-model").folder);
        m_server->setTrouble([this](const Request& request) {
            if (!request.isGet())
                return SourceServer::plainFile();
            Answer answer;
            answer.headers = {{"Content-Length", QByteArray::number(m_content.size())}};
            answer.body = m_content;
            answer.cutAfter = 1000;
            return answer;
        });
        const Outcome outcome = get();
        QVERIFY(!outcome.whole && !outcome.words.empty());
    }

    // A source that calls the same file by another tag each time is asked for it once.
    void tagsThatChange()
    {
        m_server->setTrouble([&, tag = 0](const Request&) mutable {
            Answer answer = SourceServer::plainFile();
            answer.plain = false;
            answer.body = m_content;
            answer.headers = {{"ETag", "\"v" + QByteArray::number(++tag) + '"'},
                              {"Content-Length", QByteArray::number(m_content.size())}};
            return answer;
        });
        QVERIFY(get().whole && right());
        int gets = 0;
        for (const Request& request : m_server->requests())
            gets += request.isGet();
        QCOMPARE(gets, 1);
    }

    // Another version between two tries: never a mixture.
    void aFileThatChanges()
    {
        m_server->setTrouble([](const Request& request) {
            Answer answer = SourceServer::plainFile();
            if (request.isGet())
                answer.cutAfter = 100'000;
            return answer;
        });
        first(1, [](const Request&) { return cutAt(100'000); });
        HttpClient client(quick().stall);
        const DownloadPlace place("a-model");
        {
            FetchLimits one = quick();
            one.tries = 1;
            FileFetcher fetcher(client, place, one);
            const FileOrder order{"folder/a.bin", m_server->base().toStdString() + "/a.bin", {}, {}, {}};
            QVERIFY_EXCEPTION_THROWN(fetcher.fetch(order, {}, {}), Error);
        }
        QCOMPARE(partBytes(), std::uint64_t{100'000});
        m_content = content(300'000, 2);
        m_server->serve("/a.bin", m_content);
        m_server->setTrouble({});
        QVERIFY(get().whole && right());
        // and a whole one that the source has replaced is fetched anew
        m_content = content(200'000, 3);
        m_server->serve("/a.bin", m_content);
        QVERIFY(get().whole && right());
    }

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

    // Stopped at any moment, it ends soon and goes on later.
    void stoppedAndAskedAgain()
    {
        m_server->setPiece(3000);
        int stops = 0;
        std::mt19937 random(test::freshSeed());
        while (!present()) {
            std::stop_source stop;
            QTimer timer;
            connect(&timer, &QTimer::timeout, this, [&] { stop.request_stop(); });
            timer.start(static_cast<int>(30 + random() % 60));
            const Outcome outcome = get({stop.get_token(), {}});
            QVERIFY2(outcome.words.empty(), outcome.words.c_str());
            QVERIFY(++stops < 200);
        }
        QVERIFY(stops > 1 && right());
    }

    // A hundred moments at once: each answer is cut, held back, refused or another version of itself.
    void anyTroubleAtAnyMoment()
    {
        const int tries = qEnvironmentVariableIsSet("MAMA_TRIES") ? qEnvironmentVariableIntValue("MAMA_TRIES") : 10;
        std::mt19937 random(test::freshSeed());
        for (int i = 0; i < tries; ++i) {
            init();
            m_server->setTrouble([&](const Request& request) {
                Answer answer = SourceServer::plainFile();
                const auto at = static_cast<qint64>(random() % static_cast<unsigned>(m_content.size()));
                switch (random() % 8) {
                case 0: answer.cutAfter = at; break;
                case 1: answer.stallAfter = at; break;
                case 2: return SourceServer::status(random() % 2 ? 500 : 503, {{"Content-Length", "0"}});
                case 3: return SourceServer::status(429, {{"Content-Length", "0"}, {"Retry-After", "0"}});
                case 4: // Range is ignored
                    if (request.isGet()) {
                        answer.plain = false;
                        answer.body = m_content;
                        answer.headers = {{"Content-Length", QByteArray::number(m_content.size())}};
                        answer.cutAfter = random() % 2 ? at : -1;
                    }
                    break;
                default: break;
                }
                return answer;
            });
            for (int asked = 0; asked < 50 && !present(); ++asked) {
                get();
                QVERIFY2(!present() || right(), "a part was taken for the whole");
            }
            QVERIFY(right());
        }
    }
};

QTEST_GUILESS_MAIN(TestFetchFile)
#include "test_fetch_file.moc"
