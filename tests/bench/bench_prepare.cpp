// Milliseconds that an image of 13 megapixels takes to become a model's input. Usage: bench_prepare [repeats]
#include "core/image/profile.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

namespace {

constexpr int rows = 4096, columns = 3328;

// A half ellipse of brightness 1000 on air of 100, with noise.
mama::StoredImage noisyBreast()
{
    std::mt19937 random(3);
    std::vector<std::uint16_t> values;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const double x = (column + 0.5) / (0.7 * columns), y = (row + 0.5 - rows / 2.0) / (0.4 * rows);
            values.push_back(static_cast<std::uint16_t>((x * x + y * y < 1 ? 1000 : 100) + random() % 64));
        }
    mama::StoredImage image{rows, columns, 1, mama::SampleType::U16, {}};
    image.bytes.resize(values.size() * sizeof values[0]);
    std::memcpy(image.bytes.data(), values.data(), image.bytes.size());
    return image;
}

} // namespace

int main(int argc, char** argv)
{
    const int repeats = argc > 1 ? std::max(1, std::atoi(argv[1])) : 10;
    const mama::StoredImage image = noisyBreast();
    const mama::Profile profile = mama::findProfile("mama");
    std::vector<double> times;
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        mama::prepare(image, {}, profile);
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    std::printf("prepare %d x %d: median %.1f ms, fastest %.1f ms\n", columns, rows, times[times.size() / 2], times[0]);
}
