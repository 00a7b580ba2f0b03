// Frames a second of 1,000,000 points while panning, zooming and appending. Usage: bench_curves [points]
#include "widgets/charts/curve_plot.h"

#include <QApplication>
#include <QElapsedTimer>
#include <algorithm>
#include <cmath>
#include <cstdio>

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    const int count = argc > 1 ? std::atoi(argv[1]) : 1000000;
    mama::CurvePlot plot;
    plot.resize(1600, 800);
    plot.show();
    QApplication::processEvents();
    const auto sample = [](int i) {
        return mama::CurveSample{double(i), i / 1000.0, i * 32.0, 1.7e9 + i,
                                 3 / std::sqrt(i + 1.0) + 0.2 * std::sin(i * 12.9898)};
    };
    std::vector<mama::CurveSample> samples;
    for (int i = 0; i < count; ++i)
        samples.push_back(sample(i));
    QElapsedTimer timer;
    timer.start();
    plot.append(QStringLiteral("run"), samples);
    std::printf("append %d points: %.1f ms\n", count, double(timer.nsecsElapsed()) / 1e6);
    const auto measure = [&](const char* what, auto frame) {
        std::vector<double> times;
        for (int i = 0; i < 100; ++i) {
            timer.restart();
            frame(i);
            plot.replotNow();
            QApplication::processEvents();
            times.push_back(double(timer.nsecsElapsed()) / 1e6);
        }
        std::sort(times.begin(), times.end());
        std::printf("%s: median %.2f ms, slowest %.2f ms (%.0f frames/s)\n", what, times[50], times[99],
                    1000 / times[50]);
    };
    measure("all, one point appended a frame", [&](int i) { plot.append(QStringLiteral("run"), {sample(count + i)}); });
    measure("zoom", [&](int i) { plot.showRange(0, count * (1 - i / 101.0)); });
    measure("pan", [&](int i) { plot.showRange(i * count / 200.0, i * count / 200.0 + count / 4.0); });
    return 0;
}
