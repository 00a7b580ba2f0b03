#include "core/tables/importers/embed_tables.h"
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
};

} // namespace

QTEST_GUILESS_MAIN(TestEmbed)
#include "test_embed.moc"
