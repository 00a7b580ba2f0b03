// Frame times of the view: four 4096 x 3328 16-bit images in a 1600 x 1000 window.
//   xvfb-run -a -s "-screen 0 1920x1200x24" bin/bench_viewer [frames [row [only what begins so]]]
// Prints the median and the 99th percentile of: a windowing drag (with and without maps), a pan, a zoom, the maps off
// and on and the loupe, and the time until the first complete frame. A frame ends when it is on the screen
// (frameShown). With `row` the images hang side by side, as the window hangs them on a wide screen.
#include "tests/widgets/viewer/synthetic.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QMouseEvent>
#include <QTimer>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <sys/resource.h>
#include <vector>

using namespace mama;
using namespace mama::viewer;

namespace {

// Processor time of all threads of this program (the software renderer's too), ms: what a busy machine does not blur.
double processorTime()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto ms = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

struct Times
{
    std::vector<double> wall; // ms from the change to the swapped frame, sorted
    double processor = 0;     // ms a frame
};

Times frames(PaneView& view, int count, const std::function<void(int)>& change)
{
    Times times;
    const double before = processorTime();
    for (int i = 0; i < count; ++i) {
        QEventLoop loop;
        const auto connection = QObject::connect(&view, &PaneView::frameShown, &loop, &QEventLoop::quit);
        QElapsedTimer timer;
        timer.start();
        change(i);
        view.redraw();
        loop.exec();
        times.wall.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        QObject::disconnect(connection);
    }
    times.processor = (processorTime() - before) / count;
    std::sort(times.wall.begin(), times.wall.end());
    return times;
}

void print(const char* what, const Times& times)
{
    const std::size_t count = times.wall.size();
    std::printf("%-30s median %6.1f ms  best %6.1f  99th percentile %6.1f  processor %6.1f ms a frame\n", what,
                times.wall[count / 2], times.wall.front(), times.wall[count * 99 / 100], times.processor);
    std::fflush(stdout);
}

void waitForUploads(PaneView& view)
{
    while (view.uploadsPending())
        frames(view, 1, [](int) {});
}

} // namespace

int main(int argc, char** argv)
{
    PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    const int count = argc > 1 ? std::max(1, std::atoi(argv[1])) : 40;
    QElapsedTimer timer;
    timer.start();
    std::array<std::shared_ptr<const ViewImage>, 4> images;
    for (int i = 0; i < 4; ++i) {
        StoredImage stored;
        const auto synthetic = test::breastLike(static_cast<Slot>(i), 4096, 3328, 0.07);
        images[static_cast<std::size_t>(i)] = test::makeImage(synthetic, &stored);
        if (i == 0) {
            timer.restart();
            const double before = processorTime();
            ViewImage::make(stored, synthetic.pipeline, test::factsOf(synthetic));
            std::printf("%-30s %6.1f ms, processor %.1f ms (in a worker thread)\n", "prepare one image",
                        static_cast<double>(timer.nsecsElapsed()) / 1e6, processorTime() - before);
        }
    }
    const bool direct = qEnvironmentVariableIsSet("MAMA_BENCH_DIRECT"); // as where a graphics card draws
    PaneView view(nullptr, direct ? Presentation::Direct : Presentation::Automatic);
    view.resize(1600, 1000);
    view.setStandardViews(test::fourViews());
    if (argc > 2 && argv[2] == std::string("row"))
        view.setViewLayout(ViewLayout::Row);
    view.show();
    frames(view, 3, [](int) {});

    timer.restart();
    for (int i = 0; i < 4; ++i)
        view.setImage(test::paneOf(static_cast<Slot>(i)), images[static_cast<std::size_t>(i)]);
    const double set = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    frames(view, 1, [](int) {});
    const double first = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    waitForUploads(view);
    std::printf("%-34s set %.1f ms, first frame %.1f ms, full detail %.1f ms\n", "four images", set, first,
                static_cast<double>(timer.nsecsElapsed()) / 1e6);

    const std::string only = argc > 3 ? argv[3] : "";
    const auto time = [&](const char* what, const std::function<void(int)>& change) {
        if (std::string(what).starts_with(only))
            print(what, frames(view, count, change));
    };
    const auto drag = [&](int i) {
        for (int s = 0; s < 4; ++s)
            view.setWindow(test::paneOf(static_cast<Slot>(s)),
                           {1200 + 10.0 * (i % 40), 2400 - 20.0 * (i % 40), WindowFunction::Linear, ""});
    };
    const PaneId left = test::paneOf(Slot::RCC);
    const auto pan = [&](int i) {
        ViewPose pose = view.pose(left);
        pose.depth = 5 + 0.5 * (i % 10);
        view.setPose(left, pose);
    };
    time("windowing, no maps", drag);
    for (int s = 0; s < 4; ++s)
        view.setOverlay(test::paneOf(static_cast<Slot>(s)),
                        std::make_shared<MapOverlay>(test::makeMap(
                            *images[static_cast<std::size_t>(s)], {200, 300, 3000, 3900}, 518,
                            [](int r, int c) { return static_cast<float>(std::sin(r * 0.3) * std::cos(c * 0.2)); })));
    print("first frame with maps", frames(view, 1, [](int) {}));
    time("windowing, four maps", drag);
    time("pan, four maps", pan);
    time("zoom, four maps", [&](int i) {
        ViewPose pose = view.pose(left);
        pose.pixelsPerMm *= i % 20 < 10 ? 1.03 : 1 / 1.03;
        view.setPose(left, pose);
    });
    time("maps off and on", [&](int) { view.perform(ViewCommand::ToggleOverlay); });
    time("scale of four maps", [&](int i) {
        OverlayStyle style = view.overlayStyle();
        style.threshold = -0.5 + 0.01 * (i % 40);
        view.setOverlayStyle(style);
    });
    Aids aids = view.aids();
    aids.loupe = true;
    view.setAids(aids);
    time("loupe, four maps", [&](int i) {
        const QPointF at(300 + 5 * (i % 60), 200 + 2 * (i % 60));
        QMouseEvent move(QEvent::MouseMove, at, view.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &move);
    });
    aids.loupe = false;
    view.setAids(aids);
    view.setZoomMode(ZoomMode::Pixels);
    timer.restart();
    waitForUploads(view);
    std::printf("%-34s %6.1f ms\n", "1:1, all 16-bit pixels uploaded", static_cast<double>(timer.nsecsElapsed()) / 1e6);
    time("1:1, windowing, four maps", drag);
    time("1:1, pan, four maps", pan);
    return 0;
}
