#include "widgets/viewer/scene/view_image.h"

#include "core/base/error.h"
#include "core/image/breast_outline.h"
#include "core/study/study.h"
#include "widgets/viewer/scene/reduce.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

namespace mama::viewer {
namespace {

constexpr float noPicture = -1e38F; // code of a padded pixel where no integer is free for it

// Calls f with a reader of stored sample i, so that the loop inside runs over the true type.
template <class F>
auto withSamples(const StoredImage& image, F f)
{
    const auto read = [&]<class T>(T) {
        const std::byte* data = image.bytes.data();
        return f([data](std::size_t i) {
            T value;
            std::memcpy(&value, data + i * sizeof(T), sizeof(T));
            return static_cast<std::int64_t>(value);
        });
    };
    switch (image.type) {
    case SampleType::U8: return read(std::uint8_t{});
    case SampleType::S8: return read(std::int8_t{});
    case SampleType::U16: return read(std::uint16_t{});
    case SampleType::S16: return read(std::int16_t{});
    case SampleType::U32: return read(std::uint32_t{});
    case SampleType::S32: break;
    }
    return read(std::int32_t{});
}

std::pair<std::int64_t, std::int64_t> storedRange(const StoredImage& image)
{
    if (image.type == SampleType::U8 || image.type == SampleType::U16)
        return {0, 65535};
    if (image.type == SampleType::S8 || image.type == SampleType::S16)
        return {-32768, 32767};
    return withSamples(image, [&](auto sample) {
        std::int64_t low = sample(0), high = low;
        for (std::size_t i = 1; i < image.samples(); ++i) {
            low = std::min(low, sample(i));
            high = std::max(high, sample(i));
        }
        return std::pair{low, high};
    });
}

bool usable(const VoiChoice& choice)
{
    if (choice.table)
        return !choice.table->entries.empty();
    if (!choice.window || !std::isfinite(choice.window->centre) || !std::isfinite(choice.window->width))
        return false;
    return choice.window->width >= 1 || (choice.window->function != WindowFunction::Linear && choice.window->width > 0);
}

std::vector<float> wideCodes(const StoredImage& stored, const GreyPipeline& pipeline)
{
    std::vector<float> codes(stored.samples());
    withSamples(stored, [&](auto sample) {
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const std::int64_t v = sample(i);
            const bool out = pipeline.padding && v >= pipeline.padding->first && v <= pipeline.padding->second;
            codes[i] = out ? noPicture : static_cast<float>(applyModality(pipeline, v));
        }
        return 0;
    });
    return codes;
}

std::vector<std::uint16_t> narrowCodes(const StoredImage& stored, std::int64_t base)
{
    std::vector<std::uint16_t> codes(stored.samples());
    withSamples(stored, [&](auto sample) {
        for (std::size_t i = 0; i < codes.size(); ++i)
            codes[i] = static_cast<std::uint16_t>(sample(i) - base);
        return 0;
    });
    return codes;
}

Box boxOf(const Raster<std::uint8_t>& mask, int rows, int columns)
{
    Box box{columns, rows, -1, -1};
    for (int r = 0; r < mask.rows; ++r)
        for (int c = 0; c < mask.columns; ++c)
            if (mask.at(r, c))
                box = {std::min(box.x0, c * 8), std::min(box.y0, r * 8),
                       std::max(box.x1, std::min(c * 8 + 7, columns - 1)),
                       std::max(box.y1, std::min(r * 8 + 7, rows - 1))};
    return box.x1 < 0 ? Box{0, 0, columns - 1, rows - 1} : box;
}

// A grey picture in a file of colour; empty: some pixel has a colour.
std::optional<StoredImage> greyOfEqualChannels(const StoredImage& image)
{
    if (image.channels != 3)
        return {};
    const std::size_t bytes = bytesPerSample(image.type), pixels = image.samples() / 3;
    StoredImage grey{image.rows, image.columns, 1, image.type, std::vector<std::byte>(pixels * bytes)};
    for (std::size_t i = 0; i < pixels; ++i) {
        const std::byte* pixel = image.bytes.data() + 3 * i * bytes;
        if (std::memcmp(pixel, pixel + bytes, 2 * bytes) != 0)
            return {};
        std::memcpy(grey.bytes.data() + i * bytes, pixel, bytes);
    }
    return grey;
}

} // namespace

template <class Code>
void ViewImage::buildGrey(std::vector<Code> codes, int rows, int columns)
{
    ViewLevel level{rows, columns, {}, {}, {}};
    if constexpr (std::is_same_v<Code, float>)
        level.wide = std::move(codes);
    else
        level.grey = std::move(codes);
    m_levels.push_back(std::move(level));
    while (std::max(m_levels.back().rows, m_levels.back().columns) > 128)
        m_levels.push_back(halved(m_levels.back(), m_paddedCodes));
}

void ViewImage::buildColour(const StoredImage& stored, const GreyPipeline& pipeline)
{
    ViewLevel level{stored.rows, stored.columns, {}, {}, {}};
    const std::vector<std::uint8_t> rgb = displayColour(stored, pipeline);
    level.colour.resize(rgb.size() / 3 * 4);
    for (std::size_t i = 0, n = rgb.size() / 3; i < n; ++i) {
        std::copy_n(rgb.begin() + static_cast<std::ptrdiff_t>(i * 3), 3,
                    level.colour.begin() + static_cast<std::ptrdiff_t>(i * 4));
        level.colour[i * 4 + 3] = 255;
    }
    m_levels.push_back(std::move(level));
    while (std::max(m_levels.back().rows, m_levels.back().columns) > 128)
        m_levels.push_back(halved(m_levels.back(), {}));
}

std::shared_ptr<const ViewImage> ViewImage::make(const StoredImage& stored, const GreyPipeline& pipeline,
                                                 const StudyImage& facts, const Raster<std::uint8_t>* breast)
{
    if (stored.rows < 1 || stored.columns < 1 || stored.bytes.size() < stored.samples() * bytesPerSample(stored.type))
        throw Error(ErrorCode::Data, "view", facts.path.filename().string(),
                    "the frame has no pixels, or fewer than its rows and columns say");
    if (const auto grey = greyOfEqualChannels(stored))
        return make(*grey, pipeline, facts, breast);
    auto image = std::make_shared<ViewImage>();
    image->m_facts = std::make_shared<const StudyImage>(facts);
    image->m_inverted = pipeline.inverted;
    if (stored.channels == 3) {
        image->buildColour(stored, pipeline);
        image->m_inverted = false;
        image->m_voi.push_back({Window{128, 256, WindowFunction::Linear, "colour"}, {}});
    } else {
        const auto [low, high] = storedRange(stored);
        image->m_afterLut = pipeline.modalityTable.has_value();
        if (!image->m_afterLut && pipeline.slope != 0) {
            image->m_intercept = pipeline.intercept;
            image->m_slope = pipeline.slope;
        }
        if (high - low > 65535 || pipeline.modalityTable) {
            image->m_step = 1;
            if (pipeline.padding)
                image->m_paddedCodes = {-std::numeric_limits<float>::max(), noPicture};
            image->buildGrey(wideCodes(stored, pipeline), stored.rows, stored.columns);
        } else {
            image->m_step = pipeline.slope;
            image->m_offset = pipeline.intercept + pipeline.slope * static_cast<double>(low);
            if (pipeline.padding)
                image->m_paddedCodes = {static_cast<double>(pipeline.padding->first - low),
                                        static_cast<double>(pipeline.padding->second - low)};
            image->buildGrey(narrowCodes(stored, low), stored.rows, stored.columns);
        }
        std::copy_if(pipeline.voi.begin(), pipeline.voi.end(), std::back_inserter(image->m_voi), usable);
        if (image->m_voi.empty())
            image->m_voi.push_back({automaticWindow(stored, pipeline), {}});
    }
    const int maskRows = (stored.rows + 7) / 8, maskColumns = (stored.columns + 7) / 8;
    if (breast && breast->rows == maskRows && breast->columns == maskColumns)
        image->m_breast = *breast;
    else
        image->m_breast = findBreast(stored, pipeline).maskByEight(stored.rows, stored.columns);
    if (image->m_breast.rows != maskRows || image->m_breast.columns != maskColumns)
        image->m_breast = Raster<std::uint8_t>(maskRows, maskColumns, 1);
    image->m_breastBox = boxOf(image->m_breast, stored.rows, stored.columns);
    return image;
}

bool ViewImage::padded(int column, int row) const
{
    if (!m_paddedCodes)
        return false;
    const auto& level = m_levels.front();
    const auto i =
        static_cast<std::size_t>(row) * static_cast<std::size_t>(level.columns) + static_cast<std::size_t>(column);
    const double code = level.wide.empty() ? level.grey[i] : static_cast<double>(level.wide[i]);
    return code >= m_paddedCodes->first && code <= m_paddedCodes->second;
}

double ViewImage::value(int column, int row) const
{
    const auto& level = m_levels.front();
    const auto i =
        static_cast<std::size_t>(row) * static_cast<std::size_t>(level.columns) + static_cast<std::size_t>(column);
    if (!level.colour.empty())
        return 0.299 * level.colour[i * 4] + 0.587 * level.colour[i * 4 + 1] + 0.114 * level.colour[i * 4 + 2];
    return m_offset + m_step * (level.wide.empty() ? level.grey[i] : static_cast<double>(level.wide[i]));
}

bool ViewImage::inBreast(int column, int row) const { return m_breast.at(row / 8, column / 8) != 0; }

} // namespace mama::viewer
