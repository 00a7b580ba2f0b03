// The window's library under kill -9: a window that tags is ended at a random moment, and the next one opens the
// library without a question, with everything that was said to be done.
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include <QApplication>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <cstdio>

using namespace mama;
using test::mamaCommand;
using test::WindowFixture;

namespace {

constexpr const char* toKill = "MAMA_WINDOW_TO_KILL"; // names the library

LibraryPage& open(WindowFixture& fixture, const QString& library)
{
    LibraryPage& page = fixture.window().library();
    fixture.window().showPage(page);
    static_cast<Page&>(page).open(QStringList{library});
    return page;
}

// Until it is killed: a study after the other is tagged, all are, and it is taken back. A line for each that is done.
void work(LibraryPage& page)
{
    const std::string own = std::to_string(QCoreApplication::applicationPid()) + " "; // else a tag may be there already
    const auto say = [] {
        std::puts("done");
        std::fflush(stdout);
    };
    QObject::connect(&page.session(), &LibrarySession::acted, &page, [&page, say, own, done = 0]() mutable {
        say();
        const auto& result = page.session().result();
        std::vector<std::int64_t> studies;
        for (const std::uint32_t row : result.rows)
            studies.push_back(result.columns->id(row));
        if (++done % 5 == 4)
            return page.session().undo();
        if (done % 5 != 3)
            studies = {studies[static_cast<std::size_t>(done) % studies.size()]};
        page.session().tag(own + std::to_string(done), studies, false);
    });
    page.session().tag(own + "first", {page.session().result().columns->id(0)}, false);
}

int beKilled()
{
    WindowFixture fixture;
    LibraryPage& page = open(fixture, qEnvironmentVariable(toKill));
    QObject::connect(
        &page.session(), &LibrarySession::resultChanged, &page, [&page] { work(page); }, Qt::SingleShotConnection);
    return QApplication::exec();
}

} // namespace

class TestLibraryKills : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    // A window in a process of its own, killed a moment after so many actions were done: how many it said.
    int killAfter(const QString& library, int actions)
    {
        QProcess window;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QString::fromLatin1(toKill), library);
        environment.insert(QStringLiteral("TMPDIR"), m_folder.path()); // what it leaves goes with this
        window.setProcessEnvironment(environment);
        window.start(QCoreApplication::applicationFilePath(), QStringList{});
        int done = 0;
        const auto count = [&] {
            while (window.canReadLine())
                done += window.readLine().trimmed() == "done";
            return done;
        };
        if (!QTest::qWaitFor([&] { return count() >= actions; }, 60000))
            return -1;
        QThread::usleep(QRandomGenerator::global()->bounded(30'000U));
        window.kill();
        window.waitForFinished();
        return count();
    }

private Q_SLOTS:
    // Tries in the background of headers and file passes too: the phantoms are new. By hand more: MAMA_TRIES=50.
    void theNextWindowAsksNothing()
    {
        const QString set = m_folder.filePath(QStringLiteral("set")),
                      library = m_folder.filePath(QStringLiteral("lib"));
        QCOMPARE(mamaCommand({"phantom", "--seed", "1000000", "--studies", "8", "--size", "256x208", "--priors", "0",
                              "--out", set})
                     .status,
                 0);
        QCOMPARE(mamaCommand({"import", "embed", set, "--library", library}).status, 0);
        std::size_t before = 1; // the import
        const int tries =
            qEnvironmentVariableIntValue("MAMA_TRIES") > 0 ? qEnvironmentVariableIntValue("MAMA_TRIES") : 4;
        for (int i = 0; i < tries; ++i) {
            const int done = killAfter(library, 1 + 3 * i % 8);
            QVERIFY(done > 0);
            WindowFixture fixture;
            LibraryPage& page = fixture.window().library();
            QSignalSpy told(&page, &Page::told), failed(&page.session(), &LibrarySession::failed),
                refused(&page.session(), &LibrarySession::refused);
            open(fixture, library);
            QTRY_COMPARE_WITH_TIMEOUT(page.place().rows(), 8, 20000);
            QVERIFY(!QApplication::activeModalWidget() && !page.session().readOnly());
            QVERIFY(failed.isEmpty() && refused.isEmpty());
            for (const auto& each : told)
                QVERIFY2(each.at(0).toString().isEmpty(), qPrintable(each.at(0).toString()));
            const std::size_t commands = page.session().library()->commands().size();
            QVERIFY2(commands == before + std::size_t(done) || commands == before + std::size_t(done) + 1,
                     qPrintable(QStringLiteral("%1 before, %2 done, %3 now").arg(before).arg(done).arg(commands)));
            QCOMPARE(page.session().library()->findFault(true), std::string());
            QSignalSpy acted(&page.session(), &LibrarySession::acted);
            page.session().tag("after " + std::to_string(i), {page.session().result().columns->id(0)}, false);
            QVERIFY(acted.wait(20000)); // it works on
            before = page.session().library()->commands().size();
        }
    }
};

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    if (qEnvironmentVariableIsSet(toKill))
        return beKilled();
    TestLibraryKills test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_library_kills.moc"
