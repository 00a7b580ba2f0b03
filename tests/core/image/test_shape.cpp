// Shapes that a reader draws: measured against closed forms, pixels against brute force over their centres.
#include "core/image/measure/shape.h"
#include "tests/support/test_data.h"

#include <QTest>
#include <cmath>
#include <numbers>
#include <random>

using namespace mama;

class TestShape : public QObject
{
    Q_OBJECT

    static double valueOf(const Shape& shape, const std::optional<Spacing>& mm) { return measure(shape, mm)->value; }

private Q_SLOTS:
    // Rows and columns of different spacing: every length, area and angle by the spacing of its own axis.
    void anisotropicSpacingIsUsedPerAxis()
    {
        const Spacing mm{0.2, 0.05}; // rows are four times as far apart
        QCOMPARE(valueOf({ShapeKind::Ruler, {10, 10, 110, 10}}, mm), 5.0);
        QCOMPARE(valueOf({ShapeKind::Ruler, {10, 10, 10, 110}}, mm), 20.0);
        QVERIFY(std::abs(valueOf({ShapeKind::Ruler, {0, 0, 60, 20}}, mm) - 5) < 1e-12); // 3 and 4 mm
        QVERIFY(std::abs(valueOf({ShapeKind::Area, {0, 0, 100, 0, 100, 50, 0, 50}}, mm) - 50) < 1e-12);
        QVERIFY(std::abs(valueOf({ShapeKind::Rectangle, {0, 0, 100, 50}}, mm) - 50) < 1e-12);
        QVERIFY(std::abs(valueOf({ShapeKind::Ellipse, {0, 0, 100, 50}}, mm) - 50 * std::numbers::pi / 4) < 1e-9);
        QVERIFY(std::abs(valueOf({ShapeKind::Circle, {50, 50, 10}}, mm) - std::numbers::pi) < 1e-9);
        // 80 columns are 4 mm, 20 rows are 4 mm: half a right angle, where pixels alone would say 14 degrees.
        QVERIFY(std::abs(valueOf({ShapeKind::Angle, {80, 0, 0, 0, 80, 20}}, mm) - 45) < 1e-9);
        QVERIFY(std::abs(valueOf({ShapeKind::Angle, {80, 0, 0, 0, 80, 20}}, std::nullopt) -
                         std::atan2(20, 80) * 180 / std::numbers::pi) < 1e-9);
        QVERIFY(std::abs(valueOf({ShapeKind::Angle, {10, 0, 0, 0, -10, 0}}, mm) - 180) < 1e-9);
    }

    void valuesAreSaidWithTheirUnits()
    {
        const auto text = [](const Shape& shape, const std::optional<Spacing>& mm) {
            return measureText(*measure(shape, mm));
        };
        QCOMPARE(text({ShapeKind::Ruler, {0, 0, 300, 400}}, Spacing{0.05, 0.05}), std::string("25.0 mm"));
        QCOMPARE(text({ShapeKind::Ruler, {0, 0, 0, 11}}, Spacing{0.05, 0.05}), std::string("0.55 mm"));
        QCOMPARE(text({ShapeKind::Ruler, {0, 0, 30, 40}}, std::nullopt), std::string("50.0 pixels"));
        QCOMPARE(text({ShapeKind::Rectangle, {0, 0, 30, 40}}, std::nullopt), std::string("1200 pixels²"));
        QCOMPARE(text({ShapeKind::Rectangle, {0, 0, 100, 200}}, Spacing{0.1, 0.1}), std::string("200.0 mm²"));
        QVERIFY(!measure({ShapeKind::Box, {0, 0, 1, 1}}, std::nullopt));
        QVERIFY(!measure({ShapeKind::Note, {0, 0}}, std::nullopt));
    }

    // A figure of eight has no area that anybody means.
    void aLineThatCrossesItselfHasNoArea()
    {
        const Shape eight{ShapeKind::Area, {0, 0, 10, 10, 10, 0, 0, 10}};
        QVERIFY(crossesItself(eight) && !measure(eight, std::nullopt));
        const Shape whole{ShapeKind::Area, {0, 0, 10, 0, 10, 10, 5, 2, 0, 10}}; // hollow, but it does not cross
        QVERIFY(!crossesItself(whole));
        QCOMPARE(valueOf(whole, std::nullopt), 60.0);
    }

    void whatIsNoShapeIsRefused()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        for (const Shape& shape :
             {Shape{ShapeKind::Ruler, {1, 2, 3}}, Shape{ShapeKind::Ruler, {1, 2, 1, 2}},
              Shape{ShapeKind::Ruler, {1, 2, nan, 2}}, Shape{ShapeKind::Area, {1, 2, 3, 4}},
              Shape{ShapeKind::Area, {1, 1, 1, 1, 1, 1}}, Shape{ShapeKind::Circle, {1, 1, 0}},
              Shape{ShapeKind::Box, {5, 5, 5, 9}}, Shape{ShapeKind::Box, {5, 5, 4, 9}},
              Shape{ShapeKind::Area, {1, 1, 9, 9, 5, 5}},
              Shape{ShapeKind::Area, {1, 1, 9, 1, 9, 9, 9, 1}},              // there and back
              Shape{ShapeKind::Contour, {0, 0, 30.1F, 40.1F, 3.01F, 4.01F}}, // one line but for rounding
              Shape{ShapeKind::Angle, {1, 1, 5, 5, 1, 1}}, Shape{ShapeKind::Ellipse, {5, 5, 9, 5}},
              Shape{ShapeKind::Rectangle, {5, 5, 5, 5}}, Shape{ShapeKind::Note, {1e9F, 1}},
              Shape{ShapeKind::Angle, {1, 1, 1, 1, 5, 5}}})
            QVERIFY(!isPossible(shape));
        for (int kind = 0; kind <= static_cast<int>(ShapeKind::Point); ++kind) {
            const auto each = static_cast<ShapeKind>(kind);
            QVERIFY(shapeKindNamed(name(each)) == each);
        }
        QVERIFY(!shapeKindNamed("line"));
    }

    // Every handle goes where the hand takes it, and the rest stays; moving all of it changes no value.
    void handlesMoveTheirPlaces()
    {
        const std::vector<Point> drawn{{10, 20}, {40, 60}, {70, 30}};
        for (int kind = 0; kind <= static_cast<int>(ShapeKind::Point); ++kind) {
            const auto each = static_cast<ShapeKind>(kind);
            const Shape shape =
                shapeFrom(each, each == ShapeKind::Ruler ? std::vector<Point>{{10, 20}, {40, 60}} : drawn);
            QVERIFY2(isPossible(shape), name(each));
            const std::vector<Point> before = handlesOf(shape);
            for (std::size_t handle = 0; handle < before.size(); ++handle) {
                if (each == ShapeKind::Circle && handle > 0)
                    continue; // those change the radius
                Shape moved = shape;
                const Point to{before[handle].x + 3, before[handle].y + 2};
                moveHandle(moved, handle, to);
                double nearest = 1e9;
                for (const Point& at : handlesOf(moved))
                    nearest = std::min(nearest, std::hypot(at.x - to.x, at.y - to.y));
                QVERIFY2(nearest < 1e-5, name(each));
            }
            Shape moved = shape;
            moveBy(moved, 5, -3);
            for (std::size_t i = 0; i < before.size(); ++i)
                QVERIFY(std::abs(handlesOf(moved)[i].x - before[i].x - 5) < 1e-5 &&
                        std::abs(handlesOf(moved)[i].y - before[i].y + 3) < 1e-5);
            if (const auto value = measure(shape, Spacing{0.1, 0.2}))
                QVERIFY(std::abs(measure(moved, Spacing{0.1, 0.2})->value - value->value) < 1e-4);
        }
        Shape circle{ShapeKind::Circle, {50, 50, 10}};
        moveHandle(circle, 1, {80, 50});
        QVERIFY((circle.numbers == std::vector<float>{50, 50, 30}));
    }

    // A pixel counts if its centre lies inside, whatever the shape; padding does not.
    void figuresAreThoseOfThePixelsInside()
    {
        constexpr int rows = 83, columns = 97;
        std::mt19937 random(7);
        std::vector<double> pixels(rows * columns);
        for (double& each : pixels)
            each = static_cast<double>(random() % 4096);
        const auto value = [&](int column, int row) -> std::optional<double> {
            const double each = pixels[static_cast<std::size_t>(row * columns + column)];
            return each < 100 ? std::nullopt : std::optional(each);
        };
        const std::vector<Shape> shapes{{ShapeKind::Rectangle, {10.2F, 11.7F, 60, 50.4F}},
                                        {ShapeKind::Ellipse, {10.2F, 11.7F, 60, 50.4F}},
                                        {ShapeKind::Circle, {40, 40, 21.3F}},
                                        {ShapeKind::Circle, {2, 3, 21.3F}}, // beyond the image's edge
                                        {ShapeKind::Area, {10, 10, 80.5F, 20, 50, 70, 40, 30}}};
        for (const Shape& shape : shapes) {
            const std::vector<float>& n = shape.numbers;
            const auto inside = [&](double x, double y) {
                switch (shape.kind) {
                case ShapeKind::Circle: return std::hypot(x - n[0], y - n[1]) < n[2];
                case ShapeKind::Rectangle: return x >= n[0] && x < n[2] && y >= n[1] && y < n[3];
                case ShapeKind::Ellipse: {
                    const double cx = (double(n[0]) + n[2]) / 2, cy = (double(n[1]) + n[3]) / 2;
                    return std::hypot((x - cx) / (n[2] - cx), (y - cy) / (n[3] - cy)) < 1;
                }
                default: break;
                }
                bool in = false;
                for (std::size_t i = 0, j = n.size() / 2 - 1; i < n.size() / 2; j = i++)
                    if ((n[2 * i + 1] > y) != (n[2 * j + 1] > y) &&
                        x < (double(n[2 * j]) - n[2 * i]) * (y - n[2 * i + 1]) / (double(n[2 * j + 1]) - n[2 * i + 1]) +
                                n[2 * i])
                        in = !in;
                return in;
            };
            std::vector<double> found;
            for (int row = 0; row < rows; ++row)
                for (int column = 0; column < columns; ++column)
                    if (const auto each = value(column, row); each && inside(column + 0.5, row + 0.5))
                        found.push_back(*each);
            const auto figures = figuresOf(shape, rows, columns, value);
            QVERIFY(figures);
            QCOMPARE(figures->count, static_cast<std::int64_t>(found.size()));
            double mean = 0, squares = 0;
            for (const double each : found)
                mean += each / static_cast<double>(found.size());
            for (const double each : found)
                squares += (each - mean) * (each - mean);
            QVERIFY(std::abs(figures->mean - mean) < 1e-9 * mean);
            QVERIFY(std::abs(figures->deviation - std::sqrt(squares / static_cast<double>(found.size()))) < 1e-6);
            QCOMPARE(figures->least, *std::ranges::min_element(found));
            QCOMPARE(figures->most, *std::ranges::max_element(found));
        }
        QVERIFY(!figuresOf({ShapeKind::Ruler, {0, 0, 10, 10}}, rows, columns, value));
        QVERIFY(!figuresOf({ShapeKind::Circle, {-500, -500, 10}}, rows, columns, value));
        QVERIFY(!figuresOf({ShapeKind::Rectangle, {0, 0, 20, 20}}, rows, columns,
                           [](int, int) { return std::optional<double>(); }));
    }
};

QTEST_APPLESS_MAIN(TestShape)
#include "test_shape.moc"
