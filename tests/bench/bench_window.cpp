// Times of the window: bench_window STUDY [STUDY2]  (in a real display; nothing else running)
// From the start of main to the first frame, from opening a folder to all its pictures on screen, and to the next
// study, which is read ahead. One JSON document; milliseconds.
#include "app/workstation/shell/main_window.h"
#include "core/base/processor.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <iostream>

int main(int argc, char** argv)
{
    using namespace mama;
    QElapsedTimer clock;
    clock.start();
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    if (argc < 2) {
        std::cerr << "error: usage: : bench_window STUDY [STUDY2]\n";
        return 2;
    }
    const QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    MainWindow window(QCoreApplication::applicationDirPath() + QStringLiteral("/mama"), settings);
    nlohmann::json report = {{"processor", processor().name}, {"cores", processor().cores}};
    window.show();
    QElapsedTimer opened;
    int shown = 0;
    QObject::connect(&window.read(), &ReadPage::studyOnScreen, &window, [&] {
        report[shown == 0 ? "first_study_ms" : "next_study_ms"] = opened.elapsed();
        const bool another = ++shown == 1 && window.read().studies().studies().size() > 1;
        if (!another) {
            std::cout << report.dump(2) << std::endl;
            QCoreApplication::quit();
            return;
        }
        QTimer::singleShot(3000, &window, [&] { // a reader looks at a study longer than this; the next is read ahead
            opened.restart();
            window.read().studies().show(1);
        });
    });
    QTimer::singleShot(0, &window, [&] { // after the first pass of the event loop: the window is painted
        report["window_ms"] = clock.elapsed();
        std::vector<std::filesystem::path> paths;
        for (int i = 1; i < argc; ++i)
            paths.emplace_back(argv[i]);
        opened.start();
        window.read().open(paths);
    });
    return QApplication::exec();
}
