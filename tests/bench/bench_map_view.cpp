// bench_map_view [POINTS] [WIDTH HEIGHT]: what a map of half a million points takes to be moved, zoomed, pointed at and
// drawn around, in a real window. Prints one JSON line.
#include "core/base/processor.h"
#include "core/base/stopwatch.h"
#include "core/library/map/counter_random.h"
#include "widgets/library/map_view.h"

#include <QApplication>
#include <algorithm>
#include <cmath>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace mama;

namespace {

template <class Work>
nlohmann::json measured(int times, const Work& work)
{
    std::vector<double> all;
    const std::clock_t before = std::clock();
    for (int i = 0; i < times; ++i) {
        const Stopwatch clock;
        work(i);
        all.push_back(clock.milliseconds());
    }
    std::sort(all.begin(), all.end());
    return {{"median_ms", all[all.size() / 2]},
            {"p99_ms", all[std::min(all.size() - 1, all.size() * 99 / 100)]},
            // Where others work, the clock on the wall counts their time too.
            {"processor_ms_mean", 1000.0 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC / times},
            {"times", times}};
}

QPolygonF blob(int i, const QSizeF& size)
{
    QPolygonF around;
    for (int corner = 0; corner < 200; ++corner) {
        const double angle = 2 * M_PI * corner / 200, radius = 0.2 + 0.1 * std::sin(5 * angle + i);
        around << QPointF(size.width() * (0.5 + radius * std::cos(angle)),
                          size.height() * (0.5 + radius * std::sin(angle)));
    }
    return around;
}

} // namespace

int main(int count, char** arguments)
{
    QApplication application(count, arguments);
    const auto number = [&](int at, int usual) { return count > at ? std::atoi(arguments[at]) : usual; };
    const int points = number(1, 480000);
    StudyPlace place;
    place.setRows(std::vector<bool>(static_cast<std::size_t>(points)), 0);
    MapView map(&place);
    std::vector<float> places;
    std::vector<int> rows;
    std::vector<std::uint8_t> kinds;
    for (int i = 0; i < points; ++i) {
        const auto at = static_cast<std::uint64_t>(i);
        for (std::uint64_t axis = 0; axis < 2; ++axis)
            places.push_back(static_cast<float>(6 * normalAt(1, at % 60 * 2 + axis) + normalAt(2, 2 * at + axis)));
        rows.push_back(i % 10 == 0 ? -1 : i);
        kinds.push_back(static_cast<std::uint8_t>(i % 60 % 9));
    }
    map.setPoints(std::move(places));
    map.setRows(std::move(rows));
    map.setKinds(std::move(kinds),
                 {Qt::gray, Qt::red, Qt::green, Qt::blue, Qt::cyan, Qt::magenta, Qt::yellow, Qt::black, Qt::darkCyan});
    map.resize(number(2, 1040), number(3, 700));
    map.show();
    QApplication::processEvents();
    const QPointF middle(map.width() / 2.0, map.height() / 2.0);
    nlohmann::json out{
        {"points", points}, {"width", map.width()}, {"height", map.height()}, {"processor", processor().name}};
    out["zoom"] = measured(100, [&](int i) {
        map.zoomBy(i % 20 < 10 ? 1.2 : 1 / 1.2, middle);
        map.repaint();
    });
    map.fit();
    out["scroll"] = measured(100, [&](int i) {
        map.panBy(i % 20 < 10 ? QPointF(9, 4) : QPointF(-9, -4));
        map.repaint();
    });
    out["hover"] = measured(100, [&](int i) { map.pointAt(middle + QPointF(i * 3 - 150, i)); });
    out["lasso"] = measured(100, [&](int i) { map.select(blob(i, map.size()), {}); });
    out["lasso_drawn"] = measured(100, [&](int i) {
        map.select(blob(i, map.size()), {});
        map.repaint();
    });
    out["selected"] = place.selected();
    std::cout << out.dump() << std::endl;
    return 0;
}
