#include "core/display/gsdf.h"

#include "core/base/error.h"
#include "core/base/number_text.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr double lowest = 1, highest = 1023;
constexpr TextId screenAction("action.describe_screen", "describe the screen");

} // namespace

double gsdfLuminance(double index)
{
    const double n = std::log(std::clamp(index, lowest, highest));
    const double above = -1.3011877 + n * (8.0242636e-2 + n * (1.3646699e-1 + n * (-2.5468404e-2 + n * 1.3635334e-3)));
    const double below =
        1 + n * (-2.5840191e-2 + n * (-1.0320229e-1 + n * (2.8745620e-2 + n * (-3.1978977e-3 + n * 1.2992634e-4))));
    return std::pow(10, above / below);
}

double gsdfIndex(double luminance)
{
    double low = lowest, high = highest; // it grows all the way
    for (int halving = 0; halving < 60; ++halving) {
        const double middle = (low + high) / 2;
        (gsdfLuminance(middle) < luminance ? low : high) = middle;
    }
    return (low + high) / 2;
}

void Screen::check() const
{
    const auto refuse = [](const UserText& why) { throw Error(ErrorCode::Data, {screenAction}, "GSDF", why); };
    const double low = gsdfLuminance(lowest), high = gsdfLuminance(highest);
    if (!(darkest >= 0 && roomLight >= 0 && brightest > darkest))
        refuse({TextId("screen.order", "the brightest luminance must be above the darkest, and neither they nor the "
                                       "room's light below 0 cd/m²")});
    if (!(darkest + roomLight >= low && brightest + roomLight <= high))
        refuse({TextId("screen.range", "with the room's light the luminances must lie within %1 and %2 cd/m²"),
                fixedText(low, 2), fixedText(high, 0)});
    if (!(gamma >= 1 && gamma <= 4))
        refuse({TextId("screen.gamma", "gamma must lie within 1 and 4")});
}

double Screen::luminance(double level) const
{
    return roomLight + darkest + (brightest - darkest) * std::pow(std::clamp(level, 0.0, 1.0), gamma);
}

double Screen::level(double luminance) const
{
    return std::pow(std::clamp((luminance - roomLight - darkest) / (brightest - darkest), 0.0, 1.0), 1 / gamma);
}

double Screen::lowIndex() const { return gsdfIndex(luminance(0)); }

double Screen::highIndex() const { return gsdfIndex(luminance(1)); }

std::vector<float> gsdfTable(const Screen& screen, std::size_t entries)
{
    screen.check();
    const double low = screen.lowIndex(), high = screen.highIndex();
    std::vector<float> table(std::max<std::size_t>(entries, 2));
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double index = low + (high - low) * static_cast<double>(i) / static_cast<double>(table.size() - 1);
        table[i] = static_cast<float>(screen.level(gsdfLuminance(index)));
    }
    return table;
}

} // namespace mama
