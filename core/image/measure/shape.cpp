#include "core/image/measure/shape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mama {
namespace {

constexpr std::array names{"ruler",     "area", "angle", "circle",  "ellipse",
                           "rectangle", "note", "box",   "contour", "point"};

bool isClosedLine(ShapeKind kind) { return kind == ShapeKind::Area || kind == ShapeKind::Contour; }

bool isBox(ShapeKind kind)
{
    return kind == ShapeKind::Ellipse || kind == ShapeKind::Rectangle || kind == ShapeKind::Box;
}

void push(std::vector<float>& numbers, Point at)
{
    numbers.push_back(static_cast<float>(at.x));
    numbers.push_back(static_cast<float>(at.y));
}

Point at(const Shape& shape, std::size_t place)
{
    return {static_cast<double>(shape.numbers[2 * place]), static_cast<double>(shape.numbers[2 * place + 1])};
}

void set(Shape& shape, std::size_t place, Point to)
{
    shape.numbers[2 * place] = static_cast<float>(to.x);
    shape.numbers[2 * place + 1] = static_cast<float>(to.y);
}

std::vector<Point> placesOf(const Shape& shape)
{
    std::vector<Point> out;
    for (std::size_t i = 0; 2 * i + 1 < shape.numbers.size(); ++i)
        out.push_back(at(shape, i));
    return out;
}

// Twice the area to the left of a, b, c: its sign says on which side c lies.
double turn(Point a, Point b, Point c) { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x); }

bool cross(Point a, Point b, Point c, Point d)
{
    return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

double polygonArea(const std::vector<Point>& corners, Spacing mm)
{
    double twice = 0;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const Point a = corners[i], b = corners[(i + 1) % corners.size()];
        twice += (a.x - corners[0].x) * (b.y - corners[0].y) - (b.x - corners[0].x) * (a.y - corners[0].y);
    }
    return std::abs(twice) / 2 * mm.row * mm.column;
}

bool hasSize(const Shape& shape)
{
    const std::vector<float>& n = shape.numbers;
    switch (shape.kind) {
    case ShapeKind::Note:
    case ShapeKind::Point: return true;
    case ShapeKind::Circle: return n[2] > 0;
    case ShapeKind::Ellipse:
    case ShapeKind::Rectangle:
    case ShapeKind::Box: return n[2] > n[0] && n[3] > n[1];
    case ShapeKind::Ruler: return n[0] != n[2] || n[1] != n[3];
    case ShapeKind::Angle:
        return (n[0] != n[2] || n[1] != n[3]) && (n[4] != n[2] || n[5] != n[3]) && (n[0] != n[4] || n[1] != n[5]);
    case ShapeKind::Area:
    case ShapeKind::Contour: break;
    }
    constexpr double least = 0.01; // square pixels: what is on one line but for rounding has less
    return polygonArea(placesOf(shape), {1, 1}) >= least || crossesItself(shape);
}

double angle(Point a, Point vertex, Point b, Spacing mm)
{
    const double ax = (a.x - vertex.x) * mm.column, ay = (a.y - vertex.y) * mm.row, bx = (b.x - vertex.x) * mm.column,
                 by = (b.y - vertex.y) * mm.row;
    return std::abs(std::atan2(ax * by - ay * bx, ax * bx + ay * by)) * 180 / M_PI;
}

// Where a line of pixels, at y, passes through the shape: pairs of x, ascending.
std::vector<double> crossings(const Shape& shape, double y)
{
    const std::vector<float>& n = shape.numbers;
    if (shape.kind == ShapeKind::Circle || shape.kind == ShapeKind::Ellipse) {
        const bool circle = shape.kind == ShapeKind::Circle;
        const double cx = circle ? double(n[0]) : (double(n[0]) + n[2]) / 2,
                     cy = circle ? double(n[1]) : (double(n[1]) + n[3]) / 2,
                     rx = circle ? double(n[2]) : (double(n[2]) - n[0]) / 2,
                     ry = circle ? double(n[2]) : (double(n[3]) - n[1]) / 2;
        const double share = 1 - (y - cy) * (y - cy) / (ry * ry);
        if (share < 0)
            return {};
        return {cx - rx * std::sqrt(share), cx + rx * std::sqrt(share)};
    }
    const std::vector<Point> corners = outlineOf(shape).places;
    std::vector<double> out;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const Point a = corners[i], b = corners[(i + 1) % corners.size()];
        if ((a.y <= y) != (b.y <= y))
            out.push_back(a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y));
    }
    std::ranges::sort(out);
    return out;
}

} // namespace

const char* name(ShapeKind kind) { return names[static_cast<std::size_t>(kind)]; }

std::optional<ShapeKind> shapeKindNamed(std::string_view name)
{
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt : std::optional(static_cast<ShapeKind>(found - names.begin()));
}

bool hasFigures(ShapeKind kind)
{
    return kind == ShapeKind::Circle || kind == ShapeKind::Ellipse || kind == ShapeKind::Rectangle;
}

bool isPossible(const Shape& shape)
{
    constexpr float farthest = 1e7F;
    const std::size_t count = shape.numbers.size();
    const std::size_t wanted = shape.kind == ShapeKind::Angle                                    ? 6
                               : shape.kind == ShapeKind::Circle                                 ? 3
                               : shape.kind == ShapeKind::Note || shape.kind == ShapeKind::Point ? 2
                                                                                                 : 4;
    if (isClosedLine(shape.kind) ? count < 6 || count % 2 != 0 || count > 2 * mostCorners : count != wanted)
        return false;
    return std::ranges::all_of(shape.numbers,
                               [](float each) { return std::isfinite(each) && std::abs(each) < farthest; }) &&
           hasSize(shape);
}

Shape shapeFrom(ShapeKind kind, const std::vector<Point>& places)
{
    Shape shape{kind, {}};
    if (places.empty())
        return shape;
    const Point first = places.front(), last = places.back();
    if (kind == ShapeKind::Circle) {
        push(shape.numbers, first);
        shape.numbers.push_back(static_cast<float>(std::hypot(last.x - first.x, last.y - first.y)));
    } else if (isBox(kind)) {
        push(shape.numbers, {std::min(first.x, last.x), std::min(first.y, last.y)});
        push(shape.numbers, {std::max(first.x, last.x), std::max(first.y, last.y)});
    } else if (kind == ShapeKind::Note || kind == ShapeKind::Point) {
        push(shape.numbers, last);
    } else {
        for (const Point& each : places)
            push(shape.numbers, each);
    }
    return shape;
}

std::vector<Point> handlesOf(const Shape& shape)
{
    const std::vector<float>& n = shape.numbers;
    if (shape.kind == ShapeKind::Circle) {
        const Point centre = at(shape, 0);
        const double r = n[2];
        return {centre,
                {centre.x + r, centre.y},
                {centre.x, centre.y + r},
                {centre.x - r, centre.y},
                {centre.x, centre.y - r}};
    }
    if (isBox(shape.kind)) {
        const Point a = at(shape, 0), b = at(shape, 1);
        return {a, {b.x, a.y}, b, {a.x, b.y}};
    }
    return placesOf(shape);
}

void moveHandle(Shape& shape, std::size_t handle, Point to)
{
    if (shape.kind == ShapeKind::Circle) {
        const Point centre = at(shape, 0);
        if (handle == 0)
            set(shape, 0, to);
        else
            shape.numbers[2] = static_cast<float>(std::hypot(to.x - centre.x, to.y - centre.y));
    } else if (isBox(shape.kind)) {
        const Point opposite = handlesOf(shape)[(handle + 2) % 4];
        shape = shapeFrom(shape.kind, {opposite, to});
    } else {
        set(shape, handle, to);
    }
}

void moveBy(Shape& shape, double columns, double rows)
{
    const std::size_t places = shape.kind == ShapeKind::Circle ? 1 : shape.numbers.size() / 2;
    for (std::size_t i = 0; i < places; ++i) {
        const Point was = at(shape, i);
        set(shape, i, {was.x + columns, was.y + rows});
    }
}

Outline outlineOf(const Shape& shape)
{
    constexpr int parts = 96;
    const std::vector<float>& n = shape.numbers;
    if (shape.kind == ShapeKind::Rectangle || shape.kind == ShapeKind::Box)
        return {handlesOf(shape), true};
    if (shape.kind != ShapeKind::Circle && shape.kind != ShapeKind::Ellipse)
        return {placesOf(shape), isClosedLine(shape.kind)};
    const bool circle = shape.kind == ShapeKind::Circle;
    const double cx = circle ? double(n[0]) : (double(n[0]) + n[2]) / 2,
                 cy = circle ? double(n[1]) : (double(n[1]) + n[3]) / 2,
                 rx = circle ? double(n[2]) : (double(n[2]) - n[0]) / 2,
                 ry = circle ? double(n[2]) : (double(n[3]) - n[1]) / 2;
    Outline out{{}, true};
    for (int i = 0; i < parts; ++i)
        out.places.push_back({cx + rx * std::cos(2 * M_PI * i / parts), cy + ry * std::sin(2 * M_PI * i / parts)});
    return out;
}

int Measure::digits() const
{
    if (of == Of::Angle)
        return 1;
    if (!mm)
        return of == Of::Length ? 1 : 0;
    return value < 10 ? 2 : value < 1000 ? 1 : 0;
}

bool crossesItself(const Shape& shape)
{
    if (!isClosedLine(shape.kind))
        return false;
    const std::vector<Point> corners = placesOf(shape);
    const std::size_t count = corners.size();
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = i + 2; j < count; ++j)
            if ((j + 1) % count != i && cross(corners[i], corners[i + 1], corners[j], corners[(j + 1) % count]))
                return true;
    return false;
}

std::optional<Measure> measure(const Shape& shape, const std::optional<Spacing>& spacing)
{
    if (!isPossible(shape) || crossesItself(shape))
        return std::nullopt;
    const Spacing mm = spacing.value_or(Spacing{1, 1});
    const std::vector<float>& n = shape.numbers;
    Measure out{Measure::Of::Area, 0, spacing.has_value()};
    switch (shape.kind) {
    case ShapeKind::Ruler:
        out.of = Measure::Of::Length;
        out.value = std::hypot((double(n[2]) - n[0]) * mm.column, (double(n[3]) - n[1]) * mm.row);
        return out;
    case ShapeKind::Angle:
        out.of = Measure::Of::Angle;
        out.value = angle(at(shape, 0), at(shape, 1), at(shape, 2), mm);
        return out;
    case ShapeKind::Area: out.value = polygonArea(placesOf(shape), mm); return out;
    case ShapeKind::Circle: out.value = M_PI * n[2] * n[2] * mm.row * mm.column; return out;
    case ShapeKind::Ellipse:
        out.value = M_PI / 4 * (double(n[2]) - n[0]) * (double(n[3]) - n[1]) * mm.row * mm.column;
        return out;
    case ShapeKind::Rectangle:
        out.value = (double(n[2]) - n[0]) * (double(n[3]) - n[1]) * mm.row * mm.column;
        return out;
    case ShapeKind::Note:
    case ShapeKind::Box:
    case ShapeKind::Contour:
    case ShapeKind::Point: break;
    }
    return std::nullopt;
}

std::string measureText(const Measure& measure)
{
    char number[64];
    std::snprintf(number, sizeof number, "%.*f", measure.digits(), measure.value);
    const bool area = measure.of == Measure::Of::Area;
    return std::string(number) + (measure.of == Measure::Of::Angle ? "°"
                                  : measure.mm                     ? (area ? " mm²" : " mm")
                                                                   : (area ? " pixels²" : " pixels"));
}

std::optional<RegionFigures> figuresOf(const Shape& shape, int rows, int columns, const PixelValue& value)
{
    if (!isPossible(shape) || !(hasFigures(shape.kind) || isClosedLine(shape.kind) || shape.kind == ShapeKind::Box))
        return std::nullopt;
    double top = rows, bottom = 0;
    for (const Point& each : outlineOf(shape).places) {
        top = std::min(top, each.y);
        bottom = std::max(bottom, each.y);
    }
    RegionFigures out;
    double shift = 0, sum = 0, squares = 0; // of values less the first: no digits are lost
    const auto count = [&](double each) {
        if (out.count == 0)
            shift = out.least = out.most = each;
        ++out.count;
        sum += each - shift;
        squares += (each - shift) * (each - shift);
        out.least = std::min(out.least, each);
        out.most = std::max(out.most, each);
    };
    for (int row = std::max(0, static_cast<int>(top) - 1); row < rows && row < bottom + 1; ++row) {
        const std::vector<double> edges = crossings(shape, row + 0.5);
        for (std::size_t i = 0; i + 1 < edges.size(); i += 2)
            for (int column = std::max(0, static_cast<int>(std::ceil(std::max(edges[i], -1.0) - 0.5)));
                 column < columns && column + 0.5 < edges[i + 1]; ++column)
                if (const auto each = value(column, row))
                    count(*each);
    }
    if (out.count == 0)
        return std::nullopt;
    const double n = static_cast<double>(out.count);
    out.mean = shift + sum / n;
    out.deviation = std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)));
    return out;
}

} // namespace mama
