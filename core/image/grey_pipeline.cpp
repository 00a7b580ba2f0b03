#include "core/image/grey_pipeline.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace mama {
namespace {

template <class T>
std::int64_t sample(const std::byte* bytes, std::size_t index)
{
    T value;
    std::memcpy(&value, bytes + index * sizeof(T), sizeof(T));
    return static_cast<std::int64_t>(value);
}

// Calls use(i, stored value) for every grey pixel; the sample type is resolved once, outside the loop.
template <class T, class Use>
void eachSample(const StoredImage& image, const Use& use)
{
    const std::size_t pixels = image.samples() / static_cast<std::size_t>(image.channels);
    for (std::size_t i = 0; i < pixels; ++i) {
        if (image.channels == 1) {
            use(i, sample<T>(image.bytes.data(), i));
        } else {
            // 65536ths of 0.299, 0.587 and 0.114: they add up to one, so equal channels keep their value.
            const std::int64_t red = sample<T>(image.bytes.data(), 3 * i);
            const std::int64_t green = sample<T>(image.bytes.data(), 3 * i + 1);
            const std::int64_t blue = sample<T>(image.bytes.data(), 3 * i + 2);
            use(i, (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
        }
    }
}

template <class Use>
void eachPixel(const StoredImage& image, const Use& use)
{
    switch (image.type) {
    case SampleType::U8: return eachSample<std::uint8_t>(image, use);
    case SampleType::S8: return eachSample<std::int8_t>(image, use);
    case SampleType::U16: return eachSample<std::uint16_t>(image, use);
    case SampleType::S16: return eachSample<std::int16_t>(image, use);
    case SampleType::U32: return eachSample<std::uint32_t>(image, use);
    case SampleType::S32: return eachSample<std::int32_t>(image, use);
    }
}

// The stored values that a sample type can hold, where they are few enough for a table.
std::pair<std::int64_t, std::int64_t> range(SampleType type)
{
    switch (type) {
    case SampleType::U8: return {0, 255};
    case SampleType::S8: return {-128, 127};
    case SampleType::S16: return {-32768, 32767};
    default: return {0, 65535};
    }
}

// Fills out[i] = map(stored value i). Up to 16 bits by a table of all values, so that an image of ten million
// pixels costs 65,536 evaluations; a small one costs its pixels.
template <class Out, class Map>
void mapPixels(const StoredImage& image, std::vector<Out>& out, const Map& map)
{
    const auto [low, high] = range(image.type);
    if (bytesPerSample(image.type) == 4 || out.size() <= static_cast<std::size_t>(high - low)) {
        eachPixel(image, [&](std::size_t i, std::int64_t value) { out[i] = map(value); });
        return;
    }
    std::vector<Out> table(static_cast<std::size_t>(high - low + 1));
    for (std::int64_t value = low; value <= high; ++value)
        table[static_cast<std::size_t>(value - low)] = map(value);
    eachPixel(image, [&, first = low](std::size_t i, std::int64_t value) {
        out[i] = table[static_cast<std::size_t>(value - first)];
    });
}

// Calls use(stored value) for every value that there is, at least once: of a large image of up to 16 bits not for
// every pixel.
template <class Use>
void eachValue(const StoredImage& image, const Use& use)
{
    const auto [low, high] = range(image.type);
    if (bytesPerSample(image.type) == 4 || image.samples() <= static_cast<std::size_t>(high - low)) {
        eachPixel(image, [&](std::size_t, std::int64_t value) { use(value); });
        return;
    }
    std::vector<std::uint8_t> there(static_cast<std::size_t>(high - low + 1));
    eachPixel(image, [&, first = low](std::size_t, std::int64_t value) {
        there[static_cast<std::size_t>(value - first)] = 1;
    });
    for (std::size_t i = 0; i < there.size(); ++i)
        if (there[i] != 0)
            use(low + static_cast<std::int64_t>(i));
}

bool isPadding(const GreyPipeline& pipeline, std::int64_t stored)
{
    return pipeline.padding && stored >= pipeline.padding->first && stored <= pipeline.padding->second;
}

std::uint8_t toScreen(double share)
{
    return static_cast<std::uint8_t>(std::floor(std::clamp(share, 0.0, 1.0) * 255.0 + 0.5));
}

double entry(const LookupTable& table, double value)
{
    if (table.entries.empty())
        return value;
    const double index = std::floor(value + 0.5) - table.firstMapped;
    const double last = static_cast<double>(table.entries.size() - 1);
    return table.entries[static_cast<std::size_t>(std::clamp(index, 0.0, last))];
}

} // namespace

std::int64_t storedValue(const StoredImage& image, std::size_t index)
{
    const std::byte* bytes = image.bytes.data();
    switch (image.type) {
    case SampleType::U8: return sample<std::uint8_t>(bytes, index);
    case SampleType::S8: return sample<std::int8_t>(bytes, index);
    case SampleType::U16: return sample<std::uint16_t>(bytes, index);
    case SampleType::S16: return sample<std::int16_t>(bytes, index);
    case SampleType::U32: return sample<std::uint32_t>(bytes, index);
    case SampleType::S32: return sample<std::int32_t>(bytes, index);
    }
    return 0;
}

double applyModality(const GreyPipeline& pipeline, std::int64_t stored)
{
    const double value = static_cast<double>(stored);
    return pipeline.modalityTable ? entry(*pipeline.modalityTable, value) : value * pipeline.slope + pipeline.intercept;
}

Raster<float> modalityValues(const StoredImage& image, const GreyPipeline& pipeline)
{
    Raster<float> out(image.rows, image.columns);
    const bool grey = image.channels == 1;
    mapPixels(image, out.values, [&](std::int64_t stored) {
        return static_cast<float>(grey ? applyModality(pipeline, stored) : static_cast<double>(stored));
    });
    return out;
}

Raster<std::uint8_t> paddingMask(const StoredImage& image, const GreyPipeline& pipeline)
{
    Raster<std::uint8_t> out(image.rows, image.columns);
    if (pipeline.padding && image.channels == 1)
        eachPixel(image,
                  [&](std::size_t i, std::int64_t stored) { out.values[i] = isPadding(pipeline, stored) ? 1 : 0; });
    return out;
}

double applyWindow(const Window& window, double x)
{
    const double c = window.centre, w = window.width;
    switch (window.function) {
    case WindowFunction::Linear:
        if (x <= c - 0.5 - (w - 1) / 2)
            return 0;
        if (x > c - 0.5 + (w - 1) / 2)
            return 1;
        return (x - (c - 0.5)) / (w - 1) + 0.5;
    case WindowFunction::LinearExact:
        if (x <= c - w / 2)
            return 0;
        if (x > c + w / 2)
            return 1;
        return (x - c) / w + 0.5;
    case WindowFunction::Sigmoid: return 1 / (1 + std::exp(-4 * (x - c) / w));
    }
    return 0;
}

double applyTable(const LookupTable& table, double value)
{
    const double full = std::exp2(std::clamp(table.bits, 1, 16)) - 1;
    return std::min(1.0, entry(table, value) / full);
}

Window windowOf(const VoiChoice& voi)
{
    if (voi.window)
        return *voi.window;
    const double entries = static_cast<double>(voi.table->entries.size());
    return {voi.table->firstMapped + entries / 2, std::max(entries, 1.0), WindowFunction::Linear,
            voi.table->explanation};
}

Window automaticWindow(const StoredImage& image, const GreyPipeline& pipeline)
{
    double low = std::numeric_limits<double>::infinity(), high = -low;
    eachValue(image, [&](std::int64_t stored) {
        if (image.channels == 1 && isPadding(pipeline, stored))
            return;
        const double value = image.channels == 1 ? applyModality(pipeline, stored) : static_cast<double>(stored);
        low = std::min(low, value);
        high = std::max(high, value);
    });
    if (!(low < high)) // one value or none: that value is black
        return {std::isfinite(low) ? low + 0.5 : 0.5, 1, WindowFunction::LinearExact, "auto"};
    return {(low + high) / 2, high - low, WindowFunction::LinearExact, "auto"};
}

Raster<std::uint8_t> displayImage(const StoredImage& image, const GreyPipeline& pipeline, std::size_t choice)
{
    const bool grey = image.channels == 1;
    VoiChoice voi;
    if (!grey)
        voi.window = Window{};
    else if (choice < pipeline.voi.size())
        voi = pipeline.voi[choice];
    else
        voi.window = automaticWindow(image, pipeline);
    const double full =
        std::exp2(pipeline.bits > 0 ? pipeline.bits : 8 * static_cast<int>(bytesPerSample(image.type))) - 1;

    Raster<std::uint8_t> out(image.rows, image.columns);
    mapPixels(image, out.values, [&](std::int64_t stored) -> std::uint8_t {
        if (!grey)
            return toScreen(static_cast<double>(stored) / full);
        if (isPadding(pipeline, stored))
            return 0;
        const double value = applyModality(pipeline, stored);
        const double share = voi.window ? applyWindow(*voi.window, value) : applyTable(*voi.table, value);
        return toScreen(pipeline.inverted ? 1 - share : share);
    });
    return out;
}

std::vector<std::uint8_t> displayColour(const StoredImage& image, const GreyPipeline& pipeline)
{
    const double full =
        std::exp2(pipeline.bits > 0 ? pipeline.bits : 8 * static_cast<int>(bytesPerSample(image.type))) - 1;
    std::vector<std::uint8_t> out(image.samples());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = toScreen(static_cast<double>(storedValue(image, i)) / full);
    return out;
}

} // namespace mama
