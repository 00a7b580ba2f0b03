// Ten studies with priors, read by keys alone.
#include "app/workstation/look/theme.h"
#include "app/workstation/read/work/reader_work.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "widgets/panels/sentence_edit.h"

#include <QAction>
#include <QSignalSpy>
#include <algorithm>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

constexpr int studies = 10, mostPresses = 12;

// A reader at the keyboard: what is pressed goes to whatever has the focus, and is counted.
class Reader
{
public:
    explicit Reader(MainWindow& window) : m_window(window) {}

    void press(Qt::Key key, Qt::KeyboardModifiers held = Qt::NoModifier)
    {
        QWidget* focus = QApplication::focusWidget();
        QTest::keyClick(focus ? focus : &m_window, key, held);
        ++m_presses;
    }
    void type(const QString& sentence) // not counted, as the aim is said
    {
        QTest::keyClicks(QApplication::focusWidget(), sentence);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    }
    int takePresses() { return std::exchange(m_presses, 0); }

private:
    MainWindow& m_window;
    int m_presses = 0;
};

bool allThere(const viewer::PaneView& view)
{
    return !view.hung().empty() && std::ranges::all_of(view.hung(), [&](const viewer::HungCell& cell) {
        return cell.pane && view.image(*cell.pane);
    });
}

} // namespace

class TestReadByKeys : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Each study: its four views, the prior beside them, one pixel on one pixel, the verdict of both breasts and the
    // density, locked; then a sentence and its maps, and on to the next patient.
    void tenStudiesWithPriors()
    {
        WindowFixture fixture;
        const fs::path folder = fixture.folder() / "patients";
        QCOMPARE(mamaCommand({"phantom", "--seed", "7", "--studies", QString::number(studies), "--priors", "1",
                              "--size", "256x208", "--out", text(folder)})
                     .status,
                 0);
        MainWindow& window = fixture.window();
        window.read().reader().setAuthor(QStringLiteral("by keys"));
        window.read().reader().setReadFirst(true);
        window.read().setModel(text(sourceFolder() / "resources" / "demo"));
        QVERIFY(fixture.openAndWait(folder / "images"));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        viewer::PaneView& view = window.read().view();
        StudySession& session = window.read().studies();
        QTRY_VERIFY(view.hasFocus());
        Reader reader(window);
        std::set<std::string> patients;
        QList<int> presses;
        for (int study = 0; study < studies; ++study) {
            if (study > 0) // over the prior of the one before
                reader.press(Qt::Key_PageDown, Qt::ControlModifier | Qt::ShiftModifier);
            QTRY_VERIFY_WITH_TIMEOUT(session.isNewest() && session.priorStudy() && allThere(view), 30000);
            QVERIFY(patients.insert(session.study()->patientId).second);
            if (study == 0) { // it stays beside the next ones
                QCOMPARE(view.hung().size(), std::size_t{4});
                reader.press(Qt::Key_P);
            }
            QTRY_VERIFY_WITH_TIMEOUT(view.hung().size() == 8 && allThere(view), 30000);
            reader.press(Qt::Key_1);
            QCOMPARE(view.zoomMode(), viewer::ZoomMode::Pixels);
            reader.press(Qt::Key_B, Qt::ControlModifier);
            reader.press(Qt::Key_2);
            reader.press(Qt::Key_Tab);
            reader.press(Qt::Key_1);
            reader.press(Qt::Key_Tab);
            reader.press(Qt::Key_B);
            reader.press(Qt::Key_Return, Qt::ControlModifier);
            QTRY_VERIFY_WITH_TIMEOUT(window.read().reader().mayShowModel(session.study()), 10000);
            QSignalSpy maps(&window.read(), &ReadPage::mapsOnScreen);
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_L, Qt::ControlModifier);
            reader.type(QStringLiteral("There is a mass."));
            QVERIFY(maps.count() > 0 || maps.wait(60000));
            QVERIFY(view.hasFocus()); // back at the pictures by itself
            presses << reader.takePresses();
        }
        qInfo() << "presses a study:" << presses;
        QVERIFY(*std::ranges::max_element(presses) <= mostPresses);
        QCOMPARE(patients.size(), std::size_t{studies});
        const auto log = mamaCommand({"reading", "log", "--json"});
        QCOMPARE(log.status, 0);
        fixture.screenshot(QStringLiteral("read-by-keys"));
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    // Letters that follow each other this soon are one word to a list; a study is read here in less than the 400 ms.
    QApplication::setKeyboardInputInterval(20);
    TestReadByKeys test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_read_by_keys.moc"
