// bench_map [ROWS] [DIM] [SAMPLE]: how long the map of embeddings takes: exact neighbours, the layout, the rest placed
// beside a sample. Rows of clusters as float16 holds them. Prints one JSON line.
#include "core/base/processor.h"
#include "core/base/stopwatch.h"
#include "core/library/embeddings/half_float.h"
#include "core/library/map/counter_random.h"
#include "core/library/map/embedding_map.h"
#include "core/library/map/map_layout.h"

#include <array>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace mama;

namespace {

RowSource clusters(std::size_t rows, std::size_t dim)
{
    constexpr std::size_t kinds = 40;
    return {rows, dim, [dim](std::size_t row, std::span<float> to) {
                for (std::size_t i = 0; i < dim; ++i)
                    to[i] = floatOf(halfOf(
                        static_cast<float>(normalAt(1, row % kinds * dim + i) + 0.8 * normalAt(2, row * dim + i))));
            }};
}

} // namespace

int main(int count, char** arguments)
{
    const auto number = [&](int at, std::size_t usual) {
        return count > at ? static_cast<std::size_t>(std::atoll(arguments[at])) : usual;
    };
    const std::size_t rows = number(1, 100000), dim = number(2, 512);
    const RowSource source = clusters(rows, dim);
    MapSettings settings;
    settings.sample = static_cast<std::int64_t>(number(3, 100000));
    nlohmann::json out{{"rows", rows}, {"dim", dim}, {"sample", settings.sample}, {"processor", processor().name}};
    std::string phase;
    Stopwatch clock;
    std::clock_t worked = std::clock();
    const auto next = [&](std::string_view to) {
        if (to == phase)
            return;
        // Of all threads together; where others work, the clock on the wall counts their time too.
        if (!phase.empty()) {
            out["seconds"][phase] = clock.seconds();
            out["processor_seconds"][phase] = static_cast<double>(std::clock() - worked) / CLOCKS_PER_SEC;
        }
        phase = to;
        clock = Stopwatch();
        worked = std::clock();
    };
    const Stopwatch whole;
    layOutRows(source, settings, 2, {{}, [&](std::uint64_t, std::uint64_t, std::string_view now) { next(now); }});
    next("");
    out["seconds"]["whole"] = whole.seconds();
    std::cout << out.dump() << std::endl;
    return 0;
}
