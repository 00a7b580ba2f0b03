#include "widgets/display/test_pattern.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mama {
namespace {

constexpr int steps = 16, background = 128, gridGrey = 191, markContrast = 4;

int part(int whole, double share) { return static_cast<int>(std::lround(whole * share)); }

void fill(QImage& picture, const QRect& place, int level)
{
    const QRect inside = place.intersected(picture.rect());
    for (int y = inside.top(); y <= inside.bottom(); ++y)
        std::fill_n(picture.scanLine(y) + inside.left(), inside.width(), static_cast<uchar>(level));
}

QRect around(int x, int y, int width, int height) { return {x - width / 2, y - height / 2, width, height}; }

QRect inner(const QRect& of, double share)
{
    return around(of.x() + of.width() / 2, of.y() + of.height() / 2, part(of.width(), share), part(of.height(), share));
}

// Two rows of eight above and below the middle.
std::vector<PatternPatch> greySteps(QSize pixels)
{
    std::vector<PatternPatch> out;
    const int side = part(std::min(pixels.width() * 5 / 8, pixels.height()), 0.1);
    for (int i = 0; i < steps; ++i) {
        const int column = i % 8, row = i / 8;
        const int x = pixels.width() / 2 + part(side * 8, (column - 4) / 8.0),
                  y = pixels.height() / 2 + (row == 0 ? -part(side, 2.3) : part(side, 1.3));
        out.push_back({{x, y, side, side}, static_cast<int>(std::lround(i * 255.0 / (steps - 1)))});
    }
    return out;
}

// Black with 5 % and white with 95 %: the outer squares.
std::array<QRect, 2> pairs(QSize pixels)
{
    const int side = part(std::min(pixels.width() * 5 / 8, pixels.height()), 0.12);
    const int y = pixels.height() / 2;
    return {around(pixels.width() / 2 - part(side, 2.2), y, side, side),
            around(pixels.width() / 2 + part(side, 2.2), y, side, side)};
}

void drawLines(QImage& picture, const PatternLines& lines)
{
    for (int y = lines.place.top(); y <= lines.place.bottom(); ++y)
        for (int x = lines.place.left(); x <= lines.place.right(); ++x) {
            const int along = lines.vertical ? x - lines.place.left() : y - lines.place.top();
            picture.scanLine(y)[x] = along / lines.width % 2 == 0 ? 255 : 0;
        }
}

void drawGrid(QImage& picture)
{
    const int width = picture.width(), height = picture.height(), mesh = std::max(16, std::min(width, height) / 12);
    for (int x = width / 2 % mesh; x < width; x += mesh)
        fill(picture, {x, 0, 1, height}, gridGrey);
    for (int y = height / 2 % mesh; y < height; y += mesh)
        fill(picture, {0, y, width, 1}, gridGrey);
    for (const QRect& edge : {QRect(0, 0, width, 1), QRect(0, height - 1, width, 1), QRect(0, 0, 1, height),
                              QRect(width - 1, 0, 1, height)})
        fill(picture, edge, 255);
}

// Black below to white above at the left, the other way round at the right: steps in them are the screen's own.
void drawRamps(QImage& picture)
{
    const int height = part(picture.height(), 0.6), width = part(picture.width(), 0.04),
              top = (picture.height() - height) / 2;
    for (int y = 0; y < height; ++y) {
        const int level = static_cast<int>(std::lround(y * 255.0 / std::max(1, height - 1)));
        fill(picture, {part(picture.width(), 0.06), top + y, width, 1}, 255 - level);
        fill(picture, {picture.width() - part(picture.width(), 0.06) - width, top + y, width, 1}, level);
    }
}

QImage qualityPage(QSize pixels)
{
    QImage picture(pixels, QImage::Format_Grayscale8);
    picture.fill(background);
    drawGrid(picture);
    drawRamps(picture);
    for (const PatternPatch& patch : greySteps(pixels)) {
        fill(picture, patch.place, patch.level);
        const int mark = std::max(2, patch.place.width() / 8), gap = mark / 2;
        const int higher = std::min(255, patch.level + markContrast), lower = std::max(0, patch.level - markContrast);
        const QRect& at = patch.place;
        fill(picture, {at.left() + gap, at.top() + gap, mark, mark}, higher);
        fill(picture, {at.right() - gap - mark + 1, at.bottom() - gap - mark + 1, mark, mark}, higher);
        fill(picture, {at.right() - gap - mark + 1, at.top() + gap, mark, mark}, lower);
        fill(picture, {at.left() + gap, at.bottom() - gap - mark + 1, mark, mark}, lower);
    }
    const auto outer = pairs(pixels);
    fill(picture, outer[0], 0);
    fill(picture, outer[1], 255);
    const auto patches = testPatternPatches(pixels);
    for (std::size_t i = steps; i < patches.size(); ++i)
        fill(picture, patches[i].place, patches[i].level);
    // White beside black, for what a screen smears.
    const QRect bars = around(pixels.width() / 2, pixels.height() / 2 + part(pixels.height(), 0.36),
                              part(pixels.width(), 0.5), part(pixels.height(), 0.05));
    fill(picture, bars, 0);
    fill(picture, {bars.x() + bars.width() / 4, bars.y(), bars.width() / 2, bars.height()}, 255);
    for (const PatternLines& lines : testPatternLines(pixels))
        drawLines(picture, lines);
    return picture;
}

QImage levelPage(QSize pixels, int level)
{
    QImage picture(pixels, QImage::Format_Grayscale8);
    picture.fill(51);
    const int side = static_cast<int>(std::sqrt(0.1 * pixels.width() * pixels.height()));
    fill(picture, around(pixels.width() / 2, pixels.height() / 2, side, side), level);
    return picture;
}

} // namespace

int testPatternLevel(int page) { return static_cast<int>(std::lround((page - 1) * 255.0 / (testPatternLevels - 1))); }

std::vector<PatternPatch> testPatternPatches(QSize pixels)
{
    auto out = greySteps(pixels);
    const auto outer = pairs(pixels);
    out.push_back({inner(outer[0], 0.4), static_cast<int>(std::lround(0.05 * 255))});
    out.push_back({inner(outer[1], 0.4), static_cast<int>(std::lround(0.95 * 255))});
    return out;
}

std::vector<PatternLines> testPatternLines(QSize pixels)
{
    std::vector<PatternLines> out;
    const int side = part(std::min(pixels.width(), pixels.height()), 0.05) / 4 * 4, gap = side / 4,
              edge = part(std::min(pixels.width(), pixels.height()), 0.04), block = 2 * side + gap;
    const int right = pixels.width() - edge - block, low = pixels.height() - edge - block;
    for (const QPoint corner : {QPoint(edge, edge), QPoint(right, edge), QPoint(edge, low), QPoint(right, low),
                                QPoint((pixels.width() - block) / 2, (pixels.height() - block) / 2)})
        for (const int width : {1, 2})
            for (const bool vertical : {true, false})
                out.push_back(
                    {{corner.x() + (vertical ? 0 : side + gap), corner.y() + (width - 1) * (side + gap), side, side},
                     width,
                     vertical});
    return out;
}

QImage testPattern(QSize pixels, int page, const std::vector<float>& greys)
{
    QImage picture =
        page == 0 ? qualityPage(pixels) : levelPage(pixels, testPatternLevel(std::clamp(page, 1, testPatternLevels)));
    if (greys.size() != 256)
        return picture;
    std::array<uchar, 256> levels{};
    std::ranges::transform(greys, levels.begin(),
                           [](float level) { return static_cast<uchar>(std::lround(level * 255)); });
    for (int y = 0; y < picture.height(); ++y)
        std::ranges::for_each(picture.scanLine(y), picture.scanLine(y) + picture.width(),
                              [&](uchar& grey) { grey = levels[grey]; });
    return picture;
}

} // namespace mama
