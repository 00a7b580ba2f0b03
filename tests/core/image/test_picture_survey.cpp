// What one pass tells of a picture, against what displayImage and findBreast say of the same picture at full size.
#include "core/image/measure/picture_survey.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

using namespace mama;

namespace {

// A bright half ellipse at the left on a dark, noisy ground.
StoredImage pictureOf(SampleType type, int rows, int columns, int channels, std::uint32_t seed)
{
    StoredImage image{rows, columns, channels, type, {}};
    const std::size_t size = bytesPerSample(type);
    image.bytes.resize(image.samples() * size);
    std::mt19937 random(seed);
    const int scale = size == 1 ? 1 : 15;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column)
            for (int channel = 0; channel < channels; ++channel) {
                const double x = column / (0.6 * columns), y = (row - 0.5 * rows) / (0.45 * rows);
                const int value =
                    (x * x + y * y < 1 ? 60 : 5) * scale + static_cast<int>(random() % (25U * unsigned(scale)));
                const auto at = (static_cast<std::size_t>(row) * std::size_t(columns) + std::size_t(column)) *
                                    std::size_t(channels) +
                                std::size_t(channel);
                std::memcpy(image.bytes.data() + at * size, &value, size);
            }
    return image;
}

GreyPipeline pipelineOf(std::uint32_t seed)
{
    GreyPipeline out;
    if (seed % 2 == 0)
        out.voi.push_back({Window{400, 900, WindowFunction::Linear, ""}, {}});
    out.inverted = seed % 3 == 0;
    if (seed % 5 == 0)
        out.padding = {7, 9};
    if (seed % 4 == 1)
        out.intercept = -30;
    return out;
}

} // namespace

class TestPictureSurvey : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void asTheWholePictureSays_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("channels");
        const std::pair<const char*, SampleType> types[] = {{"U8", SampleType::U8},   {"S8", SampleType::S8},
                                                            {"U16", SampleType::U16}, {"S16", SampleType::S16},
                                                            {"U32", SampleType::U32}, {"S32", SampleType::S32}};
        for (const auto& [name, type] : types)
            QTest::newRow(name) << int(type) << 1;
        QTest::newRow("colour") << int(SampleType::U8) << 3;
        QTest::newRow("colour of 16 bits") << int(SampleType::U16) << 3;
    }

    void asTheWholePictureSays()
    {
        QFETCH(int, type);
        QFETCH(int, channels);
        const std::pair<int, int> sizes[] = {{40, 30}, {517, 400}, {1031, 1300}};
        std::uint32_t seed = 0;
        for (const auto& [rows, columns] : sizes)
            for (int round = 0; round < 3; ++round, ++seed) {
                const StoredImage image = pictureOf(SampleType(type), rows, columns, channels, seed);
                const GreyPipeline pipeline = pipelineOf(seed);
                const PictureSurvey survey(image, pipeline);
                const Raster<std::uint8_t> shown = displayImage(image, pipeline);
                QVERIFY(survey.shownWhole().values == shown.values);
                const BreastOutline breast = findBreast(image, pipeline);
                QCOMPARE(survey.breast().mask.values, breast.mask.values);
                QCOMPARE(survey.breast().otsuThreshold, breast.otsuThreshold);
                QCOMPARE(survey.breast().chestWallColumn, breast.chestWallColumn);
                QCOMPARE(survey.outlined().rows, breast.mask.rows);
                checkCells(survey, shown);
            }
    }

private:
    static void checkCells(const PictureSurvey& survey, const Raster<std::uint8_t>& shown)
    {
        const int factor = survey.breast().factor;
        QCOMPARE(survey.shown().rows, (shown.rows + factor - 1) / factor);
        QCOMPARE(survey.shown().columns, (shown.columns + factor - 1) / factor);
        for (int row = 0; row < survey.shown().rows; ++row)
            for (int column = 0; column < survey.shown().columns; ++column) {
                double sum = 0, pixels = 0;
                int most = 0;
                for (int y = row * factor; y < std::min(shown.rows, (row + 1) * factor); ++y)
                    for (int x = column * factor; x < std::min(shown.columns, (column + 1) * factor); ++x, ++pixels) {
                        sum += shown.at(y, x);
                        most = std::max<int>(most, shown.at(y, x));
                    }
                QCOMPARE(int(survey.shown().at(row, column)), int(std::floor(sum / pixels + 0.5)));
                QCOMPARE(int(survey.lightest().at(row, column)), most);
            }
    }
};

QTEST_APPLESS_MAIN(TestPictureSurvey)
#include "test_picture_survey.moc"
