#pragma once
#include "core/image/geometry.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// What a reader draws on an image. Ruler, Area and Angle measure; Circle, Ellipse and Rectangle tell of the pixels
// inside them; the others mark a place.
enum class ShapeKind { Ruler, Area, Angle, Circle, Ellipse, Rectangle, Note, Box, Contour, Point };
const char* name(ShapeKind kind); // "ruler", as files have it
std::optional<ShapeKind> shapeKindNamed(std::string_view name);
// Whether the values of its pixels are of interest.
bool hasFigures(ShapeKind kind);

// Stored pixels (column, row), pixel (i, j) covers [i, i+1) x [j, j+1). Ruler: both ends; angle: an end, the vertex,
// the other end; area and contour: three corners and more of a closed line; circle: centre and radius; ellipse,
// rectangle and box: left, top, right, bottom; note and point: a place.
struct Shape
{
    ShapeKind kind = ShapeKind::Ruler;
    std::vector<float> numbers;
    bool operator==(const Shape&) const = default;
};

inline constexpr std::size_t mostCorners = 5000;
// As many numbers as its kind has, finite, below 1e7, and it is of some size: lengths, sides and radii above 0, an
// angle's three points different ones, a closed line around some area or crossing itself.
bool isPossible(const Shape& shape);
// From what a hand drew: places in its order; circle: the centre and a point of its line; ellipse, rectangle and box:
// two opposite corners.
Shape shapeFrom(ShapeKind kind, const std::vector<Point>& places);

// ---- what a hand takes hold of
std::vector<Point> handlesOf(const Shape& shape);
void moveHandle(Shape& shape, std::size_t handle, Point to);
void moveBy(Shape& shape, double columns, double rows);
// The line to draw, and whether it is closed; one place alone for Note and Point.
struct Outline
{
    std::vector<Point> places;
    bool closed = false;
};
Outline outlineOf(const Shape& shape);

// ---- what it measures
struct Measure
{
    enum class Of { Length, Area, Angle } of = Of::Length;
    double value = 0;
    bool mm = false;    // mm or mm2, else pixels; an angle: by the spacing, else by the pixels' sides
    int digits() const; // that are worth showing: finer than a pixel of 0.05 mm
};
// Empty: the kind measures nothing, or its line crosses itself. Without a spacing in pixels.
std::optional<Measure> measure(const Shape& shape, const std::optional<Spacing>& mm);
bool crossesItself(const Shape& shape);
// "23.4 mm", "153.2 mm2" with a raised 2, "37.2°", "50 pixels".
std::string measureText(const Measure& measure);

// Of the pixels whose centres lie in a shape: mean, standard deviation of all of them (divided by their number),
// extremes.
struct RegionFigures
{
    std::int64_t count = 0;
    double mean = 0, deviation = 0, least = 0, most = 0;
    bool operator==(const RegionFigures&) const = default;
};
// value: of a pixel; empty: padding, which does not count. Empty: no pixel counts, or the kind has no inside.
using PixelValue = std::function<std::optional<double>(int column, int row)>;
std::optional<RegionFigures> figuresOf(const Shape& shape, int rows, int columns, const PixelValue& value);

} // namespace mama
