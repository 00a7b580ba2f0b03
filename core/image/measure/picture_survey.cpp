#include "core/image/measure/picture_survey.h"

#include "core/image/bit_patterns.h"

#include <algorithm>
#include <cstring>

namespace mama {
namespace {

// One row of cells while its rows of pixels are read.
struct CellRow
{
    std::vector<float> grey;
    std::vector<std::uint32_t> shown;
    std::vector<std::uint8_t> lightest;

    explicit CellRow(std::size_t cells) : grey(cells), shown(cells), lightest(cells) {}
    void clear()
    {
        std::fill(grey.begin(), grey.end(), 0.0F);
        std::fill(shown.begin(), shown.end(), 0U);
        std::fill(lightest.begin(), lightest.end(), std::uint8_t{0});
    }
};

struct Tables
{
    const float* grey;
    const std::uint8_t* shown;
};

// Sums and greatest values of one row of pixels; a cell's floats are added in the order of NormalisedGrey::reduced.
template <class Sample>
void addRow(const Sample* samples, int columns, int factor, const Tables& tables, CellRow& out)
{
    std::size_t cell = 0;
    for (int first = 0; first < columns; first += factor, ++cell) {
        const Sample* const end = samples + std::min(columns, first + factor);
        float grey = 0;
        std::uint32_t shown = 0;
        std::uint8_t lightest = out.lightest[cell];
        for (const Sample* each = samples + first; each != end; ++each) {
            const std::uint8_t value = tables.shown[*each];
            grey += tables.grey[*each];
            shown += value;
            lightest = std::max(lightest, value);
        }
        out.grey[cell] += grey;
        out.shown[cell] += shown;
        out.lightest[cell] = lightest;
    }
}

std::uint8_t meanOf(std::uint32_t sum, std::uint32_t pixels)
{
    return static_cast<std::uint8_t>((sum + pixels / 2) / pixels);
}

// Rows or columns of pixels in a row or column of cells.
int within(int cell, int factor, int all) { return std::min(all, (cell + 1) * factor) - cell * factor; }

std::vector<std::uint8_t> shownTable(const StoredImage& image, const GreyPipeline& pipeline)
{
    GreyPipeline first = pipeline;
    if (first.voi.empty())
        first.voi.push_back({automaticWindow(image, pipeline), {}});
    const BitPatterns every(image);
    const Raster<std::uint8_t> shown = displayImage(every.picture, first);
    std::vector<std::uint8_t> table(every.high + 1);
    std::copy(shown.values.begin(), shown.values.end(), table.begin() + static_cast<std::ptrdiff_t>(every.low));
    return table;
}

} // namespace

PictureSurvey::PictureSurvey(const StoredImage& image, const GreyPipeline& pipeline) : m_image(image)
{
    const int factor = outlineFactor(image.rows, image.columns);
    m_shown = m_lightest =
        Raster<std::uint8_t>((image.rows + factor - 1) / factor, (image.columns + factor - 1) / factor);
    if (image.channels == 1 && bytesPerSample(image.type) <= 2) {
        m_table = shownTable(image, pipeline);
        lookAtRows(NormalisedGrey(image, pipeline));
    } else {
        m_picture = displayImage(image, pipeline);
        const StoredImage grey = image.channels == 1 ? StoredImage() : toGrey(image);
        lookAtPicture(NormalisedGrey(image.channels == 1 ? image : grey, pipeline));
    }
}

std::uint8_t PictureSurvey::shownAt(int row, int column) const
{
    if (m_table.empty())
        return m_picture.at(row, column);
    const std::size_t at =
        static_cast<std::size_t>(row) * static_cast<std::size_t>(m_image.columns) + static_cast<std::size_t>(column);
    if (bytesPerSample(m_image.type) == 1)
        return m_table[std::to_integer<std::size_t>(m_image.bytes[at])];
    std::uint16_t sample = 0;
    std::memcpy(&sample, m_image.bytes.data() + 2 * at, 2);
    return m_table[sample];
}

Raster<std::uint8_t> PictureSurvey::shownWhole() const
{
    if (m_table.empty())
        return m_picture;
    Raster<std::uint8_t> out(m_image.rows, m_image.columns);
    for (int row = 0; row < out.rows; ++row)
        for (int column = 0; column < out.columns; ++column)
            out.at(row, column) = shownAt(row, column);
    return out;
}

void PictureSurvey::lookAtRows(const NormalisedGrey& grey)
{
    const int factor = outlineFactor(m_image.rows, m_image.columns);
    const Tables tables{grey.table().data(), m_table.data()};
    Raster<float> means(m_shown.rows, m_shown.columns);
    CellRow cells(static_cast<std::size_t>(means.columns));
    for (int row = 0; row < means.rows; ++row) {
        cells.clear();
        const int last = row * factor + within(row, factor, m_image.rows);
        for (int line = row * factor; line < last; ++line) {
            const std::byte* bytes = m_image.bytes.data() + static_cast<std::size_t>(line) *
                                                                static_cast<std::size_t>(m_image.columns) *
                                                                bytesPerSample(m_image.type);
            if (bytesPerSample(m_image.type) == 1)
                addRow(reinterpret_cast<const std::uint8_t*>(bytes), m_image.columns, factor, tables, cells);
            else
                addRow(reinterpret_cast<const std::uint16_t*>(bytes), m_image.columns, factor, tables, cells);
        }
        for (int column = 0; column < means.columns; ++column) {
            const auto at = static_cast<std::size_t>(column);
            const int pixels = (last - row * factor) * within(column, factor, m_image.columns);
            means.at(row, column) = cells.grey[at] / static_cast<float>(pixels);
            m_shown.at(row, column) = meanOf(cells.shown[at], static_cast<std::uint32_t>(pixels));
        }
        std::copy(cells.lightest.begin(), cells.lightest.end(), &m_lightest.at(row, 0));
    }
    m_breast = findBreast(means, m_image.rows, m_image.columns, &m_outlined);
}

void PictureSurvey::lookAtPicture(const NormalisedGrey& grey)
{
    const int factor = outlineFactor(m_image.rows, m_image.columns);
    for (int row = 0; row < m_shown.rows; ++row)
        for (int column = 0; column < m_shown.columns; ++column) {
            std::uint32_t sum = 0;
            const int rows = within(row, factor, m_image.rows), columns = within(column, factor, m_image.columns);
            std::uint8_t& lightest = m_lightest.at(row, column);
            for (int line = row * factor; line < row * factor + rows; ++line)
                for (int at = column * factor; at < column * factor + columns; ++at) {
                    sum += m_picture.at(line, at);
                    lightest = std::max(lightest, m_picture.at(line, at));
                }
            m_shown.at(row, column) = meanOf(sum, static_cast<std::uint32_t>(rows * columns));
        }
    m_breast = findBreast(grey.reduced(factor), m_image.rows, m_image.columns, &m_outlined);
}

} // namespace mama
