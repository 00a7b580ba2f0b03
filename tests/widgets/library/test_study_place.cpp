// Where a curator stands and what is selected, against a plain set of rows.
#include "widgets/library/study_place.h"

#include <QSignalSpy>
#include <QTest>
#include <random>
#include <set>

using namespace mama;

class TestStudyPlace : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void noRows()
    {
        StudyPlace place;
        place.move(1, true);
        place.toggle();
        place.selectAll();
        place.press(0, Qt::ShiftModifier);
        place.select({true});
        QCOMPARE(place.current(), -1);
        QCOMPARE(place.selected(), 0);
        QVERIFY(place.target().empty());
        place.setRows({}, 5);
        QCOMPARE(place.current(), -1);
    }

    void aCommandActsOnTheSelectionOrOnTheCurrentOne()
    {
        StudyPlace place;
        place.setRows(std::vector<bool>(10), 3);
        QCOMPARE(place.target(), std::vector<int>{3});
        place.press(5, Qt::ControlModifier);
        place.press(7, Qt::ControlModifier);
        place.move(-1, false);
        QCOMPARE(place.current(), 6);
        QCOMPARE(place.target(), (std::vector<int>{5, 7}));
        place.press(2, {});
        QCOMPARE(place.target(), std::vector<int>{2});
        place.press(4, Qt::ShiftModifier);
        QCOMPARE(place.target(), (std::vector<int>{2, 3, 4}));
        place.press(0, Qt::ShiftModifier); // from the same anchor
        QCOMPARE(place.target(), (std::vector<int>{0, 1, 2}));
        place.move(3, true);
        QCOMPARE(place.target(), (std::vector<int>{2, 3}));
    }

    void countsAsAPlainSetDoes()
    {
        std::mt19937 random(7);
        StudyPlace place;
        QSignalSpy told(&place, &StudyPlace::selectionChanged);
        std::set<int> expected;
        int anchor = 0, rows = 40;
        place.setRows(std::vector<bool>(40), 0);
        for (int i = 0; i < 5000; ++i) {
            const int row = int(random() % unsigned(rows));
            switch (random() % 6) {
            case 0:
                place.press(row, {});
                expected.clear();
                anchor = row;
                break;
            case 1:
                place.press(row, Qt::ControlModifier);
                expected.contains(row) ? void(expected.erase(row)) : void(expected.insert(row));
                anchor = row;
                break;
            case 2:
                place.press(row, Qt::ShiftModifier);
                expected.clear();
                for (int each = std::min(anchor, row); each <= std::max(anchor, row); ++each)
                    expected.insert(each);
                break;
            case 3: {
                std::vector<bool> some(std::size_t(rows), false);
                expected.clear();
                for (int each = row; each < std::min(rows, row + 4); ++each) {
                    some[std::size_t(each)] = true;
                    expected.insert(each);
                }
                place.select(some);
                break;
            }
            case 4:
                if (random() % 10 == 0) {
                    place.selectAll();
                    for (int each = 0; each < rows; ++each)
                        expected.insert(each);
                }
                break;
            case 5:
                place.selectNone();
                expected.clear();
                break;
            }
            QCOMPARE(place.selected(), int(expected.size()));
            QCOMPARE(place.selection(), std::vector<int>(expected.begin(), expected.end()));
        }
        QVERIFY(told.count() > 100);
    }
};

QTEST_APPLESS_MAIN(TestStudyPlace)
#include "test_study_place.moc"
