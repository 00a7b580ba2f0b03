// The page Library and its files: each read once in the background, missing ones found again, what is odd about them
// told.
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "app/workstation/library/dialogs/problems_dialog.h"
#include "app/workstation/library/dialogs/relink_dialog.h"
#include "app/workstation/library/pictures/tile_pictures.h"
#include "core/base/files.h"
#include "core/library/collection/library_images.h"
#include "core/library/files/file_problems.h"
#include "core/library/studies/study_keys.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/tile_painter.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>
#include <SQLiteCpp/SQLiteCpp.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

using namespace mama;
using test::mamaCommand;
using test::WindowFixture;
namespace fs = std::filesystem;

class TestLibraryFiles : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }
    // A new library of new phantoms.
    void makeLibrary(const std::string& name)
    {
        const QString set = test::text(path(name + "-set"));
        QCOMPARE(mamaCommand({"phantom", "--seed", "1000000", "--studies", "6", "--size", "256x208", "--priors", "0",
                              "--out", set})
                     .status,
                 0);
        QCOMPARE(mamaCommand({"import", "embed", set, "--library", test::text(path(name))}).status, 0);
    }
    nlohmann::json files(const std::string& library) const
    {
        return mamaCommand({"library", "files", "--library", test::text(path(library)), "--json"}).json();
    }
    LibraryPage& open(WindowFixture& fixture, const std::string& library)
    {
        fixture.window().showPage(fixture.window().library());
        fixture.window().activateWindow();
        LibraryPage& page = fixture.window().library();
        static_cast<Page&>(page).open(QStringList{test::text(path(library))});
        return page;
    }
    static bool isIdle(LibraryPage& page)
    {
        return page.place().rows() > 0 && !page.session().readingHeaders() && page.session().headersLeft() == 0 &&
               !page.findChild<QToolButton*>(QStringLiteral("library.pause"))->isVisible();
    }
    static std::size_t missing(LibraryPage& page)
    {
        const StudyColumn* column = page.session().result().columns->column("file");
        std::size_t count = 0;
        for (const std::uint16_t code : column->codes)
            count += column->values[code] == "missing";
        return count;
    }

private Q_SLOTS:
    // Headers, then every file once, by itself; then a command has nothing left to read.
    void everyFileIsReadInTheBackground()
    {
        makeLibrary("read");
        {
            WindowFixture fixture;
            LibraryPage& page = open(fixture, "read");
            QTRY_VERIFY_WITH_TIMEOUT(page.place().rows() == 6, 20000);
            const auto unread = [&] {
                std::size_t count = 0;
                for (const auto& images : imagesOf(*page.session().looker(), allStudies(*page.session().looker())))
                    for (const LibraryImage& image : images)
                        count += image.passed ? 0 : 1;
                return count;
            };
            QTRY_COMPARE_WITH_TIMEOUT(unread(), std::size_t(0), 30000);
            QTRY_VERIFY_WITH_TIMEOUT(isIdle(page), 30000);
        }
        const nlohmann::json report = files("read");
        QCOMPARE(report.value("read", -1), 0);
        QCOMPARE(report.value("before", -1), 24);
        QCOMPARE(report.value("left", -1), 0);
    }

    // A newer program's library: its pictures are shown, its unread headers are no work that is offered, and nothing
    // is asked that would be refused.
    void aLibraryForReadingOnlyOffersNoWork()
    {
        makeLibrary("newer");
        SQLite::Database(path("newer") / "library.db", SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 999");
        WindowFixture fixture;
        fixture.window().read().setModel(test::text(test::sourceFolder() / "resources/demo"));
        LibraryPage& page = open(fixture, "newer");
        QTRY_VERIFY_WITH_TIMEOUT(page.place().rows() == 6, 20000);
        QVERIFY(page.session().readOnly());
        QVERIFY(page.session().headersLeft() > 0);
        QVERIFY(page.findChild<QLabel*>(QStringLiteral("library.where"))->text().contains(QStringLiteral("read only")));
        const std::int64_t study = page.session().result().columns->id(page.session().result().rows[0]);
        const auto& pictures = *page.findChild<TilePictures*>();
        QTRY_VERIFY_WITH_TIMEOUT(
            std::ranges::all_of(pictures.pictures(study),
                                [](const TilePicture& each) { return each.state == TilePicture::State::Ready; }),
            30000);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.window().read().session().model(), 60000);
        fixture.screenshot(QStringLiteral("library-read-only"));
        for (const char* offer : {"library.embed", "library.pause", "library.job", "library.undo.button"})
            QVERIFY2(!page.findChild<QWidget*>(QLatin1String(offer))->isVisible(), offer);
        QSignalSpy told(&page, &Page::told);
        for (const char* command : {"library.import", "library.tag", "library.label", "library.view", "library.freeze",
                                    "library.cohort", "library.patches", "library.relink"}) {
            told.clear();
            page.findChild<QAction*>(QLatin1String(command))->trigger(); // a dialog would wait here
            QVERIFY2(told.count() == 1 && told[0][0].toString().contains(QStringLiteral("reading only")), command);
        }
        QVERIFY(page.session().headersLeft() > 0);
    }

    // An image that is a frame of a file opens in Read at that frame.
    void anImageOpensAtItsFrame()
    {
        std::vector<cv::Mat> pages;
        for (const int grey : {60, 120, 180}) {
            cv::Mat one = cv::Mat::zeros(96, 64, CV_8U);
            one(cv::Rect(0, 20, 30, 50)).setTo(grey);
            pages.push_back(one);
        }
        fs::create_directories(path("stack-set"));
        QVERIFY(cv::imwritemulti((path("stack-set") / "L-CC.tif").string(), pages));
        QCOMPARE(mamaCommand({"library", "import", test::text(path("stack-set")), "--set", "folder", "--library",
                              test::text(path("stack"))})
                     .status,
                 0);
        SQLite::Database(path("stack") / "library.db", SQLite::OPEN_READWRITE).exec("UPDATE image SET frame = 2");
        WindowFixture fixture;
        LibraryPage& page = open(fixture, "stack");
        QTRY_VERIFY_WITH_TIMEOUT(page.place().rows() == 1, 20000);
        page.findChild<QAction*>(QStringLiteral("library.details"))->setChecked(true);
        auto* details = page.findChild<StudyDetails*>();
        QTRY_VERIFY(details->study() != 0);
        Q_EMIT details->opened(details->facts().images.front().image.id); // a press on its row, or on its picture
        ReadPage& read = fixture.window().read();
        QTRY_VERIFY_WITH_TIMEOUT(read.studies().study() && read.studies().study()->images[0].frame == 2, 20000);
        QTRY_VERIFY(fixture.image(Slot::LCC) && fixture.image(Slot::LCC)->value(10, 40) == 180);
    }

    // From the grey tile: which folder, what was found, re-linked, and taken back.
    void missingFilesAreFoundAgain()
    {
        makeLibrary("moved");
        QCOMPARE(files("moved").value("read", -1), 24);
        fs::create_directories(path("disk"));
        fs::rename(path("moved-set"), path("disk/set"));
        WindowFixture fixture;
        LibraryPage& page = open(fixture, "moved");
        QTRY_VERIFY_WITH_TIMEOUT(page.place().rows() == 6 && missing(page) == 24, 30000);
        auto* job = page.findChild<QLabel*>(QStringLiteral("library.job"));
        QTRY_VERIFY2_WITH_TIMEOUT(job->isVisible() && job->text().contains(QStringLiteral("24")),
                                  qPrintable(job->text()), 20000);
        fixture.screenshot(QStringLiteral("library-missing"));
        auto* grid = page.findChild<StudyGrid*>(QStringLiteral("studyGrid"));
        const QFontMetrics font = grid->fontMetrics();
        const QRect link = TilePainter::link(TilePainter::cell(grid->tileRect(0), {}, 0, font), font);
        QVERIFY(link.isValid());
        bool clicked = false;
        QTimer::singleShot(0, &page, [&] {
            auto* dialog = qobject_cast<RelinkDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            QSignalSpy searched(dialog, &RelinkDialog::searched);
            dialog->search(test::text(path("nowhere")));
            QVERIFY(searched.wait(20000));
            QVERIFY(dialog->plan().found.empty());
            dialog->search(test::text(path("disk")));
            QVERIFY(searched.wait(20000));
            QCOMPARE(dialog->plan().found.size(), std::size_t(24));
            QCOMPARE(dialog->plan().roots.size(), std::size_t(1));
            dialog->grab().save(QStringLiteral("screenshots/library-relink.png"));
            QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("relink.relink")), Qt::LeftButton);
            clicked = true;
        });
        QTest::mouseClick(grid->viewport(), Qt::LeftButton, {}, link.center());
        QVERIFY(clicked);
        QTRY_VERIFY_WITH_TIMEOUT(missing(page) == 0, 20000);
        QVERIFY(page.findChild<QLabel*>(QStringLiteral("library.last"))
                    ->text()
                    .startsWith(QStringLiteral("Re-link 24 files")));
        fixture.screenshot(QStringLiteral("library-found"));
        page.session().undo();
        QTRY_VERIFY_WITH_TIMEOUT(missing(page) == 24, 20000);
        page.session().redo();
        QTRY_VERIFY_WITH_TIMEOUT(missing(page) == 0, 20000);
    }

    // The list of problems: by kind, and a row leads to its image, in the details and in Read.
    void problemsAreListed()
    {
        makeLibrary("odd");
        std::vector<fs::path> images;
        for (const auto& entry : fs::recursive_directory_iterator(path("odd-set/images")))
            if (entry.is_regular_file())
                images.push_back(entry.path());
        std::sort(images.begin(), images.end());
        fs::remove(images[0]);
        writeAtomically(images[5], std::string_view("no picture"));
        writeAtomically(images[9], std::string_view(readText(images[14])));
        files("odd");
        WindowFixture fixture;
        LibraryPage& page = open(fixture, "odd");
        QTRY_VERIFY_WITH_TIMEOUT(page.place().rows() == 6, 20000);
        bool seen = false;
        std::int64_t wanted = 0, image = 0, copy = 0, ofCopy = 0;
        fs::path file;
        QTimer::singleShot(0, &page, [&] {
            auto* dialog = qobject_cast<ProblemsDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            auto* table = dialog->findChild<QTableView*>();
            QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() >= 4, 20000); // the copy's view may differ, too
            dialog->grab().save(QStringLiteral("screenshots/library-problems.png"));
            auto* kinds = dialog->findChild<QComboBox*>(QStringLiteral("problems.kind"));
            for (const char* kind : {"missing", "refused", "same file"})
                QVERIFY2(kinds->findData(QString::fromLatin1(kind)) > 0, kind);
            kinds->setCurrentIndex(kinds->findData(QStringLiteral("refused")));
            Q_EMIT kinds->activated(kinds->currentIndex());
            QCOMPARE(table->model()->rowCount(), 1);
            wanted = dialog->findChild<ProblemModel*>()->at(0).study;
            image = dialog->findChild<ProblemModel*>()->at(0).image;
            QVERIFY(!table->model()->index(0, 2).data().toString().isEmpty());
            table->selectRow(0);
            seen = true;
            QTest::keyClick(dialog, Qt::Key_Return);
        });
        page.findChild<QAction*>(QStringLiteral("library.problems"))->trigger();
        QVERIFY(seen);
        const StudyResult& result = page.session().result();
        QTRY_VERIFY(page.place().current() >= 0 &&
                    result.columns->id(result.rows[std::size_t(page.place().current())]) == wanted);
        auto* details = page.findChild<StudyDetails*>();
        QTRY_VERIFY(details->isVisible() && details->study() == wanted);
        QCOMPARE(details->image(), image);
        QVERIFY2(details->text()->toPlainText().contains(QStringLiteral("▸ ")),
                 qPrintable(details->text()->toPlainText()));
        fixture.screenshot(QStringLiteral("library-problem-image"));

        // A view that is not the first: framed, and the active one in Read.
        QTimer::singleShot(0, &page, [&] {
            auto* dialog = qobject_cast<ProblemsDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            auto* model = dialog->findChild<ProblemModel*>();
            QTRY_VERIFY_WITH_TIMEOUT(model->rowCount() >= 4, 20000);
            for (int row = 0; row < model->rowCount(); ++row)
                if (model->at(row).kind == "same file") {
                    dialog->findChild<QTableView*>()->selectRow(row);
                    copy = model->at(row).image;
                    ofCopy = model->at(row).study;
                    file = model->at(row).path;
                }
            QTest::keyClick(dialog, Qt::Key_Return);
        });
        page.findChild<QAction*>(QStringLiteral("library.problems"))->trigger();
        QVERIFY(copy != 0 && copy != image);
        QTRY_VERIFY(details->study() == ofCopy && details->image() == copy);
        QSignalSpy read(&fixture.window().read(), &ReadPage::studyOnScreen);
        page.openCurrent();
        QVERIFY(read.count() > 0 || read.wait(20000));
        const Study& study = *fixture.window().read().studies().study();
        const auto active = fixture.window().read().view().activePane();
        QVERIFY(active);
        QCOMPARE(study.images[active->image].path.filename().string(), file.filename().string());
        fixture.window().showPage(page);
        page.setFilter(QStringLiteral("problem = \"same file\""));
        QTRY_VERIFY(page.place().rows() <= 2 && page.place().rows() > 0);
    }
};

QTEST_MAIN(TestLibraryFiles)
#include "test_library_files.moc"
