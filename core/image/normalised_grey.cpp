#include "core/image/normalised_grey.h"

#include "core/image/bit_patterns.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <opencv2/imgproc.hpp>

namespace mama {
namespace {

// Value and number of pixels, in rising order of value.
using Counts = std::vector<std::pair<float, std::uint64_t>>;

// The value below which exactly `drop` pixels lie, counted from the first entry on.
template <class Iterator>
float quantile(Iterator first, Iterator last, std::uint64_t drop)
{
    std::uint64_t passed = 0;
    for (Iterator it = first; it != last; ++it) {
        passed += it->second;
        if (passed > drop)
            return it->first;
    }
    return 0;
}

// 0..1 of a modality value.
struct Scale
{
    float low = 0, high = 0;
    bool inverted = false;

    Scale(const Counts& counts, bool isInverted) : inverted(isInverted)
    {
        std::uint64_t pixels = 0;
        for (const auto& [value, count] : counts)
            pixels += count;
        const std::uint64_t drop = std::min(std::max<std::uint64_t>(4, pixels / 100'000), pixels / 4);
        low = quantile(counts.begin(), counts.end(), drop);
        high = quantile(counts.rbegin(), counts.rend(), drop);
    }
    float operator()(float value) const
    {
        if (!(high > low) || std::isnan(value))
            return 0;
        const float share = std::clamp((value - low) / (high - low), 0.0F, 1.0F);
        return inverted ? 1 - share : share;
    }
};

template <class Sample>
std::vector<std::uint32_t> histogram(const StoredImage& image)
{
    std::vector<std::uint32_t> counts(std::size_t{1} << (8 * sizeof(Sample)));
    const auto* samples = reinterpret_cast<const Sample*>(image.bytes.data());
    const std::size_t width = static_cast<std::size_t>(image.columns);
    // Four million pixels are enough for the tails.
    const std::size_t step = std::max<std::size_t>(1, image.samples() / 4'000'000);
    for (std::size_t row = 0; row < static_cast<std::size_t>(image.rows); row += step)
        for (const Sample* s = samples + row * width; s != samples + (row + 1) * width; ++s)
            ++counts[*s];
    return counts;
}

// Sums of factor pixels along one row, added to sums.
void addRow(const std::vector<float>& row, int factor, float* sums)
{
    const std::size_t width = row.size(), step = static_cast<std::size_t>(factor);
    for (std::size_t c = 0; c < width; c += step, ++sums)
        *sums += std::accumulate(&row[c], row.data() + std::min(width, c + step), 0.0F);
}

template <class Sample>
void lookUp(const StoredImage& image, const std::vector<float>& table, int row, int first, int count, float* out)
{
    const auto* samples = reinterpret_cast<const Sample*>(image.bytes.data()) +
                          static_cast<std::size_t>(row) * static_cast<std::size_t>(image.columns) +
                          static_cast<std::size_t>(first);
    for (int i = 0; i < count; ++i)
        out[i] = table[samples[i]];
}

// Small pictures are done sooner than helpers wake up.
void inParallel(int rows, int columns, const std::function<void(int)>& body)
{
    constexpr int small = 1 << 18;
    if (rows < small / std::max(1, columns)) {
        for (int r = 0; r < rows; ++r)
            body(r);
        return;
    }
    cv::parallel_for_(cv::Range(0, rows), [&](const cv::Range& range) {
        for (int r = range.start; r < range.end; ++r)
            body(r);
    });
}

template <class Sample>
StoredImage mixed(const StoredImage& image, int depth)
{
    StoredImage grey{image.rows, image.columns, 1, sizeof(Sample) == 1 ? SampleType::U8 : SampleType::U16, {}};
    grey.bytes.resize(grey.samples() * sizeof(Sample));
    const cv::Mat colour(image.rows, image.columns, CV_MAKETYPE(depth, 3), const_cast<std::byte*>(image.bytes.data()));
    cv::Mat target(image.rows, image.columns, CV_MAKETYPE(depth, 1), grey.bytes.data());
    cv::cvtColor(colour, target, cv::COLOR_RGB2GRAY);
    return grey;
}

} // namespace

StoredImage toGrey(const StoredImage& image)
{
    if (image.channels == 1)
        return image;
    if (bytesPerSample(image.type) == 1)
        return mixed<std::uint8_t>(image, CV_8U);
    if (bytesPerSample(image.type) == 2)
        return mixed<std::uint16_t>(image, CV_16U);
    // 32 bits a sample: by hand, OpenCV has no such conversion.
    StoredImage grey{image.rows, image.columns, 1, image.type, {}};
    grey.bytes.resize(grey.samples() * sizeof(std::uint32_t));
    const auto* in = reinterpret_cast<const std::uint32_t*>(image.bytes.data());
    auto* out = reinterpret_cast<std::uint32_t*>(grey.bytes.data());
    for (std::size_t i = 0; i < grey.samples(); ++i)
        out[i] =
            static_cast<std::uint32_t>(std::lround(0.299 * in[3 * i] + 0.587 * in[3 * i + 1] + 0.114 * in[3 * i + 2]));
    return grey;
}

NormalisedGrey::NormalisedGrey(const StoredImage& image, const GreyPipeline& pipeline) : m_image(image)
{
    if (bytesPerSample(image.type) <= 2)
        makeTable(pipeline);
    else
        makeValues(pipeline);
}

void NormalisedGrey::makeTable(const GreyPipeline& pipeline)
{
    const bool wide = bytesPerSample(m_image.type) == 2;
    const BitPatterns every(m_image);
    const std::vector<std::uint32_t> counts =
        wide ? histogram<std::uint16_t>(m_image) : histogram<std::uint8_t>(m_image);
    const Raster<float> modality = modalityValues(every.picture, pipeline);
    const Raster<std::uint8_t> padding = paddingMask(every.picture, pipeline);
    Counts used;
    for (std::size_t i = 0; i < modality.values.size(); ++i)
        if (counts[every.low + i] > 0 && !padding.values[i])
            used.emplace_back(modality.values[i], counts[every.low + i]);
    std::ranges::sort(used);
    const Scale scale(used, pipeline.inverted);
    m_table.resize(every.high + 1);
    for (std::size_t i = 0; i < modality.values.size(); ++i)
        m_table[every.low + i] = padding.values[i] ? 0.0F : scale(modality.values[i]);
}

void NormalisedGrey::makeValues(const GreyPipeline& pipeline)
{
    m_values = modalityValues(m_image, pipeline);
    const Raster<std::uint8_t> padding = paddingMask(m_image, pipeline);
    Counts used;
    for (std::size_t i = 0; i < m_values.values.size(); ++i)
        if (!padding.values[i])
            used.emplace_back(m_values.values[i], 1);
    std::ranges::sort(used);
    const Scale scale(used, pipeline.inverted);
    for (std::size_t i = 0; i < m_values.values.size(); ++i)
        m_values.values[i] = padding.values[i] ? 0.0F : scale(m_values.values[i]);
}

void NormalisedGrey::line(int row, int first, int count, float* out) const
{
    if (m_table.empty())
        std::copy_n(&m_values.at(row, first), count, out);
    else if (bytesPerSample(m_image.type) == 2)
        lookUp<std::uint16_t>(m_image, m_table, row, first, count, out);
    else
        lookUp<std::uint8_t>(m_image, m_table, row, first, count, out);
}

Raster<float> NormalisedGrey::crop(const Box& box) const
{
    Raster<float> out(box.height(), box.width());
    inParallel(out.rows, out.columns, [&](int r) { line(box.y0 + r, box.x0, out.columns, &out.at(r, 0)); });
    return out;
}

Raster<float> NormalisedGrey::reduced(int factor) const
{
    Raster<float> out((rows() + factor - 1) / factor, (columns() + factor - 1) / factor);
    inParallel(out.rows, columns() * factor, [&](int r) {
        std::vector<float> values(static_cast<std::size_t>(columns()));
        const int first = r * factor, last = std::min(rows(), first + factor);
        for (int row = first; row < last; ++row) {
            line(row, 0, columns(), values.data());
            addRow(values, factor, &out.at(r, 0));
        }
        for (int c = 0; c < out.columns; ++c)
            out.at(r, c) /= static_cast<float>((last - first) * (std::min(columns(), (c + 1) * factor) - c * factor));
    });
    return out;
}

} // namespace mama
