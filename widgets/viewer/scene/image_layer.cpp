#include "widgets/viewer/scene/image_layer.h"

#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

constexpr int tableRow = 4096; // entries a texture row, as the shader's index arithmetic has it

TexelType typeOf(const ViewLevel& level)
{
    return !level.colour.empty() ? TexelType::Rgba8 : level.wide.empty() ? TexelType::GreyPair : TexelType::FloatPair;
}

// Grey pixels go two to a texel.
int texelsOf(const ViewLevel& level) { return level.colour.empty() ? (level.columns + 1) / 2 : level.columns; }

// Rows of an odd number of pixels end in half a texel.
template <class Code>
void writePairs(GpuTexture& texture, const std::vector<Code>& codes, const ViewLevel& level, int first, int rows)
{
    const auto columns = static_cast<std::size_t>(level.columns);
    const Code* from = codes.data() + static_cast<std::size_t>(first) * columns;
    if (columns % 2 == 0)
        return texture.write(first, rows, from);
    std::vector<Code> even((columns + 1) * static_cast<std::size_t>(rows));
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r)
        std::copy_n(from + r * columns, columns, even.begin() + static_cast<std::ptrdiff_t>(r * (columns + 1)));
    texture.write(first, rows, even.data());
}

void writeRows(GpuTexture& texture, const ViewLevel& level, int first, int rows)
{
    if (!level.colour.empty())
        texture.write(first, rows,
                      level.colour.data() +
                          std::size_t{4} * static_cast<std::size_t>(first) * static_cast<std::size_t>(level.columns));
    else if (level.wide.empty())
        writePairs(texture, level.grey, level, first, rows);
    else
        writePairs(texture, level.wide, level, first, rows);
}

} // namespace

ImageLayer::ImageLayer(vtkOpenGLRenderWindow* window, std::shared_ptr<const ViewImage> image)
    : m_window(window), m_image(std::move(image)), m_textures(m_image->levels().size())
{
    const int largest = largestTexture(window);
    while (m_finest + 1 < m_textures.size() &&
           std::max(m_image->levels()[m_finest].rows, m_image->levels()[m_finest].columns) > largest)
        ++m_finest;
    const std::size_t coarsest = m_textures.size() - 1;
    while (m_textures[coarsest].rowsDone < m_image->levels()[coarsest].rows)
        uploadStrip(coarsest, 1 << 20);
    m_breast = maskTexture(window, m_image->breast());
}

ImageLayer::~ImageLayer() = default;

std::size_t ImageLayer::levelFor(double devicePixelsPerStored) const
{
    const double halvings = std::floor(std::log2(std::max(1 / std::max(devicePixelsPerStored, 1e-9), 1.0)) + 1e-6);
    return std::clamp(static_cast<std::size_t>(halvings), m_finest, m_textures.size() - 1);
}

std::size_t ImageLayer::bestLevel(std::size_t wanted) const
{
    std::size_t level = wanted;
    while (level + 1 < m_textures.size() && m_textures[level].rowsDone < m_image->levels()[level].rows)
        ++level;
    return level;
}

bool ImageLayer::upload(std::size_t wanted, std::size_t bytes)
{
    // Straight to the wanted level unless it is large: then a small one first, so that something sharp comes soon.
    for (const std::size_t index : {std::min(wanted + 2, m_textures.size() - 1), wanted}) {
        while (bytes > 0 && m_textures[index].rowsDone < m_image->levels()[index].rows) {
            const std::size_t sent = uploadStrip(index, bytes);
            bytes -= std::min(bytes, sent);
        }
    }
    return m_textures[wanted].rowsDone >= m_image->levels()[wanted].rows;
}

std::size_t ImageLayer::uploadStrip(std::size_t index, std::size_t bytes)
{
    const ViewLevel& source = m_image->levels()[index];
    Level& level = m_textures[index];
    if (!level.texture)
        level.texture = std::make_unique<GpuTexture>(m_window, typeOf(source), texelsOf(source), source.rows);
    const std::size_t stride =
        static_cast<std::size_t>(texelsOf(source)) * static_cast<std::size_t>(level.texture->bytesPerTexel());
    const int rows = std::clamp(static_cast<int>(bytes / stride), 1, source.rows - level.rowsDone);
    writeRows(*level.texture, source, level.rowsDone, rows);
    level.rowsDone += rows;
    return static_cast<std::size_t>(rows) * stride;
}

void ImageLayer::setTable(const LookupTable* table)
{
    if (table == m_tableSource)
        return;
    m_tableSource = table;
    m_table.reset();
    if (!table || table->entries.empty())
        return;
    const int rows = static_cast<int>((table->entries.size() + tableRow - 1) / tableRow);
    std::vector<float> shares(static_cast<std::size_t>(rows) * tableRow);
    const double full = std::exp2(std::clamp(table->bits, 1, 16)) - 1;
    for (std::size_t i = 0; i < table->entries.size(); ++i)
        shares[i] = static_cast<float>(std::min(1.0, table->entries[i] / full));
    m_table = std::make_unique<GpuTexture>(m_window, TexelType::Float, tableRow, rows);
    m_table->write(0, rows, shares.data());
}

std::unique_ptr<GpuTexture> maskTexture(vtkOpenGLRenderWindow* window, const Raster<std::uint8_t>& mask)
{
    std::vector<std::uint8_t> texels(mask.values.size());
    std::transform(mask.values.begin(), mask.values.end(), texels.begin(),
                   [](std::uint8_t v) -> std::uint8_t { return v ? 255 : 0; });
    auto texture = std::make_unique<GpuTexture>(window, TexelType::Mask8, mask.columns, mask.rows, true);
    texture->write(0, mask.rows, texels.data());
    return texture;
}

} // namespace mama::viewer
