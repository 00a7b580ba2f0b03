#include "core/base/error.h"
#include "core/tables/importers/embed_tables.h"
#include "core/tables/importers/known_sets.h"
#include "tests/support/test_data.h"

namespace {

class TestEmbed : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // mama.md 4.2 and R13: an unrated finding in front shifts the reference's choice, not ours.
    void choiceOfFinding()
    {
        const auto finding = [](const char* side, const char* letter) {
            return mama::FindingFields{"1", side, letter, "2", "", "", "", "", "", "", ""};
        };
        const std::vector<mama::FindingFields> rows{finding("L", ""), finding("L", "B"), finding("L", "S"),
                                                    finding("R", "K"), finding("B", "A")};
        QCOMPARE(mama::chooseFinding(rows, "L", false).index, std::size_t(2));
        QCOMPARE(mama::chooseFinding(rows, "L", true).index, std::size_t(1));
        QCOMPARE(mama::chooseFinding(rows, "R", false).index, std::size_t(3));
        QCOMPARE(mama::chooseFinding(rows, "", false).index, std::size_t(4));
        const std::vector<mama::FindingFields> recall{finding("L", "B"), finding("L", "A")};
        QCOMPARE(mama::chooseFinding(recall, "L", false).index, std::size_t(1));
    }

    // Tables of the other public data sets are named, and said not to be readable yet.
    void otherSetsAreNamed_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("set");
        QTest::newRow("RSNA") << "rsna"
                              << "RSNA-Mammo";
        QTest::newRow("VinDr") << "vindr"
                               << "VinDr-Mammo";
        QTest::newRow("CBIS") << "cbis-ddsm"
                              << "CBIS-DDSM";
        QTest::newRow("CMMD") << "cmmd"
                              << "CMMD";
        QTest::newRow("INbreast") << "inbreast"
                                  << "INbreast";
        QTest::newRow("CSAW") << "csaw-cc"
                              << "CSAW-CC";
        QTest::newRow("mini-MIAS") << "mini-mias"
                                   << "mini-MIAS";
    }

    void otherSetsAreNamed()
    {
        QFETCH(QString, folder);
        QFETCH(QString, set);
        MAMA_NEED(std::filesystem::exists(mama::test::dataFolder() / "tables"), "data/tables");
        const std::filesystem::path path = mama::test::dataFolder() / "tables" / folder.toStdString();
        std::vector<std::filesystem::path> places{path};
        for (const auto& entry : std::filesystem::directory_iterator(path))
            if (entry.path().extension() == ".csv")
                places.push_back(entry.path()); // a table by itself is named too
        for (const auto& place : places) {
            try {
                mama::readEmbedTables(place, false);
                QFAIL("read as EMBED");
            } catch (const mama::Error& error) {
                QVERIFY2(error.why().english().find("a table of " + set.toStdString()) != std::string::npos,
                         error.what());
            }
        }
    }

    void embedItselfIsNone()
    {
        MAMA_NEED(std::filesystem::exists(mama::test::dataFolder() / "tables"), "data/tables");
        QVERIFY(mama::whyNotYet(mama::test::dataFolder() / "tables" / "embed").empty());
        QVERIFY(mama::whyNotYet("/no/such/folder").empty());
    }
};

} // namespace

QTEST_GUILESS_MAIN(TestEmbed)
#include "test_embed.moc"
