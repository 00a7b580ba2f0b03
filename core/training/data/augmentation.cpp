#include "core/training/data/augmentation.h"

#include "core/image/pillow_resize.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mama {
namespace {

// RandomResizedCrop.get_params of torchvision: area and ratio drawn up to ten times, else the largest middle part of an
// allowed ratio.
Box drawCrop(const Extent& size, const Augmentation& options, CounterRandom& random)
{
    const Box whole{0, 0, size.columns - 1, size.rows - 1};
    if (options.cropAreaLow >= 1)
        return whole;
    const double bound = std::log(options.cropRatio);
    for (int attempt = 0; attempt < 10; ++attempt) {
        const double area = random.uniform(options.cropAreaLow, 1) * size.columns * size.rows;
        const double ratio = std::exp(random.uniform(-bound, bound));
        const int columns = static_cast<int>(std::lround(std::sqrt(area * ratio))),
                  rows = static_cast<int>(std::lround(std::sqrt(area / ratio)));
        if (columns < 1 || rows < 1 || columns > size.columns || rows > size.rows)
            continue;
        const int top = static_cast<int>(random.below(static_cast<std::uint64_t>(size.rows - rows + 1)));
        const int left = static_cast<int>(random.below(static_cast<std::uint64_t>(size.columns - columns + 1)));
        return {left, top, left + columns - 1, top + rows - 1};
    }
    const double own = static_cast<double>(size.columns) / size.rows;
    const double ratio = std::clamp(own, 1 / options.cropRatio, options.cropRatio);
    const int columns = own > ratio ? static_cast<int>(std::lround(size.rows * ratio)) : size.columns,
              rows = own < ratio ? static_cast<int>(std::lround(size.columns / ratio)) : size.rows,
              left = (size.columns - columns) / 2, top = (size.rows - rows) / 2;
    return {left, top, left + columns - 1, top + rows - 1}; // of a square: all of it
}

void flip(Raster<float>& picture, bool horizontal, bool vertical)
{
    const auto columns = static_cast<std::ptrdiff_t>(picture.columns);
    if (horizontal)
        for (int row = 0; row < picture.rows; ++row)
            std::reverse(picture.values.begin() + row * columns, picture.values.begin() + (row + 1) * columns);
    if (vertical)
        for (int row = 0; row < picture.rows / 2; ++row)
            std::swap_ranges(picture.values.begin() + row * columns, picture.values.begin() + (row + 1) * columns,
                             picture.values.begin() + (picture.rows - 1 - row) * columns);
}

void scaleAround(Raster<float>& picture, float centre, float factor)
{
    for (float& value : picture.values)
        value = std::clamp(centre + factor * (value - centre), 0.0F, 255.0F);
}

float meanOf(const Raster<float>& picture)
{
    double sum = 0;
    for (const float value : picture.values)
        sum += value;
    return static_cast<float>(
        std::floor(sum / static_cast<double>(picture.values.size()) + 0.5)); // ImageEnhance.Contrast rounds
}

void jitter(Raster<float>& picture, const Augmentation& options, CounterRandom& random)
{
    const auto brightness = static_cast<float>(random.uniform(1 - options.brightness, 1 + options.brightness));
    const auto contrast = static_cast<float>(random.uniform(1 - options.contrast, 1 + options.contrast));
    const bool contrastFirst = random.uniform() < 0.5;
    if (contrastFirst)
        scaleAround(picture, meanOf(picture), contrast);
    scaleAround(picture, 0, brightness);
    if (!contrastFirst)
        scaleAround(picture, meanOf(picture), contrast);
}

// One axis of a 7-tap Gaussian, reflected at the edges without the edge pixel twice.
void blurAxis(Raster<float>& picture, const std::array<float, 7>& weights, bool alongRows)
{
    const int length = alongRows ? picture.columns : picture.rows, lines = alongRows ? picture.rows : picture.columns;
    std::vector<float> line(static_cast<std::size_t>(length));
    for (int other = 0; other < lines; ++other) {
        const auto at = [&](int i) -> float& { return alongRows ? picture.at(other, i) : picture.at(i, other); };
        for (int i = 0; i < length; ++i)
            line[static_cast<std::size_t>(i)] = at(i);
        for (int i = 0; i < length; ++i) {
            float sum = 0;
            for (int tap = -3; tap <= 3; ++tap) {
                int from = std::abs(i + tap);
                if (from >= length)
                    from = 2 * (length - 1) - from;
                sum += weights[static_cast<std::size_t>(tap + 3)] *
                       line[static_cast<std::size_t>(std::clamp(from, 0, length - 1))];
            }
            at(i) = sum;
        }
    }
}

void blur(Raster<float>& picture, double sigma)
{
    std::array<float, 7> weights{};
    double sum = 0;
    for (int tap = -3; tap <= 3; ++tap)
        sum += std::exp(-0.5 * tap * tap / (sigma * sigma));
    for (int tap = -3; tap <= 3; ++tap)
        weights[static_cast<std::size_t>(tap + 3)] =
            static_cast<float>(std::exp(-0.5 * tap * tap / (sigma * sigma)) / sum);
    blurAxis(picture, weights, true);
    blurAxis(picture, weights, false);
}

Raster<float> resized(const Raster<std::uint8_t>& picture, const Box& crop, const Extent& size)
{
    const bool same = Extent(crop.width(), crop.height()) == size && Extent(picture.columns, picture.rows) == size;
    const Raster<std::uint8_t> bytes =
        same ? picture : pillowResize(cutOut(picture, crop), size.rows, size.columns, PillowFilter::Bilinear);
    Raster<float> out(size.rows, size.columns);
    std::copy(bytes.values.begin(), bytes.values.end(), out.values.begin());
    return out;
}

} // namespace

Augmentation Augmentation::from(const Settings& settings)
{
    Augmentation options;
    options.cropAreaLow = settings.number("augment.crop_area_low");
    options.cropRatio = settings.number("augment.crop_ratio");
    options.flipHorizontal = settings.number("augment.flip_horizontal");
    options.flipVertical = settings.number("augment.flip_vertical");
    options.jitterShare = settings.number("augment.jitter_share");
    options.brightness = settings.number("augment.brightness");
    options.contrast = settings.number("augment.contrast");
    options.blurShare = settings.number("augment.blur_share");
    return options;
}

AugmentedView augment(const Raster<std::uint8_t>& picture, const std::vector<Raster<std::uint8_t>>& companions,
                      const Extent& size, const Augmentation& options, CounterRandom& random)
{
    const Box crop = drawCrop({picture.columns, picture.rows}, options, random);
    const bool horizontal = random.uniform() < options.flipHorizontal,
               vertical = random.uniform() < options.flipVertical;
    AugmentedView view{resized(picture, crop, size), {}};
    flip(view.grey, horizontal, vertical);
    for (const Raster<std::uint8_t>& companion : companions) {
        view.companions.push_back(resized(companion, crop, size));
        flip(view.companions.back(), horizontal, vertical);
    }
    if (random.uniform() < options.jitterShare)
        jitter(view.grey, options, random);
    if (random.uniform() < options.blurShare)
        blur(view.grey, random.uniform(0.1, 2.0));
    return view;
}

} // namespace mama
