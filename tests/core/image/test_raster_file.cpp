// Pictures turned as they say, read page by page, light where they are light, and refused where a part is missing.
#include "core/base/error.h"
#include "core/image/files/raster_file.h"
#include "core/image/grey_pipeline.h"
#include "core/image/zero_holes.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <cstring>
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

// Tissue with noise, so that no compression finds much, and air on the left.
int greyAt(int i, int bits)
{
    if (i % 128 < 12)
        return 0;
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

// A directory's entry in a little-endian file, and where its values lie.
struct Table
{
    std::size_t entry = 0, at = 0, size = 4; // size: bytes of a value
    std::uint32_t count = 0;

    std::uint32_t value(const std::vector<std::byte>& bytes, int i) const
    {
        std::uint32_t out = 0;
        std::memcpy(&out, bytes.data() + at + size * static_cast<std::size_t>(i), size);
        return out;
    }
};

Table table(const std::vector<std::byte>& bytes, std::uint32_t tag)
{
    const auto number = [&](std::size_t at, std::size_t size) {
        std::uint32_t out = 0;
        std::memcpy(&out, bytes.data() + at, size);
        return out;
    };
    const std::size_t directory = number(4, 4);
    for (std::size_t i = 0; i < number(directory, 2); ++i) {
        const std::size_t at = directory + 2 + 12 * i;
        if (number(at, 2) != tag)
            continue;
        Table out{at, at + 8, number(at + 2, 2) == 3 ? std::size_t{2} : std::size_t{4}, number(at + 4, 4)};
        if (out.count * out.size > 4)
            out.at = number(at + 8, 4);
        return out;
    }
    return {};
}

// 16 x 16 indices 0 to 255 of a palette: greys, or blues only.
std::vector<std::byte> paletteTiff(bool blue)
{
    const QTemporaryDir folder;
    const QByteArray path = folder.filePath("x.tif").toLocal8Bit();
    TIFF* file = TIFFOpen(path.constData(), "w");
    for (const auto& [tag, value] : {std::pair{TIFFTAG_IMAGEWIDTH, 16},
                                     {TIFFTAG_IMAGELENGTH, 16},
                                     {TIFFTAG_BITSPERSAMPLE, 8},
                                     {TIFFTAG_SAMPLESPERPIXEL, 1},
                                     {TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_PALETTE},
                                     {TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG},
                                     {TIFFTAG_ROWSPERSTRIP, 16}})
        TIFFSetField(file, static_cast<std::uint32_t>(tag), value);
    std::vector<std::uint16_t> ramp(256), none(256);
    std::vector<std::byte> indices(256);
    for (std::size_t i = 0; i < 256; ++i) {
        ramp[i] = static_cast<std::uint16_t>(i * 257);
        indices[i] = static_cast<std::byte>(i);
    }
    std::uint16_t* other = blue ? none.data() : ramp.data();
    TIFFSetField(file, TIFFTAG_COLORMAP, other, other, ramp.data());
    TIFFWriteEncodedStrip(file, 0, indices.data(), 256);
    TIFFClose(file);
    QFile written(path);
    const QByteArray bytes = written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
    const auto* first = reinterpret_cast<const std::byte*>(bytes.constData());
    return {first, first + bytes.size()};
}

// One strip of words without compression.
std::vector<std::byte> rawTiff(const std::vector<std::uint16_t>& grey, std::size_t width)
{
    std::vector<std::byte> out;
    put(out, 0x002A4949, 4);
    put(out, 8, 4);
    const auto rows = static_cast<std::uint32_t>(grey.size() / width), data = std::uint32_t{8 + 2 + 9 * 12 + 4};
    put(out, 9, 2);
    for (const auto& [tag, value] : {std::pair{256U, static_cast<std::uint32_t>(width)},
                                     {257U, rows},
                                     {258U, 16U},
                                     {259U, 1U},
                                     {262U, 1U},
                                     {273U, data},
                                     {277U, 1U},
                                     {278U, rows},
                                     {279U, static_cast<std::uint32_t>(2 * grey.size())}})
        entry(out, tag, 4, value);
    put(out, 0, 4);
    const auto bytes = std::as_bytes(std::span(grey));
    out.insert(out.end(), bytes.begin(), bytes.end());
    return out;
}

std::vector<std::byte> rawPgm(const std::vector<std::uint16_t>& grey, std::size_t width)
{
    const std::string head = "P5 " + std::to_string(width) + " " + std::to_string(grey.size() / width) + " 65535\n";
    std::vector<std::byte> out;
    for (const char c : head)
        out.push_back(static_cast<std::byte>(c));
    for (const std::uint16_t value : grey) {
        out.push_back(static_cast<std::byte>(value >> 8));
        out.push_back(static_cast<std::byte>(value & 0xFF));
    }
    return out;
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

    // Strips and tiles without compression: every part of the picture must lie in the file, once.
    void aPartThatIsNowhereIsRefused_data()
    {
        QTest::addColumn<int>("compression");
        QTest::addColumn<bool>("tiled");
        for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW})
            for (const bool tiled : {false, true})
                QTest::addRow("%d%s", compression, tiled ? ", tiles" : "") << compression << tiled;
    }
    void aPartThatIsNowhereIsRefused()
    {
        QFETCH(int, compression);
        QFETCH(bool, tiled);
        const auto whole = compressedTiff(compression, 16, tiled);
        const int count = tiled ? 16 : 4;
        for (const int bits : {8, 16}) {
            const StoredImage image = readRaster(compressedTiff(compression, bits, tiled), "x.tif");
            for (std::size_t i = 0; i < image.samples(); ++i)
                QCOMPARE(storedValue(image, i), std::int64_t{greyAt(static_cast<int>(i), bits)});
        }
        const Table offsets = table(whole, tiled ? 324 : 273), lengths = table(whole, tiled ? 325 : 279);
        QCOMPARE(offsets.count, static_cast<std::uint32_t>(count));
        const auto refused = [&](const Table& where, int entry, std::uint32_t value) {
            auto bytes = whole;
            for (std::size_t i = 0; i < where.size; ++i)
                bytes[where.at + where.size * static_cast<std::size_t>(entry) + i] =
                    static_cast<std::byte>(value >> (8 * i));
            try {
                static_cast<void>(readRaster(bytes, "x.tif"));
            } catch (const Error& error) {
                return error.why().english();
            }
            return std::string();
        };
        const std::string number = "tile " + std::to_string(count - 1) + " of " + std::to_string(count);
        const auto end = static_cast<std::uint32_t>(whole.size());
        for (const auto& [where, value] : {std::pair{lengths, 0U},
                                           {offsets, 0U},
                                           {offsets, end - 3},
                                           {offsets, end + 9},
                                           {offsets, 5U},
                                           {offsets, offsets.value(whole, 0)},
                                           {offsets, offsets.value(whole, 0) + 10}}) {
            const std::string why = refused(where, count - 2, value);
            QVERIFY2(why.find(number) != why.npos || why.find("on the bytes of another") != why.npos, why.c_str());
        }
        if (compression == COMPRESSION_NONE)
            QVERIFY(refused(lengths, count - 2, lengths.value(whole, count - 2) - 2).find("fewer bytes") !=
                    std::string::npos);
        // More bytes than the rows take are some writers' habit.
        if (compression == COMPRESSION_NONE)
            QCOMPARE(refused(lengths, count - 1, lengths.value(whole, count - 1) + 2), std::string());
        auto fewer = whole;
        fewer[offsets.entry + 4] = std::byte{static_cast<unsigned char>(count - 1)};
        QVERIFY_THROWS_EXCEPTION(Error, readRaster(fewer, "x.tif"));
    }

    // 64 bytes of zeros in PackBits data, wherever they lie: a run of one zero behind another is written by nobody.
    void aSmallHoleInPackBitsIsRefused()
    {
        for (const bool tiled : {false, true})
            for (const int bits : {8, 16}) {
                const auto whole = compressedTiff(COMPRESSION_PACKBITS, bits, tiled);
                const Table offsets = table(whole, tiled ? 324 : 273), lengths = table(whole, tiled ? 325 : 279);
                for (int strip = 0; strip < static_cast<int>(offsets.count); ++strip)
                    for (std::uint32_t at = 0; at + 64 < lengths.value(whole, strip); at += 97) {
                        auto holed = whole;
                        std::fill_n(holed.begin() + offsets.value(whole, strip) + at, 64, std::byte{0});
                        QVERIFY_THROWS_EXCEPTION(Error, readRaster(holed, "x.tif"));
                    }
            }
    }

    // A palette of greys whose greens are lost would make a picture of reds and blues.
    void aHoleInAColourMapIsRefused()
    {
        const auto whole = paletteTiff(false);
        const StoredImage image = readRaster(whole, "x.tif");
        QCOMPARE(storedValue(image, 3 * 200), std::int64_t{200});
        const Table map = table(whole, 320);
        QCOMPARE(map.count, 768U);
        for (const std::size_t entry : {20U, 100U, 256U + 60, 512U + 200}) {
            auto holed = whole;
            std::fill_n(holed.begin() + static_cast<std::ptrdiff_t>(map.at + 2 * entry), 64, std::byte{0});
            QVERIFY_THROWS_EXCEPTION(Error, readRaster(holed, "x.tif"));
        }
        auto lost = whole;
        std::fill_n(lost.begin() + static_cast<std::ptrdiff_t>(map.at), 1536, std::byte{0});
        QVERIFY_THROWS_EXCEPTION(Error, readRaster(lost, "x.tif"));
        QCOMPARE(storedValue(readRaster(paletteTiff(true), "x.tif"), 0), std::int64_t{0}); // blues only: a real palette
    }

    // Zeros that end in the midst of rows are doubted; borders, bars, boxes and receding edges are not.
    void zerosInTheMidstOfRowsAreTold_data()
    {
        QTest::addColumn<int>("what");
        QTest::addColumn<bool>("told");
        const QStringList names{"whole",
                                "hole of 1.4 rows",
                                "hole of 20 rows",
                                "tail",
                                "head",
                                "within a row",
                                "whole rows",
                                "black box",
                                "bar of two pictures",
                                "receding edge",
                                "line of a drawing"};
        for (int i = 0; i < names.size(); ++i)
            QTest::newRow(qPrintable(names[i])) << i << (i >= 1 && i <= 5);
    }
    void zerosInTheMidstOfRowsAreTold()
    {
        QFETCH(int, what);
        QFETCH(bool, told);
        constexpr std::size_t width = 600, height = 400;
        std::vector<std::uint16_t> grey(width * height);
        const auto edge = [&](std::size_t row) { // of a breast on the left, air is zero
            const double y = (static_cast<double>(row) - 200) / 180;
            return what == 9 && row > 300 ? 200 - std::min<std::size_t>(200, (row - 300) * 30)
                   : y * y < 1            ? static_cast<std::size_t>(450 * std::sqrt(1 - y * y))
                                          : 0;
        };
        for (std::size_t i = 0; i < grey.size(); ++i) {
            const std::size_t row = i / width, column = i % width;
            if (what == 10)
                grey[i] = row == 150 && column > 100 && column < 500 ? 0 : 4000;
            else if (what == 3 || what == 4 || column < edge(row))
                grey[i] = static_cast<std::uint16_t>(1000 + (i * 2654435761U >> 20) % 900);
        }
        const auto lose = [&](std::size_t from, std::size_t count) {
            std::fill_n(grey.begin() + static_cast<std::ptrdiff_t>(from), count, std::uint16_t{0});
        };
        switch (what) {
        case 1: lose(150 * width + 70, 840); break;
        case 2: lose(150 * width + 70, 20 * width + 50); break;
        case 3: lose(250 * width + 111, grey.size() - 250 * width - 111); break;
        case 4: lose(0, 40 * width + 222); break;
        case 5: lose(150 * width + 70, 256); break;
        case 6: lose(150 * width, 5 * width); break;
        case 7:
            for (std::size_t row = 150; row < 180; ++row)
                lose(row * width + 40, 250);
            break;
        case 8: // each picture with black margins, and black between them
            for (std::size_t row = 0; row < height; ++row)
                lose(row * width, 30);
            lose(190 * width, 30 * width);
            break;
        default: break;
        }
        const auto bytes = std::as_bytes(std::span(grey));
        QCOMPARE(!zerosInTheMidst({bytes, 2, width}).empty(), told);
        // The same in files: a word with the picture.
        for (const bool tiff : {false, true}) {
            UserText doubt;
            const auto file = tiff ? rawTiff(grey, width) : rawPgm(grey, width);
            QCOMPARE(readRaster(file, tiff ? "x.tif" : "x.pgm", 0, &doubt).bytes.size(), bytes.size());
            QCOMPARE(!doubt.empty(), told);
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
