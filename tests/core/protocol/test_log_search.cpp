#include "core/base/error.h"
#include "core/base/files.h"
#include "core/protocol/log_search.h"
#include "tests/support/test_data.h"

#include <QElapsedTimer>
#include <fstream>
#include <stop_token>

using namespace mama;
namespace fs = std::filesystem;

class TestLogSearch : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_temporary;
    fs::path file(const char* name) const { return fs::path(m_temporary.path().toStdString()) / name; }
    static void add(const fs::path& path, const std::string& text)
    {
        std::ofstream(path, std::ios::app | std::ios::binary) << text;
    }
    // Lines that hold the words, by a plain walk.
    static std::vector<std::uint64_t> plain(const std::string& text, const std::string& words)
    {
        std::vector<std::uint64_t> lines;
        std::uint64_t number = 1;
        for (std::size_t begin = 0; begin < text.size(); ++number) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            if (text.substr(begin, end - begin).find(words) != std::string::npos)
                lines.push_back(number);
            begin = end + 1;
        }
        return lines;
    }
    static std::vector<std::uint64_t> numbers(const LogSearch& search)
    {
        std::vector<std::uint64_t> lines;
        for (const LogSearch::Hit& hit : search.hits())
            lines.push_back(hit.line);
        return lines;
    }

private Q_SLOTS:
    // The case train-log-search.
    void aWordFarFromTheEndIsFound()
    {
        std::string text;
        for (int line = 1; line <= 200000; ++line)
            text += line == 150000 ? "2026-11-29 08:00:00 the Needle\n" : "2026-11-29 08:00:00 step\n";
        add(file("long"), text);
        LogSearch search(file("long"), "nEEdle");
        QVERIFY(search.search());
        QCOMPARE(numbers(search), std::vector<std::uint64_t>{150000});
        QCOMPARE(search.lines(), std::uint64_t{200000});
        QCOMPARE(search.bytes(), std::uint64_t(text.size()));
        const auto around = linesAround(search.file(), search.hits()[0], 2, 1);
        QCOMPARE(around.size(), std::size_t(4));
        QCOMPARE(around[0].number, std::uint64_t{149998});
        QCOMPARE(around[2].text, std::string("2026-11-29 08:00:00 the Needle"));
        QCOMPARE(around[3].number, std::uint64_t{150001});
    }

    // Around the edges of the pieces that are read (4 MiB), in lines longer than a piece, at both ends.
    void wordsLieAnywhere()
    {
        constexpr std::size_t piece = 4 << 20;
        for (const std::string& words : {std::string("x"), std::string("needle"), std::string("zwölfte")})
            for (int shift = -12; shift <= 3; ++shift) {
                std::string text(piece + static_cast<std::size_t>(shift), '.');
                for (std::size_t at = 80; at < text.size(); at += 81 + at % 7)
                    text[at] = '\n';
                text += words + "\n" + words + words + "\n" + std::string(2 * piece + 5, '-') + words + "\n\n" + words;
                text.insert(0, words + "\n");
                const fs::path path = file("edge");
                fs::remove(path);
                add(path, text);
                LogSearch search(path, words);
                QVERIFY(search.search());
                QCOMPARE(numbers(search), plain(text, words));
                for (const LogSearch::Hit& hit : search.hits())
                    QVERIFY(hit.offset == 0 || text[hit.offset - 1] == '\n');
                QCOMPARE(search.lines(), std::uint64_t(std::count(text.begin(), text.end(), '\n')));
            }
    }

    void aFileThatGrowsIsSearchedOn()
    {
        const fs::path path = file("grows");
        add(path, "one\nneed");
        LogSearch search(path, "needle");
        QVERIFY(search.search());
        QCOMPARE(search.found(), std::uint64_t{0});
        add(path, "le\ntwo\n");
        QVERIFY(search.search());
        QCOMPARE(numbers(search), std::vector<std::uint64_t>{2});
        QVERIFY(search.search());
        QCOMPARE(search.found(), std::uint64_t{1});
        add(path, "a needle");
        QVERIFY(search.search());
        add(path, " and a needle\nneedle\n");
        QVERIFY(search.search());
        QCOMPARE(numbers(search), (std::vector<std::uint64_t>{2, 4, 5}));
        fs::remove(path);
        add(path, "needle\n"); // another one
        QVERIFY(search.search());
        QCOMPARE(numbers(search), std::vector<std::uint64_t>{1});
        fs::remove(path);
        QVERIFY_THROWS_EXCEPTION(Error, search.search());
        LogSearch nothing(file("long"), "");
        QVERIFY(nothing.search() && nothing.hits().empty());
    }

    void longLinesAndForeignBytesAreShownCut()
    {
        const fs::path path = file("odd");
        add(path, std::string(400000, 'a') + "\r\nneedle \xff\xfe\r\n" + std::string(5000, 'b'));
        LogSearch search(path, "needle");
        QVERIFY(search.search());
        const auto lines = linesAround(path, search.hits().at(0), 5, 5);
        QCOMPARE(lines.size(), std::size_t(2)); // the line before began further away than is read
        QCOMPARE(lines[0].number, std::uint64_t{2});
        QCOMPARE(lines[0].text, std::string("needle \xff\xfe"));
        QVERIFY(lines[1].text.size() < 2010);
    }

    // Reported; a search that is cancelled keeps what it has found and goes on.
    void aGigabyteIsSearchedWithProgress()
    {
        const fs::path path = file("large");
        std::string piece;
        while (piece.size() < (8 << 20))
            piece += "2026-11-29 08:00:00 step 12345 of 100000, loss 0.3141, 21.5 images/s, memory 2210 MB\n";
        constexpr int pieces = 32; // a quarter of a GiB; MAMA_LOG_PIECES=128 makes a whole one
        const int wanted = qEnvironmentVariableIntValue("MAMA_LOG_PIECES") > 0
                               ? qEnvironmentVariableIntValue("MAMA_LOG_PIECES")
                               : pieces;
        for (int i = 0; i < wanted; ++i)
            add(path, piece);
        add(path, "the needle\n");
        LogSearch search(path, "needle");
        std::stop_source stop;
        std::uint64_t last = 0;
        int reports = 0;
        Job job{stop.get_token(), [&](std::uint64_t done, std::uint64_t total, std::string_view) {
                    QVERIFY(done > last && done <= total);
                    last = done;
                    if (++reports == 5)
                        stop.request_stop();
                }};
        QVERIFY(!search.search(job));
        QVERIFY(search.bytes() < search.size());
        job.stop = {};
        QElapsedTimer clock;
        clock.start();
        QVERIFY(search.search(job));
        qInfo("%.2f GB searched in %lld ms", double(search.bytes()) / 1e9, clock.elapsed());
        QCOMPARE(search.found(), std::uint64_t{1});
        QCOMPARE(search.hits()[0].line, search.lines());
        QCOMPARE(last, std::uint64_t(fs::file_size(path)));
        LogSearch every(path, "LOSS");
        QVERIFY(every.search());
        QCOMPARE(every.found(), every.lines() - 1);
        QCOMPARE(every.hits().size(), std::size_t(std::min<std::uint64_t>(LogSearch::mostHits, every.found())));
    }
};

QTEST_GUILESS_MAIN(TestLogSearch)
#include "test_log_search.moc"
