// How late the window's thread is while a run trains on the same cores.
//   bench_stall CONFIG [SECONDS [TAB]]      CONFIG: of mama train, paths in it absolute; TAB: 0 figures, 1 log, 2
//   compare, 3 checkpoints
// Launches the run as the train page does, watches it in the real window, and stops it. A timer of 5 ms tells how late
// it fires: before the run, and while it trains. One JSON document; milliseconds. `own` is the processor time of the
// window's thread between two firings, the rest is waiting; `slowest` are the events that took longest by wall clock.
#include "app/workstation/runs/run_launch.h"
#include "app/workstation/shell/main_window.h"
#include "app/workstation/train/train_page.h"
#include "core/base/files.h"
#include "core/base/processor.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QMetaEnum>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <ctime>
#include <iostream>
#include <map>

namespace {

using namespace mama;

double threadTime()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Notes how long each kind of event takes at most, those inside another one within it.
class TimedApplication : public QApplication
{
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override
    {
        const QEvent::Type type = event->type();
        const std::string name = receiver->metaObject()->className();
        QElapsedTimer timer;
        timer.start();
        const bool result = QApplication::notify(receiver, event);
        const double took = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        if (took > 5) {
            const char* key = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
            double& most = slow[name + " " + (key ? key : std::to_string(type).c_str())];
            most = std::max(most, took);
        }
        return result;
    }
    std::map<std::string, double> slow;
};

nlohmann::json lateness(TimedApplication& application, int seconds)
{
    struct Tick
    {
        double late, own;
    };
    std::vector<Tick> ticks;
    application.slow.clear();
    QElapsedTimer clock;
    clock.start();
    qint64 previous = 0;
    double used = threadTime();
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    QEventLoop loop;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        const qint64 now = clock.nsecsElapsed();
        const double spent = threadTime();
        ticks.push_back({std::max(0.0, static_cast<double>(now - previous) / 1e6 - 5), spent - used});
        previous = now;
        used = spent;
        if (now > qint64{1'000'000'000} * seconds)
            loop.quit();
    });
    timer.start(5);
    loop.exec();
    std::sort(ticks.begin(), ticks.end(), [](const Tick& a, const Tick& b) { return a.late < b.late; });
    nlohmann::json report = {{"ticks", ticks.size()}};
    const auto at = [&](double share) {
        return ticks[std::min(ticks.size() - 1, static_cast<std::size_t>(share * static_cast<double>(ticks.size())))]
            .late;
    };
    for (const auto& [name, share] : {std::pair{"median", 0.5}, {"p99", 0.99}, {"p99_9", 0.999}, {"most", 1.0}})
        report[name] = at(share);
    for (std::size_t i = ticks.size() > 5 ? ticks.size() - 5 : 0; i < ticks.size(); ++i)
        report["latest"].push_back({{"late", ticks[i].late}, {"own", ticks[i].own}});
    for (const auto& [name, most] : application.slow)
        report["slowest"][name] = most;
    return report;
}

template <class Condition>
bool waitFor(Condition condition, int milliseconds)
{
    QElapsedTimer clock;
    clock.start();
    while (!condition() && clock.elapsed() < milliseconds)
        QApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
    return condition();
}

} // namespace

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    TimedApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    if (argc < 2) {
        std::cerr << "error: usage: : bench_stall CONFIG [SECONDS [TAB]]\n";
        return 2;
    }
    const int seconds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 60;
    const QTemporaryDir folder;
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/mama"),
                  run = folder.filePath(QStringLiteral("run"));
    QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    MainWindow window(program, settings);
    window.show();
    window.showPage(window.train());
    window.train().findChild<QTabWidget*>()->setCurrentIndex(argc > 3 ? std::atoi(argv[3]) : 0);
    nlohmann::json report = {{"processor", processor().name}, {"cores", processor().cores}, {"seconds", seconds}};
    waitFor([] { return false; }, 1000);
    report["before_the_run"] = lateness(application, std::min(seconds, 10));
    if (const QString failure = launchRun(program, run, readJson(argv[1])); !failure.isEmpty()) {
        std::cerr << failure.toStdString() << '\n';
        return 1;
    }
    window.train().openRun(run);
    if (!waitFor([&] { return window.train().plot().points(run) > 2; }, 120'000)) {
        std::cerr << "error: train: " << launchProblem(run).toStdString() << '\n';
        return 1;
    }
    const auto from = window.train().current()->state->step;
    report["while_training"] = lateness(application, seconds);
    report["steps_meanwhile"] = window.train().current()->state->step - from;
    RunFolder(run.toStdString()).ask(ControlRequest::Ask::Stop);
    waitFor([&] { return window.train().current()->state->status == RunStatus::Stopped; }, 60'000);
    std::cout << report.dump(2) << std::endl;
    return 0;
}
