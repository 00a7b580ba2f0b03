#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/zeroshot/embedding_cache.h"
#include "tests/support/test_data.h"

#include <QProcess>
#include <QRandomGenerator>
#include <csignal>

using namespace mama;

namespace {

std::vector<std::byte> bytes(std::size_t size, int value)
{
    return std::vector<std::byte>(size, static_cast<std::byte>(value));
}

std::filesystem::path onlyEntry(const std::filesystem::path& folder)
{
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".emb")
            return entry.path();
    return {};
}

} // namespace

class TestEmbeddingCache : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { log::setLevel(log::Level::Error); }

    void anEntryComesBack()
    {
        const QTemporaryDir folder;
        EmbeddingCache cache(folder.path().toStdString());
        const std::string key = sha256("a");
        QVERIFY(!cache.get(key));
        cache.put(key, bytes(1000, 7));
        QVERIFY(cache.get(key) == bytes(1000, 7));
        QVERIFY(EmbeddingCache(folder.path().toStdString()).get(key) == bytes(1000, 7));
        const CacheStatistics s = cache.statistics();
        QCOMPARE(s.entries, std::uint64_t{1});
        QCOMPARE(s.hits, std::uint64_t{1});
        QCOMPARE(s.misses, std::uint64_t{1});
        cache.clear();
        QVERIFY(!cache.get(key));
    }

    void everyPartOfTheKeyCounts()
    {
        const EmbeddingKey key{"f", 1, "m", "mama", 2, "fp32"};
        std::vector<EmbeddingKey> others(6, key);
        others[0].fileHash = "g";
        others[1].frame = 2;
        others[2].identity.modelHash = "n";
        others[3].identity.profile = "mama-aspect";
        others[4].identity.profileVersion = 1;
        others[5].identity.compute = "bf16";
        for (const EmbeddingKey& other : others)
            QVERIFY(other.digest() != key.digest());
        QVERIFY((EmbeddingKey{"a", 1, "bc", "d", 1, ""}.digest() != EmbeddingKey{"a", 1, "b", "cd", 1, ""}.digest()));
    }

    // Every way to damage a file: cut, lengthened, one bit turned anywhere, an entry under another's name.
    void aDamagedEntryIsDiscarded_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("empty") << 0;
        QTest::newRow("cut") << 1;
        QTest::newRow("longer") << 2;
        QTest::newRow("payload bit") << 3;
        QTest::newRow("key bit") << 4;
        QTest::newRow("length bit") << 5;
        QTest::newRow("checksum bit") << 6;
        QTest::newRow("other entry") << 7;
    }

    void aDamagedEntryIsDiscarded()
    {
        QFETCH(int, kind);
        const QTemporaryDir folder;
        EmbeddingCache cache(folder.path().toStdString());
        std::string key = sha256("a");
        cache.put(key, bytes(500, 1));
        const auto path = onlyEntry(folder.path().toStdString());
        std::string content = readText(path);
        const std::size_t places[] = {200, 20, 75, content.size() - 3};
        if (kind == 0)
            content.clear();
        else if (kind == 1)
            content.resize(content.size() / 2);
        else if (kind == 2)
            content += "x";
        else if (kind <= 6)
            content[places[kind - 3]] = static_cast<char>(content[places[kind - 3]] ^ 1);
        writeAtomically(path, content);
        if (kind == 7) {
            key = sha256("b");
            std::filesystem::create_directories(std::filesystem::path(folder.path().toStdString()) / key.substr(0, 2));
            std::filesystem::rename(path, std::filesystem::path(folder.path().toStdString()) / key.substr(0, 2) /
                                              (key + ".emb"));
        }
        QVERIFY(!cache.get(key));
        QCOMPARE(cache.statistics().corrupt, std::uint64_t{1});
        QVERIFY(onlyEntry(folder.path().toStdString()).empty());
        cache.put(key, bytes(500, 1));
        QVERIFY(cache.get(key) == bytes(500, 1));
    }

    void theOldestGoFirst()
    {
        const QTemporaryDir folder;
        EmbeddingCache cache(folder.path().toStdString(), 10'000);
        const auto path = std::filesystem::path(folder.path().toStdString());
        const auto key = [](int i) { return sha256("entry " + std::to_string(i)); };
        const auto now = std::filesystem::file_time_type::clock::now();
        for (int i = 0; i < 8; ++i) {
            cache.put(key(i), bytes(1000, i));
            std::filesystem::last_write_time(path / key(i).substr(0, 2) / (key(i) + ".emb"),
                                             now - std::chrono::hours(10 - i));
        }
        QVERIFY(cache.get(key(0))); // now the one used last
        cache.put(key(8), bytes(1000, 8));
        cache.put(key(9), bytes(1000, 9));
        QVERIFY(cache.get(key(0)));
        QVERIFY(!cache.get(key(1)));
        QVERIFY(cache.get(key(9)));
        QVERIFY(cache.statistics().bytes <= 10'000);
        QVERIFY(cache.statistics().evicted >= 1);
        EmbeddingCache none(folder.path().toStdString(), 0);
        none.put(key(20), bytes(10, 1));
        QVERIFY(!none.get(key(20)));
    }

    void leftoversOfAKilledProcessGo()
    {
        const QTemporaryDir folder;
        const auto left = std::filesystem::path(folder.path().toStdString()) / "ab" / ".abc.emb.part-1-0";
        writeAtomically(left, std::string_view("half"));
        std::filesystem::last_write_time(left, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
        const auto other = std::filesystem::path(folder.path().toStdString()) / "notes.txt";
        writeAtomically(other, std::string_view("not the cache's"));
        EmbeddingCache cache(folder.path().toStdString());
        cache.put(sha256("a"), bytes(10, 1));
        QVERIFY(!std::filesystem::exists(left));
        QVERIFY(std::filesystem::exists(other));
    }

    void aFolderThatCannotBeWrittenIsNoFailure()
    {
        EmbeddingCache cache("/proc/nowhere");
        cache.put(sha256("a"), bytes(10, 1));
        QVERIFY(!cache.get(sha256("a")));
        QCOMPARE(cache.statistics().failedWrites, std::uint64_t{1});
    }

    // Two writers on one folder beyond its limit are killed again and again; no reader ever sees a wrong or damaged
    // entry, and the folder stays within bounds.
    void sharedAndKilled()
    {
        const QTemporaryDir folder;
        const QString program = QString::fromStdString(test::program("cache_hammer").string());
        constexpr int limit = 1'000'000;
        QRandomGenerator random(test::freshSeed());
        for (int round = 0; round < 25; ++round) {
            QProcess one, two;
            one.start(program, {folder.path(), QString::number(limit), QString::number(round), "0"});
            two.start(program, {folder.path(), QString::number(limit), QString::number(100 + round), "0"});
            QVERIFY(one.waitForReadyRead(20000));
            QVERIFY(two.waitForReadyRead(20000));
            // A random moment, not a wait for something to become true.
            QTest::qWait(random.bounded(1, 40));
            ::kill(static_cast<pid_t>(one.processId()), SIGKILL);
            ::kill(static_cast<pid_t>(two.processId()), SIGKILL);
            QVERIFY(one.waitForFinished(20000));
            QVERIFY(two.waitForFinished(20000));
            QVERIFY(!one.readAllStandardOutput().contains("wrong"));
            QVERIFY(!two.readAllStandardOutput().contains("wrong"));
        }
        QProcess last;
        last.start(program, {folder.path(), QString::number(limit), "7", "300"});
        QVERIFY(last.waitForFinished(60000));
        const QByteArray said = last.readAllStandardOutput();
        QVERIFY2(said.contains("corrupt 0"), said.constData());
        QVERIFY(EmbeddingCache(folder.path().toStdString(), limit).statistics().bytes <= limit);
    }
};

QTEST_GUILESS_MAIN(TestEmbeddingCache)
#include "test_embedding_cache.moc"
