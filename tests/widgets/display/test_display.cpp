#include "tests/support/test_data.h"
#include "widgets/display/test_pattern.h"
#include "widgets/display/test_pattern_window.h"

#include <QGuiApplication>
#include <QPointer>
#include <QScreen>
#include <cmath>

using namespace mama;

namespace {

const std::vector<QSize> screens{{1280, 800}, {1920, 1200}, {2048, 2560}};

int at(const QImage& picture, QPoint place) { return picture.constScanLine(place.y())[place.x()]; }

} // namespace

class TestDisplay : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Every patch has its grey, lies on the picture and covers no other.
    void patchesHaveTheirGreys()
    {
        for (const QSize size : screens) {
            const QImage picture = testPattern(size, 0);
            QCOMPARE(picture.size(), size);
            const auto patches = testPatternPatches(size);
            QCOMPARE(patches.size(), std::size_t{18});
            for (std::size_t i = 0; i < patches.size(); ++i) {
                QCOMPARE(at(picture, patches[i].place.center()), patches[i].level);
                QVERIFY(picture.rect().contains(patches[i].place));
                for (std::size_t j = 0; j < i; ++j)
                    QVERIFY(!patches[i].place.intersects(patches[j].place));
                for (const PatternLines& lines : testPatternLines(size))
                    QVERIFY(!patches[i].place.intersects(lines.place));
            }
            for (int i = 0; i < 16; ++i)
                QCOMPARE(patches[static_cast<std::size_t>(i)].level, i * 17);
            QCOMPARE(patches[16].level, 13);  // 5 % of 255
            QCOMPARE(patches[17].level, 242); // 95 %
        }
    }

    // One line on, one off, in every pixel; and the outermost pixels are lit.
    void linesAreOnePixelEach()
    {
        for (const QSize size : screens) {
            const QImage picture = testPattern(size, 0);
            for (const PatternLines& lines : testPatternLines(size))
                for (int i = 0; i < lines.place.width(); ++i) {
                    const QPoint across = lines.vertical ? QPoint(lines.place.left() + i, lines.place.center().y())
                                                         : QPoint(lines.place.center().x(), lines.place.top() + i);
                    QCOMPARE(at(picture, across), i / lines.width % 2 == 0 ? 255 : 0);
                }
            for (const QPoint corner : {QPoint(0, 0), QPoint(size.width() - 1, 0), QPoint(0, size.height() - 1),
                                        QPoint(size.width() - 1, size.height() - 1)})
                QCOMPARE(at(picture, corner), 255);
        }
    }

    void levelsFillATenth()
    {
        const QSize size(1920, 1200);
        for (int page = 1; page < testPatternPages; ++page) {
            const QImage picture = testPattern(size, page);
            QCOMPARE(at(picture, picture.rect().center()), (page - 1) * 15);
            if (page == testPatternPages - 1) {
                qint64 lit = 0;
                for (int y = 0; y < size.height(); ++y)
                    lit += std::count(picture.constScanLine(y), picture.constScanLine(y) + size.width(), 255);
                const double share = static_cast<double>(lit) / (1920 * 1200);
                QVERIFY(std::abs(share - 0.1) < 0.001);
            }
        }
    }

    // In a real window by keys: the pages, the display function, closed by Esc, or by a click.
    void theWindowGoesThroughThem()
    {
        const Screen screen{0.5, 400, 0, 2.2};
        QPointer<TestPatternWindow> window = new TestPatternWindow(screen);
        window->setGeometry(QGuiApplication::primaryScreen()->geometry()); // there may be no window manager
        window->showFullScreen();
        QVERIFY(QTest::qWaitForWindowExposed(window));
        QTRY_COMPARE(window->size(), QGuiApplication::primaryScreen()->size());
        QCOMPARE(window->picture(), [&] {
            QImage wanted = testPattern(window->size(), 0);
            wanted.setDevicePixelRatio(window->devicePixelRatioF());
            return wanted;
        }());
        const auto patches = testPatternPatches(window->picture().size());
        const QPoint middle = patches[8].place.center();
        QCOMPARE(at(window->picture(), middle), patches[8].level);
        QTest::keyClick(window, Qt::Key_G);
        QVERIFY(window->standardised());
        QCOMPARE(at(window->picture(), middle), static_cast<int>(std::lround(gsdfTable(screen, 256)[136] * 255)));
        QTest::keyClick(window, Qt::Key_Left);
        QCOMPARE(window->page(), testPatternPages - 1);
        QTest::keyClick(window, Qt::Key_Right);
        QCOMPARE(window->page(), 0);
        QTest::keyClick(window, Qt::Key_Escape);
        QTRY_VERIFY(!window);
        window = new TestPatternWindow({});
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(window));
        QTest::keyClick(window, Qt::Key_G); // of no screen
        QVERIFY(!window->standardised());
        QTest::mouseClick(window, Qt::LeftButton);
        QTRY_VERIFY(!window);
    }
};

QTEST_MAIN(TestDisplay)
#include "test_display.moc"
