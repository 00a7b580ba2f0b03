#include "core/image/files/tiff_picture.h"

#include "core/image/files/raster_header.h"
#include "core/image/files/tiff_check.h"
#include "core/image/files/tiff_memory.h"
#include "core/image/zero_holes.h"

#include <algorithm>
#include <cstring>
#include <tiffio.h>

namespace mama {
namespace {

template <class T>
T field(TIFF* file, std::uint32_t tag)
{
    T value{};
    TIFFGetFieldDefaulted(file, tag, &value);
    return value;
}

// Where the decoded samples go: straight into the picture, or nowhere.
class Target
{
public:
    Target(TIFF* file, const TiffPage& page) : m_file(file), m_tiled(TIFFIsTiled(file) != 0)
    {
        const auto photometric = field<std::uint16_t>(file, TIFFTAG_PHOTOMETRIC),
                   bits = field<std::uint16_t>(file, TIFFTAG_BITSPERSAMPLE),
                   compression = field<std::uint16_t>(file, TIFFTAG_COMPRESSION);
        const auto rows = field<std::uint32_t>(file, TIFFTAG_IMAGELENGTH),
                   columns = field<std::uint32_t>(file, TIFFTAG_IMAGEWIDTH);
        const auto samples = field<std::uint16_t>(file, TIFFTAG_SAMPLESPERPIXEL);
        m_white = photometric == PHOTOMETRIC_MINISWHITE;
        m_raw = compression == COMPRESSION_NONE && !m_tiled;
        const bool grey = photometric <= PHOTOMETRIC_MINISBLACK && samples == 1,
                   colour = photometric == PHOTOMETRIC_RGB && samples == 3 &&
                            field<std::uint16_t>(file, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_CONTIG;
        const bool plain = (grey || colour) && (bits == 8 || bits == 16) &&
                           field<std::uint16_t>(file, TIFFTAG_SAMPLEFORMAT) <= SAMPLEFORMAT_UINT &&
                           field<std::uint16_t>(file, TIFFTAG_FILLORDER) == FILLORDER_MSB2LSB &&
                           compression != COMPRESSION_JPEG && compression != COMPRESSION_OJPEG;
        if (!plain || rows != page.rows || columns != page.columns)
            return;
        m_image = StoredImage{static_cast<int>(rows),
                              static_cast<int>(columns),
                              samples,
                              bits == 8 ? SampleType::U8 : SampleType::U16,
                              {}};
        m_pixel = samples * (bits / std::size_t{8});
        m_image->bytes.resize(m_image->samples() * (bits / std::size_t{8}));
    }

    bool plain() const { return m_image.has_value(); }
    // A strip's place in the picture; empty: it is decoded elsewhere and put where it belongs.
    std::span<std::byte> place(std::uint32_t number, std::size_t size)
    {
        if (!m_image || m_tiled)
            return {};
        const std::size_t strip = static_cast<std::size_t>(TIFFStripSize(m_file)), at = number * strip;
        return at + size <= m_image->bytes.size() ? std::span(m_image->bytes).subspan(at, size)
                                                  : std::span<std::byte>();
    }
    void put(std::uint32_t number, std::span<const std::byte> tile)
    {
        if (!m_image || !m_tiled)
            return;
        const auto width = field<std::uint32_t>(m_file, TIFFTAG_TILEWIDTH),
                   height = field<std::uint32_t>(m_file, TIFFTAG_TILELENGTH);
        const auto rows = static_cast<std::uint32_t>(m_image->rows),
                   columns = static_cast<std::uint32_t>(m_image->columns);
        const std::uint32_t across = (columns + width - 1) / width, left = number % across * width,
                            top = number / across * height;
        if (left >= columns || top >= rows)
            return;
        const std::size_t line = std::min(width, columns - left) * m_pixel;
        for (std::uint32_t row = 0; row < std::min(height, rows - top); ++row)
            std::memcpy(m_image->bytes.data() + ((std::size_t{top} + row) * columns + left) * m_pixel,
                        tile.data() + std::size_t{row} * width * m_pixel, line);
    }
    TiffPicture take()
    {
        TiffPicture out;
        if (!m_image)
            return out;
        if (m_raw)
            out.doubt = zerosInTheMidst({m_image->bytes, bytesPerSample(m_image->type),
                                         static_cast<std::size_t>(m_image->columns * m_image->channels)});
        if (m_white)
            for (std::byte& each : m_image->bytes)
                each = ~each;
        out.plain = std::move(m_image);
        return out;
    }

private:
    TIFF* m_file;
    bool m_tiled, m_white = false, m_raw = false;
    std::size_t m_pixel = 1; // bytes
    std::optional<StoredImage> m_image;
};

// Every strip or tile, decoded as its compression says.
bool decode(TiffMemory& file, Target& target)
{
    TIFF* tiff = file.get();
    const bool tiled = TIFFIsTiled(tiff) != 0;
    const std::uint32_t count = tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    const tmsize_t size = tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    constexpr tmsize_t most = tmsize_t{1} << 31;
    if (size <= 0 || size > most)
        return false;
    const auto rows = field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH);
    const std::uint32_t perStrip = std::clamp<std::uint32_t>(field<std::uint32_t>(tiff, TIFFTAG_ROWSPERSTRIP), 1,
                                                             std::max<std::uint32_t>(rows, 1)),
                        inPlane = std::max<std::uint32_t>(1, (rows + perStrip - 1) / perStrip);
    StrileCheck check(tiff);
    std::vector<std::byte> scratch;
    static_cast<void>(file.complained()); // of its directory
    for (std::uint32_t i = 0; i < count; ++i) {
        const tmsize_t whole =
            tiled ? size : TIFFVStripSize(tiff, std::min(perStrip, rows - std::min(rows, i % inPlane * perStrip)));
        std::span<std::byte> to = target.place(i, static_cast<std::size_t>(std::max<tmsize_t>(whole, 0)));
        if (to.empty()) {
            scratch.resize(static_cast<std::size_t>(size));
            to = scratch;
        }
        const auto room = static_cast<tmsize_t>(to.size());
        const tmsize_t made =
            tiled ? TIFFReadEncodedTile(tiff, i, to.data(), room) : TIFFReadEncodedStrip(tiff, i, to.data(), room);
        const std::uint64_t length = TIFFGetStrileByteCount(tiff, i), offset = TIFFGetStrileOffset(tiff, i);
        if (made < (target.plain() ? whole : 0) || file.complained() || offset > file.bytes().size())
            return false;
        const auto raw = file.bytes().subspan(offset, std::min<std::uint64_t>(length, file.bytes().size() - offset));
        if (!check.isSound(raw, static_cast<std::size_t>(made)))
            return false;
        target.put(i, to);
    }
    return check.allSound();
}

} // namespace

TiffPicture readTiff(std::span<const std::byte> bytes, const TiffPage& page)
{
    TiffPicture out{brokenData("tiff"), {}, {}};
    TiffMemory file(bytes, page);
    if (!file.get())
        return out;
    if (UserText wrong = wrongLayout(file.get(), bytes); !wrong.empty()) {
        out.why = std::move(wrong);
        return out;
    }
    Target target(file.get(), page);
    if (!decode(file, target))
        return out;
    return target.take();
}

} // namespace mama
