// bench_study_list [ROWS]: how long a frame of grid and table takes while a list of 125,000 studies scrolls, each tile
// with four pictures that were never drawn before. Prints one JSON line. Run it with -platform offscreen or under Xvfb.
#include "core/base/stopwatch.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"

#include <QApplication>
#include <QScrollBar>
#include <algorithm>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace mama;

namespace {

StudyTile tile(int row)
{
    StudyTile out{QStringLiteral("%1 - 2013-05-04").arg(9000000000000000LL + row), QStringLiteral("0.31 L MLO")};
    out.tags = {Qt::red, Qt::green};
    for (TilePicture& view : out.pictures) {
        QImage image(208, 256, QImage::Format_Grayscale8);
        image.fill(row % 256);
        view = {TilePicture::State::Ready, image, QStringLiteral("R CC")};
    }
    return out;
}

nlohmann::json figures(std::vector<double> all)
{
    std::sort(all.begin(), all.end());
    return {{"median_ms", all[all.size() / 2]}, {"p99_ms", all[all.size() * 99 / 100]}, {"frames", all.size()}};
}

// Scrolls by `step` pixels a frame and draws what that uncovers.
template <class List>
nlohmann::json scrolled(List& list, int step)
{
    std::vector<double> all, busy;
    QScrollBar* bar = list.verticalScrollBar();
    for (int i = 0; i < 300; ++i) {
        const Stopwatch clock;
        const std::clock_t before = std::clock();
        bar->setValue((bar->value() + step) % std::max(1, bar->maximum()));
        QApplication::sendPostedEvents();
        QApplication::processEvents();
        all.push_back(clock.milliseconds());
        busy.push_back(1000.0 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }
    nlohmann::json out = figures(all);
    out["processor"] = figures(busy); // where other programs run beside it
    return out;
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication application(argc, argv);
    const int rows = argc > 1 ? std::atoi(argv[1]) : 125000;
    StudyPlace place;
    StudyGrid grid(&place);
    StudyTable table(&place);
    grid.setSource(tile);
    table.setColumns({{QStringLiteral("a"), QStringLiteral("A")},
                      {QStringLiteral("b"), QStringLiteral("B")},
                      {QStringLiteral("c"), QStringLiteral("C")},
                      {QStringLiteral("d"), QStringLiteral("D")}},
                     [](int row, int column) { return QStringLiteral("%1 %2").arg(row).arg(column); });
    nlohmann::json out{{"rows", rows}};
    const Stopwatch clock;
    place.setRows(std::vector<bool>(static_cast<std::size_t>(rows)), 0);
    out["set_rows_ms"] = clock.milliseconds();
    for (QWidget* list : {static_cast<QWidget*>(&grid), static_cast<QWidget*>(&table)}) {
        list->resize(1040, 840);
        list->show();
    }
    QApplication::processEvents();
    const Stopwatch selecting;
    place.selectAll();
    QApplication::processEvents();
    out["select_all_ms"] = selecting.milliseconds();
    out["grid_small_step"] = scrolled(grid, 40);
    out["grid_page"] = scrolled(grid, 840);
    out["table_small_step"] = scrolled(table, 40);
    out["table_page"] = scrolled(table, 840);
    std::cout << out.dump() << std::endl;
    return 0;
}
