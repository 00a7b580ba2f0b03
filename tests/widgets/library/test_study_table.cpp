// The table in a real window: one place with the grid, its columns, and that the place is kept.
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

using namespace mama;

namespace {

std::vector<StudyTableColumn> columns()
{
    return {{QStringLiteral("key"), QStringLiteral("Study")},
            {QStringLiteral("date"), QStringLiteral("Date")},
            {QStringLiteral("images"), QStringLiteral("Images"), true},
            {QStringLiteral("vendor"), QStringLiteral("Vendor"), false, 90, true}};
}

class Window : public QWidget
{
public:
    StudyPlace place;
    StudyTable table{&place, this};
    explicit Window(int rows)
    {
        place.setRows(std::vector<bool>(std::size_t(rows)), 0);
        table.setColumns(columns(), [](int row, int column) { return QStringLiteral("%1/%2").arg(row).arg(column); });
        resize(800, 600);
        table.resize(size());
        show();
        QVERIFY2(QTest::qWaitForWindowExposed(this), "no window");
        table.setFocus();
        activateWindow();
        QTRY_VERIFY(table.hasFocus());
    }
    int y(int row) const { return table.rowViewportPosition(row); }
    void click(int row, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mouseClick(table.viewport(), Qt::LeftButton, modifiers, {30, y(row) + 5});
    }
};

} // namespace

class TestStudyTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theModelKeepsItsWord()
    {
        StudyPlace place;
        StudyTableModel model(&place);
        QAbstractItemModelTester tester(&model);
        model.setColumns(columns(), [](int row, int column) { return QStringLiteral("%1/%2").arg(row).arg(column); });
        place.setRows(std::vector<bool>(50), 3);
        QCOMPARE(model.rowCount(), 50);
        QCOMPARE(model.data(model.index(4, 1)).toString(), QStringLiteral("4/1"));
        place.toggle();
        QCOMPARE(model.headerData(3, Qt::Vertical).toString(), QStringLiteral("\u2713 4"));
        QCOMPARE(model.headerData(4, Qt::Vertical).toString(), QStringLiteral("5"));
        place.setRows(std::vector<bool>(2), 0);
        QCOMPARE(model.rowCount(), 2);
        model.setColumns({}, {});
        place.setRows({}, -1);
    }

    void gridAndTableAreOne()
    {
        Window window(40);
        StudyGrid grid(&window.place);
        window.click(5);
        window.click(8, Qt::ShiftModifier);
        QCOMPARE(window.place.selection(), (std::vector<int>{5, 6, 7, 8}));
        window.click(6, Qt::ControlModifier);
        QCOMPARE(window.place.selection(), (std::vector<int>{5, 7, 8}));
        QCOMPARE(window.table.currentIndex().row(), 6);
        grid.place()->setCurrent(20); // by the grid
        QCOMPARE(window.table.currentIndex().row(), 20);
        QTest::keyClick(&window.table, Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(window.place.selection(), (std::vector<int>{20, 21}));
        QTest::keyClick(&window.table, Qt::Key_Space);
        QCOMPARE(window.place.selection(), std::vector<int>{20});
        QTest::keyClick(&window.table, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(window.place.selected(), 40);
        QTest::keyClick(&window.table, Qt::Key_Escape);
        QCOMPARE(window.place.selected(), 0);
        QSignalSpy opened(&window.table, &StudyTable::opened);
        QTest::keyClick(&window.table, Qt::Key_End);
        QTest::keyClick(&window.table, Qt::Key_Return);
        QCOMPARE(opened.at(0).at(0).toInt(), 39);
        QTest::mouseDClick(window.table.viewport(), Qt::LeftButton, {}, {30, window.y(38) + 5});
        QCOMPARE(opened.at(1).at(0).toInt(), 38);
    }

    void theListChangesAndThePlaceStays()
    {
        Window window(125000);
        window.place.setCurrent(50003);
        window.table.verticalScrollBar()->setValue(window.table.verticalScrollBar()->value() + 100);
        const int y = window.y(50003);
        QVERIFY(y > 0 && y < window.table.viewport()->height());
        window.place.setRows(std::vector<bool>(90000), 31000);
        QCOMPARE(window.y(31000), y);
        QCOMPARE(window.table.currentIndex().row(), 31000);
        window.place.setRows(std::vector<bool>(3), 1);
        QCOMPARE(window.table.currentIndex().row(), 1);
        QCOMPARE(window.y(0), 0);
        window.place.setRows({}, -1);
        QCOMPARE(window.table.model()->rowCount(), 0);
    }

    void sortingIsAskedFor()
    {
        Window window(10);
        QSignalSpy asked(&window.table, &StudyTable::sortAsked);
        QHeaderView* header = window.table.horizontalHeader();
        const auto click = [&](int section) {
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                              {header->sectionViewportPosition(section) + 30, header->height() / 2});
        };
        click(1);
        click(1);
        click(0);
        QCOMPARE(asked.count(), 3);
        QCOMPARE(asked.at(0).at(0).toString(), QStringLiteral("date"));
        QCOMPARE(asked.at(0).at(1).value<Qt::SortOrder>(), Qt::AscendingOrder);
        QCOMPARE(asked.at(1).at(1).value<Qt::SortOrder>(), Qt::DescendingOrder);
        QCOMPARE(asked.at(2).at(0).toString(), QStringLiteral("key"));
        window.table.setSorting(QStringLiteral("images"), Qt::DescendingOrder);
        QCOMPARE(header->sortIndicatorSection(), 2);
        QCOMPARE(asked.count(), 3);
        window.table.setSorting(QStringLiteral("score"), Qt::DescendingOrder);
        QVERIFY(!header->isSortIndicatorShown());
        auto scored = columns();
        scored.push_back({QStringLiteral("score"), QStringLiteral("Score"), true, 90, false, {}, true});
        window.table.setColumns(scored, [](int, int) { return QString(); });
        window.table.setSorting(QStringLiteral("key"), Qt::AscendingOrder);
        asked.clear();
        click(static_cast<int>(scored.size()) - 1);
        QCOMPARE(asked.at(0).at(1).value<Qt::SortOrder>(), Qt::DescendingOrder); // the highest is looked for
    }

    // Kept by name: what another library does not have changes nothing.
    void columnsAreKeptByName()
    {
        Window window(10);
        QHeaderView* header = window.table.horizontalHeader();
        QVERIFY(window.table.isColumnHidden(3));
        QSignalSpy changed(&window.table, &StudyTable::columnsChanged);
        header->moveSection(header->visualIndex(2), 0);
        window.table.setColumnWidth(1, 222);
        window.table.setColumnHidden(3, false);
        window.table.setColumnHidden(0, true);
        QVERIFY(changed.count() > 0);
        const QByteArray state = window.table.saveColumns();
        Window other(10);
        auto fewer = columns();
        fewer.erase(fewer.begin());
        fewer.push_back({QStringLiteral("new"), QStringLiteral("New")});
        other.table.setColumns(fewer, [](int, int) { return QString(); });
        other.table.restoreColumns(state);
        QHeaderView* restored = other.table.horizontalHeader();
        QCOMPARE(restored->visualIndex(1), 0); // images
        QCOMPARE(other.table.columnWidth(0), 222);
        QVERIFY(!other.table.isColumnHidden(2) && !other.table.isColumnHidden(3));
        QCOMPARE(restored->visualIndex(3), 3); // the new one is the last, as it was
        fewer.insert(fewer.begin() + 1, {QStringLiteral("newer"), QStringLiteral("Newer")});
        other.table.setColumns(fewer, [](int, int) { return QString(); });
        other.table.restoreColumns(state);
        QCOMPARE(restored->visualIndex(1), restored->visualIndex(0) + 1); // a new one stays behind its neighbour
        fewer.erase(fewer.begin() + 1);
        other.table.setColumns(fewer, [](int, int) { return QString(); });
        other.table.restoreColumns(state);
        other.table.restoreColumns("no JSON");
        other.table.restoreColumns(R"([{"id":"date","hidden":true},{"id":"images","hidden":true},
            {"id":"vendor","hidden":true},{"id":"new","hidden":true}])");
        QVERIFY(!other.table.isColumnHidden(0)); // never none
    }
};

QTEST_MAIN(TestStudyTable)
#include "test_study_table.moc"
