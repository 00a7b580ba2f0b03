// A range is drawn over a histogram, by mouse and by keys, and told as a filter writes it.
#include "widgets/library/range_histogram.h"

#include <QSignalSpy>
#include <QTest>

using namespace mama;

class TestRangeHistogram : public QObject
{
    Q_OBJECT
private:
    static ValueHistogram ages()
    {
        ValueHistogram made;
        made.field = "age";
        made.low = 40;
        made.step = 2;
        made.whole = true;
        made.all = {4, 8, 0, 1, 3, 9, 2, 2, 7, 1}; // 40 to 59
        made.counts = {1, 8, 0, 1, 0, 9, 2, 0, 7, 0};
        return made;
    }
    static QPoint middle(const HistogramBars& bars, int bin, int of)
    {
        return {4 + static_cast<int>((bin + 0.5) * (bars.width() - 8) / of), 20};
    }

private Q_SLOTS:
    void aRangeIsDrawn()
    {
        HistogramBars bars;
        bars.resize(208, 70);
        bars.show(ages(), {}, {});
        static_cast<QWidget&>(bars).show();
        QSignalSpy told(&bars, &HistogramBars::ranged);
        QTest::mousePress(&bars, Qt::LeftButton, {}, middle(bars, 5, 10));
        QTest::mouseMove(&bars, middle(bars, 2, 10));
        QTest::mouseRelease(&bars, Qt::LeftButton, {}, middle(bars, 2, 10));
        QCOMPARE(told.takeFirst(), (QVariantList{QStringLiteral("44"), QStringLiteral("51")}));
        QTest::mouseClick(&bars, Qt::LeftButton, {}, middle(bars, 9, 10)); // to the end: open
        QCOMPARE(told.takeFirst(), (QVariantList{QStringLiteral("58"), QString()}));
        QTest::mousePress(&bars, Qt::LeftButton, {}, middle(bars, 0, 10));
        QTest::mouseRelease(&bars, Qt::LeftButton, {}, middle(bars, 9, 10));
        QCOMPARE(told.takeFirst(), (QVariantList{QString(), QString()})); // all of it: none
    }

    void keysMoveTheEnds()
    {
        HistogramBars bars;
        bars.resize(208, 70);
        bars.show(ages(), QStringLiteral("44"), QStringLiteral("51"));
        static_cast<QWidget&>(bars).show();
        QSignalSpy told(&bars, &HistogramBars::ranged);
        QTest::keyClick(&bars, Qt::Key_Right);
        QCOMPARE(told.takeFirst(), (QVariantList{QStringLiteral("46"), QStringLiteral("51")}));
        QTest::keyClick(&bars, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(told.takeFirst(), (QVariantList{QStringLiteral("46"), QStringLiteral("49")}));
        QTest::keyClick(&bars, Qt::Key_Delete);
        QCOMPARE(told.takeFirst(), (QVariantList{QString(), QString()}));
        bars.show(std::nullopt, {}, {});
        QTest::keyClick(&bars, Qt::Key_Right);
        QVERIFY(told.isEmpty());
    }
};

QTEST_MAIN(TestRangeHistogram)
#include "test_range_histogram.moc"
