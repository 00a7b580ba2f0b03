#include "tests/app/window_fixture.h"

#include "core/base/files.h"
#include "core/base/path_text.h"
#include "widgets/look/tone.h"
#include "widgets/panels/score_delegate.h"
#include "widgets/panels/score_table.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTableView>
#include <QToolButton>
#include <QUrl>
#include <opencv2/imgcodecs.hpp>

using namespace mama;
using mama::test::WindowFixture;

namespace {

QListWidget* listNamed(const QWidget& inside, const char* name)
{
    for (auto* list : inside.findChildren<QListWidget*>())
        if (list->accessibleName() == QLatin1String(name))
            return list;
    return nullptr;
}

constexpr auto problemsList = "Files that are not shown, and why";

QString titleOfProblems(const QWidget& panel)
{
    for (const auto* label : panel.findChildren<QLabel*>())
        if (label->text().contains(QStringLiteral("hown (")) || label->text().contains(QStringLiteral("files (")))
            return label->text();
    return {};
}

Study studyOf(const std::string& uid, const std::string& file, std::vector<UserText> warnings)
{
    Study study;
    study.uid = uid;
    study.date = "20200102";
    for (const char* view : {"CC", "MLO"}) {
        StudyImage image;
        image.path = file;
        image.label = std::string("R") + view;
        image.slot = std::string(view) == "CC" ? Slot::RCC : Slot::RMLO;
        image.warnings = warnings;
        study.images.push_back(image);
    }
    return study;
}

} // namespace

// What the window says of inputs that it refuses, keeps apart or doubts: in words, where they belong, and once.
class TestWarnings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Two women under one UID: each study says so, once; a warning of an image alone stands with the image.
    void studiesKeptApartSayWhy()
    {
        const auto apart = [](const char* own, const char* other) {
            return UserText{TextId("scan.test_apart", "the patient ID of %1 and %2 differ: kept apart"), own, other};
        };
        Study first = studyOf("1.2 (1)", "a.dcm", {apart("a.dcm", "b.dcm")}),
              second = studyOf("1.2 (2)", "b.dcm", {apart("b.dcm", "a.dcm")});
        first.images[1].warnings.push_back({TextId("decode.test_bits", "all bits were taken")});
        StudyPanel panel;
        panel.setStudies({first, second});
        panel.setCurrent(0);
        const QListWidget *studies = listNamed(panel, "Studies"), *images = listNamed(panel, "Images of the study");
        QVERIFY(studies->item(0)->text().contains(QStringLiteral("the patient ID of a.dcm and b.dcm differ")));
        QVERIFY(studies->item(1)->text().contains(QStringLiteral("the patient ID of b.dcm and a.dcm differ")));
        QVERIFY(studies->item(0)->text() != studies->item(1)->text());
        QCOMPARE(images->item(0)->text(), QStringLiteral("RCC"));
        QCOMPARE(images->item(1)->text(), QStringLiteral("RMLO\n⚠ all bits were taken"));
    }

    // Refused files first, then those of other kinds; of one name, with their folders; none is left out.
    void everyFileHasItsLine()
    {
        StudyPanel panel;
        std::vector<ScanProblem> others;
        for (int i = 0; i < 10000; ++i)
            others.push_back({"/data/masks/" + std::to_string(i) + ".png", "lesion mask", false});
        panel.setStudies({studyOf("1.2", "a.dcm", {})});
        panel.setFiles(
            {{"/data/a/1-1.dcm", "truncated"}, {"/data/b/1-1.dcm", "truncated"}, {"/data/r.dcm", "report", false}},
            others);
        panel.setCurrent(0);
        panel.show();
        const QListWidget* list = listNamed(panel, problemsList);
        QCOMPARE(list->count(), 10003);
        QCOMPARE(list->item(0)->text(), QStringLiteral("a/1-1.dcm:\ntruncated"));
        QCOMPARE(list->item(1)->text(), QStringLiteral("b/1-1.dcm:\ntruncated"));
        QCOMPARE(list->item(2)->text(), QStringLiteral("r.dcm:\nreport"));
        QCOMPARE(list->item(10002)->text(), QStringLiteral("9999.png:\nlesion mask"));
        QCOMPARE(titleOfProblems(panel), QStringLiteral("Not shown (3), other files (10000)"));
        panel.setFiles({}, others);
        QCOMPARE(titleOfProblems(panel), QStringLiteral("Other files (10000)"));
    }

    // A UID that is wider than the panel is read to its end: no word of the list is cut.
    void longWordsAreBroken()
    {
        StudyPanel panel;
        panel.setFiles(
            {{"/data/x.dcm", "transfer syntax 1.2.826.0.1.3680043.2.494.1.1.1234567890123456789012: unknown"}}, {});
        panel.resize(panel.minimumWidth(), 600);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        const QListWidget* list = listNamed(panel, problemsList);
        const QFontMetrics metrics = list->fontMetrics();
        static const QRegularExpression gaps(QStringLiteral("[\\s\u200b]+"));
        for (const QString& part : list->item(0)->text().split(gaps))
            QVERIFY2(metrics.horizontalAdvance(part) < list->viewport()->width() - 6, qPrintable(part));
        QVERIFY(list->visualItemRect(list->item(0)).height() >= 5 * metrics.height());
    }

    // What a study lacks is told once, however often it is read, and goes with it.
    void aProblemOfAStudyIsToldOnce()
    {
        StudyPanel panel;
        panel.setStudies({studyOf("1", "a.dcm", {}), studyOf("2", "b.dcm", {})});
        panel.setFiles({{"/data/x.dcm", "truncated"}}, {});
        panel.setCurrent(0);
        panel.setUnread(1);
        panel.setImages(studyOf("1", "a.dcm", {})); // more is known of the others
        QCOMPARE(listNamed(panel, "Images of the study")->item(1)->text(), QStringLiteral("RMLO\n⚠ could not be read"));
        panel.addProblem(QStringLiteral("decode: a.dcm: truncated"));
        panel.addProblem(QStringLiteral("decode: a.dcm: truncated"));
        const QListWidget* list = listNamed(panel, problemsList);
        QCOMPARE(list->count(), 2);
        QCOMPARE(titleOfProblems(panel), QStringLiteral("Not shown (2)"));
        panel.setCurrent(1);
        QCOMPARE(list->count(), 1);
        QCOMPARE(listNamed(panel, "Images of the study")->item(1)->text(), QStringLiteral("RMLO"));
        QCOMPARE(list->item(0)->text(), QStringLiteral("x.dcm:\ntruncated"));
    }

    // A warning of a result stands below its sentence, in the colour of warnings; it goes along to the clipboard and to
    // who hears the screen. Neither an endless sentence nor its warning fills the table.
    void aWarningStandsBelowItsSentence()
    {
        ScoreTable model;
        QTableView table;
        table.setModel(&model);
        table.setItemDelegate(new ScoreDelegate(&table));
        table.hideColumn(ScoreTable::sentenceColumn);
        table.resize(600, 700);
        SentenceScores known, unknown, endless;
        known.sentence = QStringLiteral("There is a mass.");
        unknown.sentence = QStringLiteral("???");
        unknown.note = QStringLiteral("the text holds no word: its similarity means nothing");
        endless.sentence = QStringLiteral("mass ").repeated(24000);
        endless.note = endless.sentence;
        for (SentenceScores* each : {&known, &unknown, &endless})
            each->state = SentenceScores::State::Done;
        model.setRows({known, unknown, endless});
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        table.resizeRowsToContents();
        const int line = table.fontMetrics().height();
        QVERIFY(table.rowHeight(1) >= table.rowHeight(0) + line);
        QVERIFY(table.rowHeight(2) < 25 * line);
        const QRgb warm = textColour(Tone::Busy, table.palette()).rgb();
        const QImage shown = table.viewport()->grab().toImage().convertToFormat(QImage::Format_RGB32);
        const auto warmPixels = [&](int row) {
            int count = 0;
            for (int y = table.rowViewportPosition(row); y < table.rowViewportPosition(row) + table.rowHeight(row); ++y)
                for (int x = 0; x < shown.width(); ++x)
                    count += shown.pixel(x, y) == warm ? 1 : 0;
            return count;
        };
        QCOMPARE(warmPixels(0), 0);
        QVERIFY(warmPixels(1) > 10);
        QVERIFY(model.toText().contains(unknown.note));
        const QModelIndex cell = model.index(1, ScoreTable::firstImage);
        QVERIFY(model.data(cell, Qt::AccessibleTextRole).toString().contains(unknown.note));
        QVERIFY(model.data(model.index(2, 0), Qt::DisplayRole).toString().size() <= 240);
        unknown.sentence = QStringLiteral("\u200b\u200b");
        model.setRows({unknown});
        QCOMPARE(model.data(model.index(0, 0), Qt::DisplayRole).toString(), QStringLiteral("(invisible characters)"));
    }

    // Folders named in bytes that are not UTF-8 open by a drop, although Qt's own reading of the address loses them.
    void aFolderOfAnyBytesIsDropped()
    {
        const auto study = test::dataFolder() / "four-view";
        MAMA_NEED(std::filesystem::exists(study), "data/four-view");
        WindowFixture fixture;
        const auto folder = fixture.folder() / "M\xfcller";
        std::filesystem::create_directories(folder);
        std::filesystem::copy(study / "L-CC.png", folder / "L-CC.png");
        QMimeData dropped;
        dropped.setUrls(
            {QUrl::fromEncoded("file://" + QByteArray::fromStdString(folder.string()).toPercentEncoding("/"))});
        QSignalSpy shown(&fixture.window().read(), &ReadPage::studyOnScreen);
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &dropped, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&fixture.window(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({10, 10}, Qt::CopyAction, &dropped, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&fixture.window(), &drop);
        QVERIFY(shown.count() > 0 || shown.wait(30000));
        QVERIFY(fixture.image(Slot::LCC) != nullptr);
        QCOMPARE(fixture.window().read().studies().study()->images[0].path.native(), (folder / "L-CC.png").native());
    }

    // A message stays until it is put away, by mouse or keys; a file's name is no markup.
    void aMessageStaysUntilItIsPutAway()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        auto* text = window.findChild<QLabel*>(QStringLiteral("message"));
        auto* close = window.findChild<QToolButton*>(QStringLiteral("messageClose"));
        QVERIFY(text != nullptr && close != nullptr && !text->isVisible());
        Q_EMIT window.read().told(QStringLiteral("<b>a</b>.dcm: truncated"), true);
        QVERIFY(text->isVisible());
        QCOMPARE(text->textFormat(), Qt::PlainText);
        window.showPage(window.train());
        QVERIFY(text->isVisible());
        QVERIFY(close->focusPolicy() & Qt::TabFocus);
        QTest::keyClick(close, Qt::Key_Space);
        QVERIFY(!text->isVisible());
    }

    // Nothing moves for a message, however long: the pictures keep their size and zoom.
    void aMessagePushesNothing()
    {
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "four-view"), "data/four-view");
        WindowFixture fixture;
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        MainWindow& window = fixture.window();
        const viewer::PaneView& view = window.read().view();
        const auto place = [&] { return QRect(view.mapTo(&window, QPoint(0, 0)), view.size()); };
        const QRect before = place();
        const viewer::ViewPose pose = view.pose(*view.activePane());
        for (const int times : {1, 30}) {
            Q_EMIT window.read().told(QStringLiteral("3 files are not shown. ").repeated(times), times > 1);
            QCoreApplication::processEvents();
            QVERIFY(window.findChild<QLabel*>(QStringLiteral("message"))->isVisible());
            QCOMPARE(place(), before);
            QVERIFY(view.pose(*view.activePane()) == pose);
        }
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view")); // what was said ends with what it was of
        QVERIFY(!window.findChild<QLabel*>(QStringLiteral("message"))->isVisible());
    }

    // Frames beyond the first are there to see, one at a time, and scored as the frame that is shown.
    void framesOfAStackAreShown()
    {
        const auto picture = [](int grey) {
            QImage image(64, 96, QImage::Format_Grayscale8);
            image.fill(0);
            for (int y = 20; y < 70; ++y)
                for (int x = 0; x < 30; ++x)
                    image.setPixel(x, y, qRgb(grey, grey, grey));
            return image;
        };
        WindowFixture fixture;
        const auto file = fixture.folder() / "L-CC.tif";
        std::vector<cv::Mat> pages;
        for (const int grey : {60, 120, 180}) {
            const QImage page = picture(grey);
            pages.push_back(cv::Mat(96, 64, CV_8U, const_cast<uchar*>(page.constBits()),
                                    static_cast<std::size_t>(page.bytesPerLine()))
                                .clone());
        }
        QVERIFY(cv::imwritemulti(file.string(), pages));
        QVERIFY(fixture.openAndWait(file));
        ReadPage& read = fixture.window().read();
        const auto act = [&](const char* id) { fixture.window().findChild<QAction*>(QLatin1String(id))->trigger(); };
        const auto grey = [&] { return fixture.image(Slot::LCC)->value(10, 40); };
        const QListWidget* images = listNamed(read, "Images of the study");
        QVERIFY(images->item(0)->text().contains(QStringLiteral("frame 1 of 3")));
        QCOMPARE(grey(), 60.0);
        act("study.frame.next");
        QTRY_COMPARE(grey(), 120.0);
        QTRY_VERIFY(images->item(0)->text().contains(QStringLiteral("frame 2 of 3")));
        act("study.frame.next");
        act("study.frame.next"); // there is no fourth
        QTRY_COMPARE(grey(), 180.0);
        QCOMPARE(read.studies().study()->images[0].frame, 2);
        act("study.frame.previous");
        QTRY_COMPARE(grey(), 120.0);
    }

    // The image that is chosen in the list is the active one in the view, and the other way round: its warnings are
    // found from the picture.
    void listAndPictureFollowEachOther()
    {
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "four-view"), "data/four-view");
        WindowFixture fixture;
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        ReadPage& read = fixture.window().read();
        QListWidget* images = listNamed(read, "Images of the study");
        QVERIFY(read.view().activePane().has_value());
        QCOMPARE(images->currentRow(), static_cast<int>(read.view().activePane()->image));
        images->setFocus();
        QTest::keyClick(images, images->currentRow() == 0 ? Qt::Key_Down : Qt::Key_Up);
        QCOMPARE(static_cast<int>(read.view().activePane()->image), images->currentRow());
        read.view().setActivePane({read.studies().study()->uid, 3});
        QCOMPARE(images->currentRow(), 3);
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestWarnings test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_warnings.moc"
