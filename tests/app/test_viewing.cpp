// How pictures are looked at, in the real window, by mouse and by keys: turned, unlinked, windowed in numbers, walked
// through, at true size, under the loupe, and hung where a hand drops them.
#include "app/workstation/look/theme.h"
#include "tests/app/window_fixture.h"
#include "tests/core/study/synthetic_mammogram.h"

#include <QAction>
#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

using namespace mama;
using namespace mama::test;
using viewer::PaneId;
using viewer::PaneView;
using viewer::ZoomMode;
namespace fs = std::filesystem;

namespace {

template <class W>
W* named(const QWidget& inside, const char* name)
{
    for (W* each : inside.findChildren<W*>())
        if (each->accessibleName() == QLatin1String(name))
            return each;
    return nullptr;
}

// Four views, a spot view of L MLO and an exaggerated view of R CC; 0.1 mm a pixel.
fs::path sixViews(const WindowFixture& fixture)
{
    const fs::path folder = fixture.folder() / "six";
    fs::create_directories(folder);
    int number = 0;
    const auto put = [&](const std::string& side, const std::string& code, const std::string& modifier) {
        SyntheticMammogram image{{{"ImageLaterality", side}, {"PatientID", "P1"}, {"ImagerPixelSpacing", "0.1\\0.1"}},
                                 "",
                                 "SCT",
                                 "",
                                 side == "R"};
        image.viewCode = code;
        image.modifierCode = modifier;
        write(image, folder / (std::to_string(++number) + ".dcm"));
    };
    for (const std::string side : {"R", "L"})
        for (const std::string code : {"399162004", "399368009"}) // CC, MLO
            put(side, code, "");
    put("L", "399368009", "399055006"); // spot compression
    put("R", "399192008", "");          // exaggerated laterally
    return folder;
}

class Reading : public WindowFixture
{
public:
    bool open()
    {
        window().resize(1500, 950);
        window().activateWindow();
        return QTest::qWaitForWindowActive(&window()) && openAndWait(sixViews(*this));
    }
    ReadPage& read() { return window().read(); }
    PaneView& view() { return read().view(); }
    QAction* action(const char* id) { return window().findChild<QAction*>(QLatin1String(id)); }
    PaneId pane(Slot slot) { return viewer::standardViews(*read().studies().study()).at(slot); }
    const viewer::HungCell& cell(const char* name)
    {
        return *std::ranges::find(view().hung(), std::string(name), &viewer::HungCell::name);
    }
    QPoint middle(const char* name)
    {
        const double unit = view().devicePixelRatioF();
        const viewer::PixelRect& area = cell(name).area;
        return {int((area.x + area.width / 2) / unit), int((area.y + area.height / 2) / unit)};
    }
    void click(const char* name) { QTest::mouseClick(&view(), Qt::LeftButton, {}, middle(name)); }
    void key(int key, Qt::KeyboardModifiers with = {})
    {
        window().activateWindow(); // after a dialog nobody else does where there is no window manager
        QVERIFY(QTest::qWaitForWindowActive(&window()));
        view().setFocus();
        QTest::keyClick(&view(), Qt::Key(key), with);
    }
    void wheel(const char* name, int eighths, Qt::KeyboardModifiers with = {})
    {
        const QPointF at = middle(name);
        QWheelEvent event(at, view().mapToGlobal(at), {}, {0, eighths}, Qt::NoButton, with, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&view(), &event);
    }
    std::string labelIn(const char* name)
    {
        const auto& hung = cell(name).pane;
        const viewer::ViewImage* image = hung ? view().image(*hung) : nullptr;
        return image ? image->facts().label : std::string();
    }
};

} // namespace

class TestViewing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void picturesAreTurned()
    {
        Reading reading;
        QVERIFY(reading.open());
        PaneView& view = reading.view();
        const PaneId pane = reading.pane(Slot::LCC);
        reading.click("L CC");
        reading.key(Qt::Key_R, Qt::ShiftModifier);
        QVERIFY((view.turn(pane) == viewer::Turn{1, false}));
        reading.key(Qt::Key_V, Qt::ShiftModifier);
        QVERIFY(view.turn(pane) == viewer::Turn().clockwise().upsideDown());
        reading.screenshot(QStringLiteral("turned"));
        reading.key(Qt::Key_Backspace, Qt::ControlModifier);
        QVERIFY(view.turn(pane) == viewer::Turn());
        reading.key(Qt::Key_R, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY((view.turn(pane) == viewer::Turn{3, false}));
        for (const char* id : {"view.turn.right", "view.mirror"}) // from the menu, with the mouse
            reading.action(id)->trigger();
        QVERIFY((view.turn(pane) == viewer::Turn{0, true}));
        QVERIFY(view.turn(reading.pane(Slot::RCC)) == viewer::Turn());
        reading.key(Qt::Key_R);
        QVERIFY(view.turn(pane) == viewer::Turn());
    }

    void aViewIsUnlinked()
    {
        Reading reading;
        QVERIFY(reading.open());
        PaneView& view = reading.view();
        const PaneId one = reading.pane(Slot::RMLO), other = reading.pane(Slot::LCC);
        const viewer::ViewPose before = view.pose(other);
        const Window window = view.shade(other).window;
        reading.click("R MLO");
        reading.key(Qt::Key_Y);
        QVERIFY(!view.isLinked(one) && reading.action("view.unlink")->isChecked());
        reading.wheel("R MLO", 240);
        reading.key(Qt::Key_Left);
        reading.key(Qt::Key_Up, Qt::ControlModifier);
        QVERIFY(view.pose(other) == before && view.pose(one) != before);
        QCOMPARE(view.shade(other).window.centre, window.centre);
        QVERIFY(view.shade(one).window.centre != window.centre);
        reading.screenshot(QStringLiteral("unlinked"));
        reading.click("L CC");
        QVERIFY(!reading.action("view.unlink")->isChecked()); // it says so of the active view
        reading.wheel("L CC", 120);
        QVERIFY(view.pose(one).pixelsPerMm != view.pose(other).pixelsPerMm);
        reading.click("R MLO");
        reading.action("view.unlink")->trigger();
        QVERIFY(view.isLinked(one) && view.pose(one) == view.pose(other));
    }

    // Centre and width as they are typed, of all or of one; cancelled nothing is changed; the list says whose it is.
    void windowsAreTyped()
    {
        Reading reading;
        QVERIFY(reading.open());
        PaneView& view = reading.view();
        const PaneId one = reading.pane(Slot::RCC), other = reading.pane(Slot::LMLO);
        const Window before = view.shade(one).window;
        reading.click("R CC");
        auto* list = named<QComboBox>(reading.window(), "Window");
        QCOMPARE(list->currentIndex(), 0);
        const auto dialog = [&] { return reading.window().findChild<QDialog*>(QStringLiteral("window.numbers")); };
        const auto type = [&](const char* field, const QString& text) {
            auto* box = named<QDoubleSpinBox>(*dialog(), field);
            dialog()->activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(dialog()));
            box->setFocus();
            box->selectAll();
            QTest::keyClicks(box, text);
            QTest::keyClick(box, Qt::Key_Tab);
        };
        reading.key(Qt::Key_G);
        QVERIFY(dialog());
        type("Centre", QStringLiteral("321"));
        type("Width", QStringLiteral("654"));
        for (const PaneId& each : {one, other}) { // at once
            QCOMPARE(view.shade(each).window.centre, 321.0);
            QCOMPARE(view.shade(each).window.width, 654.0);
        }
        QTest::mouseClick(dialog()->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
        QTRY_VERIFY(!dialog());
        QCOMPARE(view.shade(other).window.width, 654.0);
        QCOMPARE(list->currentIndex(), -1);
        QCOMPARE(list->placeholderText(), QStringLiteral("own window"));
        reading.action("view.window.numbers")->trigger();
        for (QRadioButton* each : dialog()->findChildren<QRadioButton*>())
            if (each->text().contains(QStringLiteral("alone")))
                QTest::mouseClick(each, Qt::LeftButton, {}, QPoint(8, each->height() / 2));
        for (const char* wrong : {"0", "-5", "1e8"}) { // no other number takes its place
            type("Width", QLatin1String(wrong) == QLatin1String("1e8") ? QStringLiteral("100000000")
                                                                       : QString::fromLatin1(wrong));
            QCOMPARE(view.shade(one).window.width, 654.0);
            QVERIFY(!dialog()->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled());
            QCOMPARE(dialog()->findChild<QLabel*>(QStringLiteral("window.told"))->text(),
                     QStringLiteral("The width must be from 0.001 to 10000000."));
        }
        QVERIFY(dialog()->width() > dialog()->fontMetrics().horizontalAdvance(dialog()->windowTitle()) + 100);
        type("Width", QStringLiteral("1"));
        QVERIFY(dialog()->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled());
        QCOMPARE(view.shade(one).window.width, 1.0);
        QCOMPARE(view.shade(other).window.width, 654.0);
        reading.screenshot(QStringLiteral("window-numbers"));
        QTest::keyClick(dialog(), Qt::Key_Escape);
        QTRY_VERIFY(!dialog());
        QCOMPARE(view.shade(one).window.width, 654.0);
        Q_EMIT list->activated(0); // the file's own again, for all
        for (const PaneId& each : {one, other})
            QCOMPARE(view.shade(each).window.centre, before.centre);
        QCOMPARE(list->currentIndex(), 0);
        // Windows of each view by itself, and together again.
        reading.key(Qt::Key_G, Qt::ShiftModifier);
        reading.key(Qt::Key_Up, Qt::ControlModifier);
        QVERIFY(view.shade(one).window.centre != before.centre);
        QCOMPARE(view.shade(other).window.centre, before.centre);
        QVERIFY(reading.action("view.window.each")->isChecked());
        reading.action("view.window.each")->trigger();
        reading.key(Qt::Key_Up, Qt::ControlModifier);
        QVERIFY(view.shade(other).window.centre != before.centre);
    }

    // One key walks through both breasts alike; the wheel keeps chest walls where they meet.
    void theBreastIsWalkedThrough()
    {
        Reading reading;
        QVERIFY(reading.open());
        PaneView& view = reading.view();
        reading.click("R CC");
        reading.wheel("R CC", 240);
        const auto edge = [&](const char* name) {
            const viewer::HungCell& cell = reading.cell(name);
            const viewer::ViewImage& image = *view.image(*cell.pane);
            const double wall = viewer::wallX(image, cell);
            return view.transform(*cell.pane)->toScreen({wall, 0}).x;
        };
        QCOMPARE(edge("R CC"), double(reading.cell("R CC").area.x + reading.cell("R CC").area.width));
        QCOMPARE(edge("L CC"), double(reading.cell("L CC").area.x));
        const double wheeled = view.pose(reading.pane(Slot::RCC)).pixelsPerMm;
        reading.key(Qt::Key_Plus);
        QVERIFY(view.pose(reading.pane(Slot::RCC)).pixelsPerMm > wheeled);
        QCOMPARE(edge("R CC"), double(reading.cell("R CC").area.x + reading.cell("R CC").area.width));
        QCOMPARE(edge("L CC"), double(reading.cell("L CC").area.x));
        reading.key(Qt::Key_0);
        std::vector<viewer::ViewPose> walked;
        for (int i = 0; i < 5; ++i) {
            reading.key(Qt::Key_Period);
            if (!walked.empty() && view.pose(reading.pane(Slot::RCC)) == walked.front())
                break; // once round
            for (const Slot slot : {Slot::LCC, Slot::RMLO, Slot::LMLO}) {
                const viewer::ViewPose here = view.pose(reading.pane(slot)), there = view.pose(reading.pane(Slot::RCC));
                QVERIFY2(std::abs(here.pixelsPerMm - there.pixelsPerMm) < 1e-9 &&
                             std::abs(here.depth - there.depth) < 1e-9 && std::abs(here.height - there.height) < 1e-9,
                         qPrintable(QStringLiteral("%1: %2 %3 %4, %5 %6 %7")
                                        .arg(i)
                                        .arg(here.pixelsPerMm)
                                        .arg(here.depth)
                                        .arg(here.height)
                                        .arg(there.pixelsPerMm)
                                        .arg(there.depth)
                                        .arg(there.height)));
            }
            const viewer::ViewPose pose = view.pose(reading.pane(Slot::RCC));
            QVERIFY(std::ranges::find(walked, pose) == walked.end());
            walked.push_back(pose);
            if (i == 1)
                reading.screenshot(QStringLiteral("quadrant"));
        }
        QVERIFY(walked.size() == 2 || walked.size() == 4); // halves or quadrants
        reading.key(Qt::Key_Comma);
        QVERIFY(view.pose(reading.pane(Slot::RCC)) == walked.back());
        reading.action("view.field.next")->trigger();
        QVERIFY(view.pose(reading.pane(Slot::RCC)) == walked[0]);
    }

    // Without a measurement the key says what to do; after one a centimetre of breast is a centimetre of the line that
    // was measured, at the next start too.
    void trueSizeIsMeasured()
    {
        Reading reading;
        QVERIFY(reading.open());
        QSignalSpy told(&reading.read(), &Page::told);
        reading.key(Qt::Key_2);
        QVERIFY(told.last().at(0).toString().contains(QStringLiteral("Measure this screen")));
        QVERIFY(reading.view().zoomMode() != ZoomMode::TrueSize && !reading.action("view.zoom.true")->isChecked());
        reading.action("view.screen")->trigger();
        auto* dialog = reading.window().findChild<QDialog*>(QStringLiteral("screen.measure"));
        QVERIFY(dialog);
        auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        auto* length = named<QDoubleSpinBox>(*dialog, "Length of the line");
        const auto type = [&](const QString& text) {
            length->setFocus();
            length->selectAll();
            QTest::keyClicks(length, text);
        };
        QVERIFY(!ok->isEnabled());
        type(QStringLiteral("3")); // of centimetres, or a slip
        QVERIFY(!ok->isEnabled());
        type(QStringLiteral("80"));
        QVERIFY(ok->isEnabled());
        reading.screenshot(QStringLiteral("measure-screen"));
        // The line as a person sees it: from its first to its last pixel that is not background.
        const QImage seen = dialog->grab().toImage();
        int lineLength = 0;
        for (int y = 0; y < seen.height(); ++y) {
            int run = 0;
            for (int x = 1; x < seen.width(); ++x) {
                run = seen.pixel(x, y) == seen.pixel(x - 1, y) && seen.pixel(x, y) != seen.pixel(0, 0) ? run + 1 : 0;
                lineLength = std::max(lineLength, run + 1);
            }
        }
        QTest::keyClick(length, Qt::Key_Return);
        QTRY_VERIFY(!reading.window().findChild<QDialog*>(QStringLiteral("screen.measure")));
        reading.key(Qt::Key_2);
        QCOMPARE(reading.view().zoomMode(), ZoomMode::TrueSize);
        const auto centimetre = [&] { // 100 stored pixels of 0.1 mm
            const auto transform = *reading.view().transform(reading.pane(Slot::RCC));
            return std::abs(transform.toScreen({100, 0}).x - transform.toScreen({0, 0}).x);
        };
        QVERIFY2(std::abs(centimetre() - lineLength / 8.0) < 0.3,
                 qPrintable(QStringLiteral("%1 instead of %2").arg(centimetre()).arg(lineLength / 8.0)));
        reading.screenshot(QStringLiteral("true-size"));
        const double kept = centimetre();
        reading.endWindow();
        reading.newWindow();
        QVERIFY(reading.open());
        reading.action("view.zoom.true")->trigger();
        QCOMPARE(centimetre(), kept);
    }

    void theLoupeIsResized()
    {
        Reading reading;
        QVERIFY(reading.open());
        PaneView& view = reading.view();
        reading.click("R CC");
        reading.key(Qt::Key_M);
        const viewer::Aids before = view.aids();
        const viewer::ViewPose pose = view.pose(reading.pane(Slot::RCC));
        reading.wheel("R CC", 120, Qt::ControlModifier);
        QVERIFY(view.aids().loupeMagnification > before.loupeMagnification);
        reading.wheel("R CC", 120, Qt::ShiftModifier);
        QVERIFY(view.aids().loupeSide > before.loupeSide);
        QVERIFY(view.pose(reading.pane(Slot::RCC)) == pose);
        reading.screenshot(QStringLiteral("loupe"));
        const viewer::Aids larger = view.aids();
        reading.key(Qt::Key_Minus, Qt::ControlModifier);
        reading.key(Qt::Key_Down, Qt::ShiftModifier);
        QVERIFY(view.aids().loupeMagnification < larger.loupeMagnification && view.aids().loupeSide < larger.loupeSide);
        reading.key(Qt::Key_Plus, Qt::ControlModifier);
        reading.key(Qt::Key_Up, Qt::ShiftModifier);
        const viewer::Aids last = view.aids();
        reading.window().close(); // remembered
        reading.endWindow();
        reading.newWindow();
        QCOMPARE(reading.view().aids().loupeMagnification, last.loupeMagnification);
        QCOMPARE(reading.view().aids().loupeSide, last.loupeSide);
        QVERIFY(!reading.view().aids().loupe);
    }

    // A thumbnail dropped on a picture hangs there, one of the other side does not; a key does the same.
    void anExtraIsDroppedIntoACell()
    {
        Reading reading;
        QVERIFY(reading.open());
        PaneView& view = reading.view();
        reading.action("panel.studies")->trigger();
        auto* extras = named<QListWidget>(reading.read(), "Beside the four views");
        QCOMPARE(extras->count(), 2);
        const auto rowOf = [&](const char* label) {
            for (int row = 0; row < extras->count(); ++row)
                if (extras->item(row)->text().contains(QLatin1String(label)))
                    return row;
            return -1;
        };
        const auto drop = [&](int row, const char* cell) {
            const std::unique_ptr<QMimeData> data(extras->model()->mimeData({extras->model()->index(row, 0)}));
            QDragEnterEvent enter(reading.middle(cell), Qt::CopyAction, data.get(), Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&view, &enter);
            QDropEvent event(reading.middle(cell), Qt::CopyAction, data.get(), Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&view, &event);
            return enter.isAccepted() && event.isAccepted();
        };
        const int spot = rowOf("LSMLO"), exaggerated = rowOf("RXCCL");
        QVERIFY(spot >= 0 && exaggerated >= 0);
        QVERIFY(drop(spot, "L CC")); // wherever the reader wants it
        QTRY_COMPARE(reading.labelIn("L CC"), std::string("LSMLO"));
        QVERIFY(view.activePane() == reading.cell("L CC").pane);
        QCOMPARE(reading.labelIn("L MLO"), std::string("LMLO"));
        QSignalSpy told(&reading.read(), &Page::told);
        drop(exaggerated, "L MLO");
        QVERIFY(told.last().at(0).toString().contains(QStringLiteral("right breast")));
        QCOMPARE(reading.labelIn("L MLO"), std::string("LMLO"));
        drop(spot, "L MLO"); // to another place: what hung there takes the one it had
        QTRY_COMPARE(reading.labelIn("L MLO"), std::string("LSMLO"));
        QTRY_COMPARE(reading.labelIn("L CC"), std::string("LMLO"));
        QMimeData other;
        other.setData(QStringLiteral("application/x-mama-image"), "1 0"); // of another window
        QDragEnterEvent enter(reading.middle("L CC"), Qt::CopyAction, &other, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&view, &enter);
        QVERIFY(!enter.isAccepted());
        reading.click("R MLO");
        extras->setCurrentRow(exaggerated);
        extras->setFocus();
        QTest::keyClick(extras, Qt::Key_Insert);
        QTRY_COMPARE(reading.labelIn("R MLO"), std::string("RXCCL"));
        reading.screenshot(QStringLiteral("dropped"));
    }

    // The built-in steps show a spot view beside the view that it is of; one file alone hangs alone.
    void aSpotHangsBesideItsParentAndOneImageAlone()
    {
        Reading reading;
        QVERIFY(reading.open());
        bool beside = false;
        for (int step = 0; step < 12 && !beside; ++step) {
            reading.key(Qt::Key_Space);
            const auto& hung = reading.view().hung();
            beside = hung.size() == 2 &&
                     std::ranges::any_of(hung, [](const auto& cell) { return cell.name == "L MLO spot"; });
        }
        QVERIFY(beside);
        QTRY_COMPARE(reading.labelIn("L MLO spot"), std::string("LSMLO"));
        QCOMPARE(reading.labelIn("L MLO"), std::string("LMLO"));
        const std::string spot = "L MLO spot";
        QCOMPARE(reading.view().pose(*reading.cell(spot.c_str()).pane).pixelsPerMm,
                 reading.view().pose(*reading.cell("L MLO").pane).pixelsPerMm);
        const fs::path loose = reading.folder() / "loose.dcm";
        SyntheticMammogram image{
            {{"PatientID", "P2"}, {"ImageLaterality", ""}, {"ViewPosition", ""}}, "", "SCT", "", false};
        write(image, loose);
        QVERIFY(reading.openAndWait(loose));
        QTRY_COMPARE(reading.view().hung().size(), std::size_t{1});
        QTRY_VERIFY(reading.view().image(*reading.view().hung().front().pane)); // it comes to the picture in a frame
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestViewing test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_viewing.moc"
