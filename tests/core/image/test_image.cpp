#include "core/base/error.h"
#include "core/image/breast_outline.h"
#include "core/image/pillow_resize.h"
#include "core/image/profile.h"
#include "tests/support/test_data.h"

#include <QFloat16>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>

using namespace mama;

namespace {

StoredImage image16(int rows, int columns, const std::function<double(int, int)>& value)
{
    StoredImage image{rows, columns, 1, SampleType::U16, {}};
    image.bytes.resize(image.samples() * 2);
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c) {
            const auto v = static_cast<std::uint16_t>(value(r, c));
            std::memcpy(
                image.bytes.data() +
                    (static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c)) * 2,
                &v, 2);
        }
    return image;
}

// A half ellipse of brightness 1000 on air of 100, chest wall at one side.
double breastValue(int r, int c, int rows, int columns, bool wallRight)
{
    const double x = (wallRight ? columns - c - 0.5 : c + 0.5) / (0.7 * columns),
                 y = (r + 0.5 - rows / 2.0) / (0.4 * rows);
    return x * x + y * y < 1 ? 1000 : 100;
}

Geometry::Chain workedExample()
{
    Geometry::Chain chain;
    chain.storedColumns = chain.resizedColumns = 2000;
    chain.storedRows = chain.resizedRows = 3500;
    chain.crop = {100, 200, 1599, 3199};
    chain.inputColumns = chain.inputRows = 518;
    chain.inputSize = 518;
    return chain;
}

} // namespace

class TestImage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // workstation notes, section 4: crop 1500 x 3000 at 0.07 mm gives patches of 2.84 mm x 5.68 mm (width x height).
    void theWorkedExample()
    {
        const Spacing patch = Geometry(workedExample()).patchSize({0.07, 0.07});
        QVERIFY(std::abs(patch.column - 2.84) < 0.005);
        QVERIFY(std::abs(patch.row - 5.68) < 0.005);
        QCOMPARE(Geometry(workedExample()).gridRows(), 37);
    }

    void inverseUndoesForward()
    {
        std::mt19937 random(7);
        const auto between = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
        for (int round = 0; round < 2000; ++round) {
            Geometry::Chain c;
            c.storedColumns = between(1, 5001);
            c.storedRows = between(1, 5001);
            c.resizedColumns = between(1, 1081);
            c.resizedRows = between(1, 1081);
            c.padLeft = between(0, 300);
            c.padTop = between(0, 300);
            c.crop = {between(0, 300), between(0, 300), between(301, 1024), between(301, 1024)};
            c.inputColumns = between(100, 700);
            c.inputRows = between(100, 700);
            c.offsetX = between(-50, 50);
            c.offsetY = between(-50, 50);
            c.inputSize = between(14, 700);
            const Geometry geometry = Geometry::fromJson(nlohmann::json::parse(Geometry(c).toJson().dump()));
            const Point p{between(0, 1000) / 1000.0 * c.storedColumns, between(0, 1000) / 1000.0 * c.storedRows};
            const Point back = geometry.toStored(geometry.toInput(p));
            QVERIFY(std::abs(back.x - p.x) < 1e-9 && std::abs(back.y - p.y) < 1e-9);
        }
    }

    void impossibleGeometryIsRefused()
    {
        nlohmann::json json = Geometry(workedExample()).toJson();
        json["crop"] = {5, 5, 4, 9};
        QVERIFY_EXCEPTION_THROWN(Geometry::fromJson(json), Error);
        json.erase("crop");
        QVERIFY_EXCEPTION_THROWN(Geometry::fromJson(json), Error);
        QVERIFY_EXCEPTION_THROWN(Geometry::fromJson(nlohmann::json::array()), Error);
    }

    void dotsComeBackFromThePatchGrid_data()
    {
        QTest::addColumn<QString>("profile");
        for (const Profile& profile : builtInProfiles())
            QTest::newRow(profile.name.c_str()) << QString::fromStdString(profile.name);
    }

    // A bright dot of one patch, anywhere in a breast on either side, in tall, wide, square and odd images: the
    // brightest patch's centre lies within half a patch of the dot, in both axes, and patchAt agrees.
    void dotsComeBackFromThePatchGrid()
    {
        QFETCH(QString, profile);
        const Profile chosen = findProfile(profile.toStdString());
        constexpr std::pair<int, int> Sizes[] = {{1201, 899}, {899, 1201}, {1000, 1000}, {637, 333}};
        std::mt19937 random(11);
        for (const auto& [rows, columns] : Sizes)
            for (const bool wallRight : {false, true})
                for (int round = 0; round < 3; ++round) {
                    // With texture: Mammo-CLIP takes lines of one value for air.
                    const auto tissue = [&](int r, int c) {
                        const double value = breastValue(r, c, rows, columns, wallRight);
                        const bool woven = chosen.pipeline == Profile::Pipeline::MammoClip && value > 500;
                        return woven ? value + 40 * ((r + c) % 2) : value;
                    };
                    const auto plain = image16(rows, columns, tissue);
                    const Geometry first = prepare(plain, {}, chosen).geometry;
                    const Spacing patch = first.patchSize({1, 1});
                    // An ellipse's inside, in shares of the half axes.
                    const double radius = 0.75 * std::sqrt(std::uniform_real_distribution<double>(0, 1)(random));
                    const double angle = std::uniform_real_distribution<double>(-1.5, 1.5)(random);
                    const double depth = std::max(0.7 * columns * radius * std::cos(angle), patch.column);
                    const Point dot{wallRight ? columns - depth : depth,
                                    rows / 2.0 + 0.4 * rows * radius * std::sin(angle)};
                    const auto lit = image16(rows, columns, [&](int r, int c) {
                        const bool inside =
                            std::abs(c + 0.5 - dot.x) <= patch.column / 2 && std::abs(r + 0.5 - dot.y) <= patch.row / 2;
                        return inside ? 3000 : tissue(r, c);
                    });
                    const PreparedImage prepared = prepare(lit, {}, chosen);
                    const Geometry& geometry = prepared.geometry;
                    if (!geometry.patchAt(dot)) { // cut off
                        QVERIFY(chosen.fit == Profile::Fit::CentreCrop);
                        continue;
                    }
                    const auto [row, column] = brightestPatch(prepared);
                    const Point centre = geometry.patchCentre(row, column);
                    const Spacing size = geometry.patchSize({1, 1});
                    // Stored pixels are whole, so the dot itself is off by up to half a pixel.
                    QVERIFY2(std::abs(centre.x - dot.x) <= size.column / 2 + 1 &&
                                 std::abs(centre.y - dot.y) <= size.row / 2 + 1,
                             qPrintable(QString("%1x%2: dot %3 %4, patch %5 %6")
                                            .arg(rows)
                                            .arg(columns)
                                            .arg(dot.x)
                                            .arg(dot.y)
                                            .arg(centre.x)
                                            .arg(centre.y)));
                    const auto at = geometry.patchAt(centre);
                    QVERIFY(at && at->first == row && at->second == column);
                }
    }

    void profilesAreDataAndChecked()
    {
        QCOMPARE(builtInProfiles().size(), std::size_t{12});
        QVERIFY(findProfile("mammo-clip").size == Extent(912, 1520));
        QVERIFY(findProfile("mammo-clip").cell({912, 1520}) == CellSize(912.0 / 29, 1520.0 / 48));
        QCOMPARE(findProfile("mama-rsna-reference").squareSide, 1024);
        QCOMPARE(findProfile("mama-embed-reference").firstLongSide, 1080);
        for (const Profile& profile : builtInProfiles())
            QVERIFY(toJson(profileFromJson(toJson(profile))) == toJson(profile));
        QVERIFY_EXCEPTION_THROWN(findProfile("no-such-profile"), Error);
        nlohmann::json json = toJson(findProfile("mama"));
        json["sise"] = 3;
        QVERIFY_EXCEPTION_THROWN(profileFromJson(json), Error);
    }

    // Mammo-CLIP's box where several runs of lines are the longest: all of them are taken, side by side, and nothing of
    // what lies between (models.md, section 2, step 4). Shorter runs are left out.
    void runsOfOneLengthAreAllTaken()
    {
        const auto within = [](int i, std::initializer_list<std::pair<int, int>> runs) {
            return std::ranges::any_of(runs, [i](const auto& run) { return i >= run.first && i < run.second; });
        };
        const auto value = [&](int r, int c) {
            const bool tissue =
                within(c, {{60, 110}, {200, 250}, {300, 330}}) && within(r, {{80, 140}, {170, 230}, {60, 75}});
            return tissue ? 1000 + (r * 37 + c * 91) % 1048 : 0;
        };
        const StoredImage image = image16(300, 420, value);
        const PreparedImage made = prepare(image, {}, findProfile("mammo-clip"), {Extent(100, 120), {}, nullptr});
        QCOMPARE(made.seenGrey.rows, 120);
        QCOMPARE(made.seenGrey.columns, 100);
        double largest = 0;
        for (int r = 5; r < 295; ++r)
            for (int c = 5; c < 415; ++c)
                largest = std::max<double>(largest, value(r, c));
        for (int r = 0; r < 120; ++r)
            for (int c = 0; c < 100; ++c) {
                const int row = r < 60 ? 80 + r : 170 + r - 60, column = c < 50 ? 60 + c : 200 + c - 50;
                QCOMPARE(int{made.seenGrey.at(r, c)}, static_cast<int>(value(row, column) / largest * 255));
            }
        const Box& box = made.geometry.chain().crop; // from the first to the last of them
        QVERIFY(box.x0 == 60 && box.x1 == 249 && box.y0 == 80 && box.y1 == 229);
    }

    // One hot pixel darkens the reference's picture (its defect R16) and leaves ours as it is.
    void hotPixels()
    {
        const auto value = [](int r, int c) { return breastValue(r, c, 600, 400, false); };
        const auto hot = [&](int r, int c) { return r == 300 && c == 50 ? 60000 : value(r, c); };
        const auto brightness = [&](const std::function<double(int, int)>& f, const char* profile) {
            return prepare(image16(600, 400, f), {}, findProfile(profile)).seenGrey.at(259, 100);
        };
        QCOMPARE(brightness(value, "mama"), brightness(hot, "mama"));
        QVERIFY(brightness(hot, "mama-embed-reference") < brightness(value, "mama-embed-reference") / 4);
    }

    // MONOCHROME1 and its MONOCHROME2 twin, with a rescale, give the same input; padding is black in both.
    void polarityAndPadding()
    {
        const auto value = [](int r, int c) { return c > 390 ? 5000 : breastValue(r, c, 600, 400, false); };
        GreyPipeline plain, turned;
        plain.padding = turned.padding = std::pair<std::int64_t, std::int64_t>{5000, 5000};
        turned.inverted = true;
        turned.slope = 2;
        turned.intercept = -1024;
        for (const char* name : {"mama", "mama-aspect"}) {
            const PreparedImage a = prepare(image16(600, 400, value), plain, findProfile(name));
            const auto opposite = [&](int r, int c) { return c > 390 ? 5000 : 4095 - value(r, c); };
            const PreparedImage b = prepare(image16(600, 400, opposite), turned, findProfile(name));
            QCOMPARE(a.geometry.chain().crop, b.geometry.chain().crop);
            MAMA_SAME(mama::test::difference(std::vector<double>(a.values.begin(), a.values.end()),
                                             std::vector<double>(b.values.begin(), b.values.end()), 1e-5, 0, name));
            QVERIFY(a.geometry.chain().crop.x1 < 300);
        }
    }

    void aspectIsPaddedAwayFromTheChestWall()
    {
        for (const bool wallRight : {false, true}) {
            const auto image = image16(800, 500, [&](int r, int c) { return breastValue(r, c, 800, 500, wallRight); });
            const PreparedImage prepared = prepare(image, {}, findProfile("mama-aspect"));
            const Geometry& g = prepared.geometry;
            const Spacing patch = g.patchSize({1, 1});
            QVERIFY(std::abs(patch.row - patch.column) < 0.02 * patch.row);
            const std::size_t middle = 259 * 518;
            QVERIFY(prepared.values[middle + (wallRight ? 517 : 0)] > 0.9F);
            QCOMPARE(prepared.values[middle + (wallRight ? 0 : 517)], -1.0F);
            QVERIFY(!g.patchAt(g.toStored(Point{wallRight ? 3.0 : 515.0, 259.0})));
        }
    }

    void labelsDoNotWidenTheBox()
    {
        const auto labelled = [](int r, int c) {
            return r < 40 && c > 330 && c < 380 ? 4000 : breastValue(r, c, 600, 400, false);
        };
        const Box ours = prepare(image16(600, 400, labelled), {}, findProfile("mama")).geometry.chain().crop;
        QVERIFY(ours.x1 < 290 && ours.y0 > 50);
        const Box theirs =
            prepare(image16(600, 400, labelled), {}, findProfile("mama-embed-reference")).geometry.chain().crop;
        QVERIFY(theirs.y0 < 2);
    }

    void chestWallAndMask()
    {
        for (const bool wallRight : {false, true}) {
            const auto image = image16(1000, 700, [&](int r, int c) {
                const int shown = wallRight ? 699 - c : c;
                return shown < 14 ? 0 : breastValue(r, wallRight ? c + 14 : c - 14, 1000, 700, wallRight);
            });
            const BreastOutline found = findBreast(image, {});
            QCOMPARE(found.chestWall, wallRight ? ImageEdge::Right : ImageEdge::Left);
            QVERIFY(std::abs(found.chestWallColumn - (wallRight ? 685 : 14)) <= 2);
            QVERIFY(std::abs(found.area - 0.7 * 0.4 * 3.14159265 / 2) < 0.02);
        }
    }

    void aDarkOrEvenImageIsNotCropped()
    {
        for (const Profile& profile : builtInProfiles()) {
            const StoredImage even = image16(77, 51, [](int, int) { return 0; });
            if (byRange(profile)) {
                QVERIFY_EXCEPTION_THROWN(prepare(even, {}, profile, {112, 14}), Error);
                continue;
            }
            const PreparedImage prepared = prepare(even, {}, profile, {112, 14});
            QVERIFY(!prepared.cropped);
            QCOMPARE(prepared.otsuThreshold, -1);
            QCOMPARE(prepared.values.size(), std::size_t{112 * 112});
            QCOMPARE(*std::ranges::max_element(prepared.values), -1.0F);
        }
    }

    // Smallest and most oblong images, every sample type and colour.
    void oddImages()
    {
        for (const Profile& profile : builtInProfiles())
            for (const auto& [rows, columns] :
                 {std::pair{1, 1}, std::pair{1, 3000}, std::pair{2000, 3}, std::pair{14, 14}})
                for (const SampleType type : {SampleType::U8, SampleType::S8, SampleType::U16, SampleType::S16,
                                              SampleType::U32, SampleType::S32})
                    for (const int channels : {1, 3}) {
                        StoredImage image{rows, columns, channels, type, {}};
                        image.bytes.resize(image.samples() * bytesPerSample(type), std::byte{0x41});
                        try {
                            QCOMPARE(prepare(image, {}, profile, {28, 14}).values.size(), std::size_t{28 * 28});
                        } catch (const Error& error) { // one value has no range
                            QVERIFY(byRange(profile) && error.code() == ErrorCode::Data);
                        }
                    }
        StoredImage broken{10, 10, 1, SampleType::U16, std::vector<std::byte>(7)};
        QVERIFY_EXCEPTION_THROWN(prepare(broken, {}, findProfile("mama")), Error);
    }

private:
    // Whether 8 bits are made by the picture's own range.
    static bool byRange(const Profile& profile)
    {
        return profile.pipeline == Profile::Pipeline::MammoClip || profile.pipeline == Profile::Pipeline::EightBit;
    }

    static std::pair<int, int> brightestPatch(const PreparedImage& prepared)
    {
        const CellSize& patch = prepared.geometry.chain().patch;
        std::pair<int, int> best;
        double most = -1e9;
        for (int row = 0; row < prepared.geometry.gridRows(); ++row)
            for (int column = 0; column < prepared.geometry.gridColumns(); ++column) {
                double sum = 0;
                for (int y = static_cast<int>(row * patch.rows); y < static_cast<int>((row + 1) * patch.rows); ++y)
                    for (int x = static_cast<int>(column * patch.columns);
                         x < static_cast<int>((column + 1) * patch.columns); ++x)
                        sum += prepared.values[static_cast<std::size_t>(y * prepared.size.columns + x)];
                if (sum > most) {
                    most = sum;
                    best = {row, column};
                }
            }
        return best;
    }
};

QTEST_GUILESS_MAIN(TestImage)
#include "test_image.moc"
