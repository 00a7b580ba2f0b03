// Pictures turned as they say, read page by page, light where they are light, and refused where a part is missing.
#include "core/base/error.h"
#include "core/image/grey_pipeline.h"
#include "core/image/raster_file.h"
#include "tests/support/test_data.h"

#include <QtTest>

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
std::vector<std::byte> tiff(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pages,
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
        const auto bytes = tiff({{1, 2}, {3, 4}, {5, 6}}, 1);
        QCOMPARE(inspectRaster(bytes, "x.tif").frames(), 3);
        QCOMPARE(valuesOf(readRaster(bytes, "x.tif", 2)), (std::vector<std::int64_t>{5, 6}));
        QVERIFY_EXCEPTION_THROWN(readRaster(bytes, "x.tif", 3), Error);
    }

    void whiteIsZeroIsTurnedRound()
    {
        QCOMPARE(valuesOf(readRaster(tiff({{0, 65000}}, 0), "x.tif")), (std::vector<std::int64_t>{65535, 535}));
    }

    void aCutPictureIsRefused()
    {
        auto bytes = tiff({{1, 2}}, 1);
        bytes.resize(bytes.size() - 2);
        QVERIFY_EXCEPTION_THROWN(readRaster(bytes, "x.tif"), Error);
        auto other = png(1);
        other.resize(other.size() - 20);
        QVERIFY_EXCEPTION_THROWN(readRaster(other, "x.png"), Error);
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
        auto bytes = tiff({{1, 2}}, 1);
        bytes[8 + 2 + 9 * 12] = std::byte{8};
        const RasterFileInfo info = inspectRaster(bytes, "x.tif");
        QCOMPARE(info.frames(), 1);
        QCOMPARE(info.warnings.size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestRasterFile)
#include "test_raster_file.moc"
