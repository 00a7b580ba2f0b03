#include "tests/core/download/fetch_fixture.h"

#include <QTimer>

using namespace mama;
using test::SourceServer;

// One file from a source that cuts, stalls, begins anew and changes.
class TestFetchFile : public QObject, protected test::FetchFixture
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }

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
