// Pictures turned as they say, read page by page, light where they are light, and refused where a part is missing.
#include "core/base/error.h"
#include "core/image/grey_pipeline.h"
#include "core/image/raster_file.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <QtTest>
#include <png.h>
#include <tiffio.h>

using namespace mama;

namespace {

void put(std::vector<std::byte>& out, std::uint32_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i)
        out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void entry(std::vector<std::byte>& out, std::uint32_t tag, std::uint32_t type, std::uint32_t value)
{
    put(out, tag, 2);
    put(out, type, 2);
    put(out, 1, 4);
    put(out, value, 4);
}

// A little-endian TIFF of pages of 1 x 2 words, each page's words given.
std::vector<std::byte> plainTiff(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pages,
                                 std::uint32_t photometric)
{
    std::vector<std::byte> out;
    put(out, 0x002A4949, 4);
    put(out, 8, 4);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        const auto data = static_cast<std::uint32_t>(out.size() + 2 + 9 * 12 + 4);
        put(out, 9, 2);
        entry(out, 256, 3, 2);
        entry(out, 257, 3, 1);
        entry(out, 258, 3, 16);
        entry(out, 259, 3, 1);
        entry(out, 262, 3, photometric);
        entry(out, 273, 4, data);
        entry(out, 277, 3, 1);
        entry(out, 278, 3, 1);
        entry(out, 279, 4, 4);
        put(out, i + 1 < pages.size() ? data + 4 : 0, 4);
        put(out, pages[i].first, 2);
        put(out, pages[i].second, 2);
    }
    return out;
}

// A PNG of 2 rows x 3 columns, 1 2 3 over 4 5 6, with an orientation in an eXIf chunk.
std::vector<std::byte> png(std::uint32_t orientation)
{
    Raster<std::uint8_t> image(2, 3);
    image.values = {1, 2, 3, 4, 5, 6};
    std::vector<std::byte> out = encodePng(image), exif;
    put(exif, 0x002A4949, 4);
    put(exif, 8, 4);
    put(exif, 1, 2);
    entry(exif, 0x0112, 3, orientation);
    put(exif, 0, 4);
    std::vector<std::byte> chunk(3);
    put(chunk, static_cast<std::uint32_t>(exif.size()), 1);
    for (const char c : {'e', 'X', 'I', 'f'})
        chunk.push_back(static_cast<std::byte>(c));
    chunk.insert(chunk.end(), exif.begin(), exif.end());
    put(chunk, 0, 4); // nobody checks this sum
    out.insert(out.begin() + 33, chunk.begin(), chunk.end());
    return out;
}

// Tissue with noise, so that no compression finds much.
int greyAt(int i, int bits)
{
    const auto noise = static_cast<std::uint32_t>(i) * 2654435761U >> 26;
    return static_cast<int>((static_cast<std::uint32_t>(i / 128) * 3 + noise) << (bits - 8 > 0 ? 6 : 0)) &
           ((1 << bits) - 1);
}

// 128 x 128 grey samples in strips of 32 rows or tiles of 32 x 32, written by libtiff.
std::vector<std::byte> compressedTiff(int compression, int bits, bool tiled)
{
    const QTemporaryDir folder;
    const QByteArray path = folder.filePath("x.tif").toLocal8Bit();
    TIFF* file = TIFFOpen(path.constData(), "w");
    for (const auto& [tag, value] : {std::pair{TIFFTAG_IMAGEWIDTH, 128},
                                     {TIFFTAG_IMAGELENGTH, 128},
                                     {TIFFTAG_BITSPERSAMPLE, bits},
                                     {TIFFTAG_SAMPLESPERPIXEL, 1},
                                     {TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK},
                                     {TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG},
                                     {TIFFTAG_COMPRESSION, compression}})
        TIFFSetField(file, static_cast<std::uint32_t>(tag), value);
    const int width = tiled ? 32 : 128, height = 32;
    if (tiled) {
        TIFFSetField(file, TIFFTAG_TILEWIDTH, width);
        TIFFSetField(file, TIFFTAG_TILELENGTH, height);
    } else {
        TIFFSetField(file, TIFFTAG_ROWSPERSTRIP, height);
    }
    std::vector<std::byte> block;
    std::uint32_t number = 0;
    for (int top = 0; top < 128; top += height)
        for (int left = 0; left < 128; left += width) {
            block.clear();
            for (int i = 0; i < width * height; ++i)
                put(block, static_cast<std::uint32_t>(greyAt((top + i / width) * 128 + left + i % width, bits)),
                    static_cast<std::size_t>(bits / 8));
            const auto size = static_cast<tmsize_t>(block.size());
            if (tiled)
                TIFFWriteEncodedTile(file, number++, block.data(), size);
            else
                TIFFWriteEncodedStrip(file, number++, block.data(), size);
        }
    TIFFClose(file);
    QFile written(path);
    const QByteArray bytes = written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
    const auto* first = reinterpret_cast<const std::byte*>(bytes.constData());
    return {first, first + bytes.size()};
}

// Black and white beside each other.
std::vector<std::byte> greyPng(int bits)
{
    const QTemporaryDir folder;
    const QByteArray path = folder.filePath("x.png").toLocal8Bit();
    std::FILE* file = std::fopen(path.constData(), "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, 2, 1, bits, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    const int most = (1 << bits) - 1;
    png_byte row[4] = {0, 0, 0xFF, 0xFF};
    if (bits < 8)
        row[0] = static_cast<png_byte>(most << (8 - 2 * bits));
    if (bits == 8)
        row[1] = 0xFF;
    png_write_row(png, row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    std::fclose(file);
    QFile written(path);
    const QByteArray bytes = written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
    const auto* first = reinterpret_cast<const std::byte*>(bytes.constData());
    return {first, first + bytes.size()};
}

std::vector<std::int64_t> valuesOf(const StoredImage& image)
{
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < image.samples(); ++i)
        out.push_back(storedValue(image, i));
    return out;
}

} // namespace

class TestRasterFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // EXIF 2.32, 4.6.4 A: where row 0 and column 0 are to be seen.
    void orientationIsApplied()
    {
        using Values = std::vector<std::int64_t>;
        const std::vector<Values> seen{{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
                                       {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
        for (std::uint32_t orientation = 1; orientation <= 8; ++orientation) {
            const auto bytes = png(orientation);
            const RasterFileInfo info = inspectRaster(bytes, "x.png");
            QCOMPARE(info.rows, std::int64_t{orientation > 4 ? 3 : 2});
            const StoredImage image = readRaster(bytes, "x.png");
            QCOMPARE(std::int64_t{image.rows}, info.rows);
            QCOMPARE(valuesOf(image), seen[orientation - 1]);
        }
    }

    void pagesAreFrames()
    {
        const auto bytes = plainTiff({{1, 2}, {3, 4}, {5, 6}}, 1);
        QCOMPARE(inspectRaster(bytes, "x.tif").frames(), 3);
        QCOMPARE(valuesOf(readRaster(bytes, "x.tif", 2)), (std::vector<std::int64_t>{5, 6}));
        QVERIFY_EXCEPTION_THROWN(readRaster(bytes, "x.tif", 3), Error);
    }

    void whiteIsZeroIsTurnedRound()
    {
        QCOMPARE(valuesOf(readRaster(plainTiff({{0, 65000}}, 0), "x.tif")), (std::vector<std::int64_t>{65535, 535}));
    }

    void aCutPictureIsRefused()
    {
        auto bytes = plainTiff({{1, 2}}, 1);
        bytes.resize(bytes.size() - 2);
        QVERIFY_EXCEPTION_THROWN(readRaster(bytes, "x.tif"), Error);
        auto other = png(1);
        other.resize(other.size() - 20);
        QVERIFY_EXCEPTION_THROWN(readRaster(other, "x.png"), Error);
    }

    // libtiff writes them; zeros in a compressed strip or tile are seen, even where the decoder goes on.
    void aHoleInATiffIsRefused_data()
    {
        QTest::addColumn<int>("compression");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("tiled");
        for (const int compression : {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE,
                                      COMPRESSION_PACKBITS, COMPRESSION_ZSTD, COMPRESSION_JPEG})
            for (const int bits : {8, 16})
                for (const bool tiled : {false, true})
                    if (compression != COMPRESSION_JPEG || bits == 8)
                        QTest::addRow("%d, %d bits%s", compression, bits, tiled ? ", tiles" : "")
                            << compression << bits << tiled;
    }

    void aHoleInATiffIsRefused()
    {
        QFETCH(int, compression);
        QFETCH(int, bits);
        QFETCH(bool, tiled);
        const auto whole = compressedTiff(compression, bits, tiled);
        const StoredImage image = readRaster(whole, "x.tif");
        QCOMPARE(image.rows, 128);
        if (compression != COMPRESSION_JPEG)
            for (std::size_t i = 0; i < image.samples(); ++i)
                QCOMPARE(storedValue(image, i), std::int64_t{greyAt(static_cast<int>(i), bits)});
        for (const double place : {0.2, 0.4, 0.6, 0.8}) {
            auto holed = whole;
            std::fill_n(holed.begin() + static_cast<std::ptrdiff_t>(place * static_cast<double>(holed.size())),
                        holed.size() / 10, std::byte{0});
            QVERIFY_THROWS_EXCEPTION(Error, readRaster(holed, "x.tif"));
        }
    }

    void pngOfEveryDepth()
    {
        // PNG's own test pictures would do; these are written by libpng's author's rules: grey steps of 1, 2, 4 bits.
        for (const int bits : {1, 2, 4, 8, 16}) {
            const auto bytes = greyPng(bits);
            const StoredImage image = readRaster(bytes, "x.png");
            QCOMPARE(image.channels, 1);
            const std::int64_t most = bits == 16 ? 65535 : 255;
            QCOMPARE(valuesOf(image), (std::vector<std::int64_t>{0, most}));
        }
    }

    void pgmAsTextAndBinary()
    {
        const auto read = [](const std::string& text) {
            return valuesOf(readRaster(std::as_bytes(std::span(text)), "x.pgm"));
        };
        using Values = std::vector<std::int64_t>;
        QCOMPARE(read("P2\n# by hand\n3 2\n255\n1 2 3\n4 5 6\n"), (Values{1, 2, 3, 4, 5, 6}));
        QCOMPARE(read("P2 2 1 4095 4095 7"), (Values{4095, 7}));
        QCOMPARE(read(std::string("P5\n2 1\n65535\n\x01\x02\xff\x00", 18)), (Values{258, 65280}));
        for (const char* broken :
             {"P2\n2 1\n255\n1", "P2\n2 1\n255\n1 256", "P2\n2 1\n255\n1 x", "P5\n2 2\n255\nabc", "P5\n2 1\n0\nab"})
            QVERIFY_THROWS_EXCEPTION(Error, read(broken));
    }

    // A comment in the middle of a number: 3 x 4 to one reader, 33 x 4 to another. Found by picture_fuzz.
    void aSizeThatReadsInTwoWaysIsRefused()
    {
        const std::string text = "P5\n3#3#\n4\n5\n" + std::string(200, '\x01');
        const auto bytes = std::as_bytes(std::span(text));
        QVERIFY_THROWS_EXCEPTION(Error, readRaster(bytes, "a.pgm"));
    }

    void aPageListInACircleEnds()
    {
        auto bytes = plainTiff({{1, 2}}, 1);
        bytes[8 + 2 + 9 * 12] = std::byte{8};
        const RasterFileInfo info = inspectRaster(bytes, "x.tif");
        QCOMPARE(info.frames(), 1);
        QCOMPARE(info.warnings.size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestRasterFile)
#include "test_raster_file.moc"
