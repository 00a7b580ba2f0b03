// Files of a study on screen that are changed, cut, removed or replaced on the disk: told soon in one line, and read
// again only when the reader says so.
#include "app/workstation/look/theme.h"
#include "app/workstation/read/studies/file_watch.h"
#include "core/base/files.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "tests/core/study/synthetic_mammogram.h"

#include <QAction>
#include <QLabel>
#include <QListWidget>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

constexpr int soon = 10000; // milliseconds; looks are every two seconds

class Watched : public WindowFixture
{
public:
    // Four views of one study; `shifted` moves the grey values.
    fs::path study()
    {
        const fs::path folder = WindowFixture::folder() / "study";
        fs::create_directories(folder);
        for (const char* name : {"RCC", "LCC", "RMLO", "LMLO"})
            write(SyntheticMammogram{{{"ImageLaterality", std::string(1, name[0])},
                                      {"ViewPosition", name + 1},
                                      {"SOPInstanceUID",
                                       std::string("1.2.3.") + std::to_string(name[0]) + std::to_string(name[1])},
                                      {"PatientID", "P1"}},
                                     "",
                                     "SCT",
                                     "",
                                     name[0] == 'R'},
                  folder / (name + std::string(".dcm")));
        return folder;
    }
    ReadPage& read() { return window().read(); }
    QAction* action(const char* id) { return window().findChild<QAction*>(QLatin1String(id)); }
    const QListWidget& list(const char* name)
    {
        for (const auto* each : read().findChildren<QListWidget*>())
            if (each->accessibleName() == QLatin1String(name))
                return *each;
        std::abort();
    }
    QString shownText() // in the strip of messages
    {
        const auto* label = window().findChild<QLabel*>(QStringLiteral("message"));
        return label->parentWidget()->isVisible() ? label->text() : QString();
    }
    void again()
    {
        QSignalSpy shown(&read(), &ReadPage::studyOnScreen);
        window().activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window()));
        read().view().setFocus();
        QTest::keyClick(&read().view(), Qt::Key_F5, Qt::ControlModifier);
        QVERIFY(shown.count() > 0 || shown.wait(30000));
    }
};

} // namespace

class TestChangedFiles : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // The picture stays as it was read, the line names file and key; read anew, the study shows what is there.
    void aCutFileIsToldAndReadAnewByKey()
    {
        Watched fixture;
        const fs::path folder = fixture.study(), file = folder / "LCC.dcm";
        const std::string whole = readText(file);
        QVERIFY(fixture.openAndWait(folder));
        const viewer::ViewImage* before = fixture.image(Slot::LCC);
        QVERIFY(before && fixture.shownText().isEmpty());
        fs::resize_file(file, whole.size() / 2);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.shownText().startsWith(QStringLiteral("LCC.dcm was changed on disk")), soon);
        QVERIFY(fixture.shownText().contains(QStringLiteral("Ctrl+F5")));
        QCOMPARE(fixture.image(Slot::LCC), before); // nothing is read unasked
        fixture.screenshot(QStringLiteral("changed-on-disk"));
        fixture.action("study.cancel")->trigger(); // put away: it does not come again by itself
        QVERIFY(fixture.shownText().isEmpty());
        QTest::qWait(2 * FileWatch::span + 500);
        QVERIFY(fixture.shownText().isEmpty());
        fixture.again();
        QVERIFY(!fixture.image(Slot::LCC) && fixture.image(Slot::RCC));
        writeAtomically(file, std::string_view(whole));
        fixture.again();
        QVERIFY(fixture.image(Slot::LCC));
        QVERIFY(fixture.shownText().isEmpty());
    }

    // One that is gone, then two: one line each; read anew, what is there is shown, and what is not is not.
    void whatIsGoneAndComesBack()
    {
        Watched fixture;
        const fs::path folder = fixture.study(), away = fixture.folder() / "away";
        QVERIFY(fixture.openAndWait(folder));
        fs::create_directories(away);
        fs::rename(folder / "RMLO.dcm", away / "RMLO.dcm");
        QTRY_VERIFY_WITH_TIMEOUT(fixture.shownText().startsWith(QStringLiteral("RMLO.dcm is not there any more")),
                                 soon);
        fs::rename(folder / "LMLO.dcm", away / "LMLO.dcm");
        QTRY_VERIFY_WITH_TIMEOUT(fixture.shownText().startsWith(QStringLiteral("2 file")), soon);
        QVERIFY(fixture.image(Slot::RMLO) && fixture.image(Slot::LMLO));
        for (const char* name : {"RMLO.dcm", "LMLO.dcm"})
            fs::rename(away / name, folder / name);
        fixture.again();
        QVERIFY(fixture.image(Slot::RMLO) && fixture.image(Slot::LMLO) && fixture.shownText().isEmpty());
        fs::remove(folder / "LMLO.dcm");
        fs::remove(folder / "RMLO.dcm");
        fixture.again(); // before it is told even
        QVERIFY(fixture.image(Slot::RCC) && !fixture.image(Slot::LMLO));
        QCOMPARE(fixture.read().studies().study()->images.size(), std::size_t{2});
    }

    // Another patient's image under the same name: never shown in place of the one that was opened.
    void anotherStudyInItsPlaceIsSaid()
    {
        Watched fixture;
        const fs::path folder = fixture.study();
        QVERIFY(fixture.openAndWait(folder));
        for (const auto& entry : fs::directory_iterator(folder))
            fs::remove(entry);
        write(
            SyntheticMammogram{
                {{"ImageLaterality", "R"}, {"ViewPosition", "CC"}, {"PatientID", "P2"}, {"StudyInstanceUID", "1.2.99"}},
                "",
                "SCT",
                "",
                true},
            folder / "RCC.dcm");
        QTRY_VERIFY_WITH_TIMEOUT(fixture.shownText().startsWith(QStringLiteral("4 file")), soon);
        fixture.again();
        QCOMPARE(fixture.shownText(), QStringLiteral("The study that was open is not there any more."));
        QCOMPARE(fixture.read().studies().study()->patientId, std::string("P2"));
        fs::remove(folder / "RCC.dcm");
        fixture.action("study.again")->trigger();
        QTRY_VERIFY(!fixture.read().studies().study());
        QTRY_COMPARE(fixture.shownText(), QStringLiteral("The study that was open is not there any more."));
    }

    // The study stays where it stands in the list, and what was seen is no news again; a study that is left and shown
    // again after its file changed says that it was read anew.
    void theListRemembers()
    {
        Watched fixture;
        const fs::path folder = fixture.folder() / "set";
        mamaCommand({"phantom", "--seed", "1000005", "--studies", "2", "--priors", "1", "--size", "256x208", "--out",
                     text(folder)});
        QVERIFY(fixture.openAndWait(folder / "images"));
        StudySession& studies = fixture.read().studies();
        const auto press = [&](const char* id) {
            QSignalSpy shown(&fixture.read(), &ReadPage::studyOnScreen);
            fixture.action(id)->trigger();
            QVERIFY(shown.count() > 0 || shown.wait(30000));
        };
        press("study.patient.next");
        const std::string uid = studies.study()->uid;
        const int at = studies.current();
        fixture.again();
        QVERIFY(studies.study()->uid == uid && studies.current() == at);
        const QListWidget& list = fixture.list("Studies");
        int unseen = 0;
        for (int row = 0; row < list.count(); ++row)
            unseen += list.item(row)->toolTip().contains(QStringLiteral("not opened yet")) ? 1 : 0;
        QCOMPARE(unseen, 2); // both priors
        const fs::path file = studies.study()->images[0].path;
        press("study.patient.previous");
        fs::last_write_time(file, fs::last_write_time(file) + std::chrono::hours(1));
        press("study.patient.next");
        QTRY_VERIFY(fixture.shownText().contains(QStringLiteral("since you saw this study")));
        fixture.action("study.prior.beside")->trigger(); // the prior is looked at too
        QTRY_VERIFY(std::ranges::all_of(fixture.read().view().hung(), [&](const viewer::HungCell& cell) {
            return fixture.read().view().image(*cell.pane) != nullptr;
        }));
        const fs::path prior = studies.priorStudy()->images[0].path;
        fs::resize_file(prior, 1000);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.shownText().startsWith(QString::fromStdString(prior.filename().string()) +
                                                                QStringLiteral(" was changed on disk")),
                                 soon);
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestChangedFiles test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_changed_files.moc"
