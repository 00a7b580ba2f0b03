// Jobs behind the window: they hold up nothing that it draws.
#include "app/workstation/engine/background_job.h"
#include "app/workstation/engine/error_words.h"
#include "core/base/stopwatch.h"

#include <QImage>
#include <QPainter>
#include <QSemaphore>
#include <QTest>

using namespace mama;

class TestBackgroundJob : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // As many jobs as there are threads wait for something; a whole screen is filled meanwhile.
    void drawingWaitsForNoJob()
    {
        const int jobs = 2 * QThread::idealThreadCount();
        QSemaphore begun, may;
        int ended = 0;
        for (int i = 0; i < jobs; ++i)
            BackgroundJob::start<int>(this, {[&](const Job&) -> Cancellable<int> {
                                                 begun.release();
                                                 may.tryAcquire(1, 10000);
                                                 return 1;
                                             },
                                             [&](int) { ++ended; }, [](const QString&) {}});
        QVERIFY(begun.tryAcquire(QThread::idealThreadCount(), 10000));
        QImage screen(2560, 1600, QImage::Format_ARGB32_Premultiplied);
        const Stopwatch clock;
        QPainter painter(&screen);
        painter.fillRect(screen.rect(), QColor(10, 20, 30, 128));
        painter.end();
        QVERIFY2(clock.milliseconds() < 5000, qPrintable(QString::number(clock.milliseconds())));
        may.release(jobs);
        QTRY_COMPARE(ended, jobs);
        QCOMPARE(jobThreads(), jobThreads());
    }

    // A pipe gives a line in any pieces.
    void wordsOfAnErrorAreWholeInAnyPieces()
    {
        const QByteArray said = "2026-01-01 10:00:00 info begins\nwarning: none\nerror: filter: no field \"x\"\nbye";
        for (int piece = 1; piece < said.size(); ++piece) {
            ErrorWords command(ErrorWords::Of::Command), engine(ErrorWords::Of::Engine);
            for (int at = 0; at < said.size(); at += piece) {
                command.add(said.mid(at, piece));
                engine.add(said.mid(at, piece));
            }
            QCOMPARE(command.last(), QStringLiteral("filter: no field \"x\""));
            QCOMPARE(engine.last(), QStringLiteral("bye"));
        }
        ErrorWords log(ErrorWords::Of::Engine);
        log.add("2026-01-01 10:00:00 info begins\n");
        QVERIFY(log.last().isEmpty());
    }
};

QTEST_MAIN(TestBackgroundJob)
#include "test_background_job.moc"
