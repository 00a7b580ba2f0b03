#include "core/image/geometry.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace mama {
namespace {

void require(bool holds, const char* field, const UserText& why)
{
    if (!holds)
        throw Error(ErrorCode::Format, {action::readGeometry}, field, why);
}

void check(const Geometry::Chain& c)
{
    require(c.storedColumns > 0 && c.storedRows > 0, "stored",
            {TextId("geometry.stored_size_not_positive", "the stored size must be positive")});
    require(c.resizedColumns > 0 && c.resizedRows > 0, "resized",
            {TextId("geometry.resized_size_not_positive", "the resized size must be positive")});
    require(c.crop.x1 >= c.crop.x0 && c.crop.y1 >= c.crop.y0, "crop",
            {TextId("geometry.crop_holds_no_pixel", "the crop holds no pixel")});
    require(c.inputColumns > 0 && c.inputRows > 0 && std::isfinite(c.inputColumns) && std::isfinite(c.inputRows),
            "input", {TextId("geometry.crop_size_not_positive", "the scaled crop's size must be positive")});
    require(std::isfinite(c.offsetX) && std::isfinite(c.offsetY), "offset",
            {TextId("geometry.not_finite", "must be finite")});
    require(c.inputSize.columns > 0 && c.inputSize.rows > 0, "size",
            {TextId("geometry.input_size_not_positive", "the model's input size must be positive")});
    require(c.patch.columns >= 1 && c.patch.rows >= 1 && c.patch.columns <= c.inputSize.columns &&
                c.patch.rows <= c.inputSize.rows,
            "patch", {TextId("geometry.used_size_out_of_range", "must be from 1 to the model's input size")});
}

template <class T>
void readPair(const nlohmann::json& json, const char* field, T& first, T& second)
{
    const auto found = json.find(field);
    require(found != json.end() && found->is_array() && found->size() == 2, field,
            {TextId("geometry.expected_x_y", "expected [x, y]")});
    require((*found)[0].is_number() && (*found)[1].is_number(), field,
            {TextId("geometry.expected_two_numbers", "expected two numbers")});
    first = (*found)[0].get<T>();
    second = (*found)[1].get<T>();
}

// One number, or [x, y].
template <class T>
void readSize(const nlohmann::json& json, const char* field, T& across, T& down)
{
    const auto found = json.find(field);
    require(found != json.end(), field, {TextId("geometry.size_missing", "is missing")});
    if (found->is_array())
        return readPair(json, field, across, down);
    require(found->is_number_integer(), field, {TextId("geometry.expected_integer", "expected an integer")});
    across = down = found->get<T>();
}

nlohmann::json sizeJson(const Extent& size)
{
    return size.square() ? nlohmann::json(size.columns) : nlohmann::json{size.columns, size.rows};
}

nlohmann::json sizeJson(const CellSize& size)
{
    const bool plain = size.columns == size.rows && size.columns == std::floor(size.columns);
    return plain ? nlohmann::json(static_cast<int>(size.columns)) : nlohmann::json{size.columns, size.rows};
}

// Whole cells along an axis; a cell that is a fraction of it may fall short by rounding.
int cells(int size, double cell) { return static_cast<int>(std::floor(size / cell + 1e-6)); }

} // namespace

Geometry::Geometry(const Chain& chain) : m_chain(chain)
{
    check(chain);
    m_scaleX = static_cast<double>(chain.resizedColumns) / chain.storedColumns;
    m_scaleY = static_cast<double>(chain.resizedRows) / chain.storedRows;
    m_zoomX = chain.inputColumns / chain.crop.width();
    m_zoomY = chain.inputRows / chain.crop.height();
}

Point Geometry::toInput(Point stored) const
{
    return {(stored.x * m_scaleX + m_chain.padLeft - m_chain.crop.x0) * m_zoomX - m_chain.offsetX,
            (stored.y * m_scaleY + m_chain.padTop - m_chain.crop.y0) * m_zoomY - m_chain.offsetY};
}

Point Geometry::toStored(Point input) const
{
    return {((input.x + m_chain.offsetX) / m_zoomX + m_chain.crop.x0 - m_chain.padLeft) / m_scaleX,
            ((input.y + m_chain.offsetY) / m_zoomY + m_chain.crop.y0 - m_chain.padTop) / m_scaleY};
}

int Geometry::gridRows() const { return cells(m_chain.inputSize.rows, m_chain.patch.rows); }
int Geometry::gridColumns() const { return cells(m_chain.inputSize.columns, m_chain.patch.columns); }

std::optional<std::pair<int, int>> Geometry::patchAt(Point stored) const
{
    const auto [first, last] = seen();
    if (!(stored.x >= first.x && stored.x <= last.x && stored.y >= first.y && stored.y <= last.y))
        return std::nullopt;
    const Point input = toInput(stored);
    // seen() ends at the grid; a point on its far border belongs to the last patch.
    const auto index = [](double value, double cell, int count) {
        return std::clamp(static_cast<int>(std::floor(value / cell)), 0, count - 1);
    };
    return std::pair{index(input.y, m_chain.patch.rows, gridRows()),
                     index(input.x, m_chain.patch.columns, gridColumns())};
}

Point Geometry::patchCentre(int row, int column) const
{
    return toStored({(column + 0.5) * m_chain.patch.columns, (row + 0.5) * m_chain.patch.rows});
}

std::pair<Point, Point> Geometry::patchCorners(int row, int column) const
{
    const auto [across, down] = m_chain.patch;
    return {toStored({column * across, row * down}), toStored({(column + 1) * across, (row + 1) * down})};
}

Spacing Geometry::patchSize(Spacing pixel) const
{
    return {m_chain.patch.rows / (m_zoomY * m_scaleY) * pixel.row,
            m_chain.patch.columns / (m_zoomX * m_scaleX) * pixel.column};
}

std::pair<Point, Point> Geometry::seen() const
{
    // The crop in model input, cut to the patch grid, then taken back and cut to the image.
    const double gridX = gridColumns() * m_chain.patch.columns, gridY = gridRows() * m_chain.patch.rows;
    const Point low{std::clamp(-m_chain.offsetX, 0.0, gridX), std::clamp(-m_chain.offsetY, 0.0, gridY)};
    const Point high{std::clamp(m_chain.inputColumns - m_chain.offsetX, 0.0, gridX),
                     std::clamp(m_chain.inputRows - m_chain.offsetY, 0.0, gridY)};
    const auto inside = [this](Point p) {
        return Point{std::clamp(p.x, 0.0, static_cast<double>(m_chain.storedColumns)),
                     std::clamp(p.y, 0.0, static_cast<double>(m_chain.storedRows))};
    };
    return {inside(toStored(low)), inside(toStored(high))};
}

nlohmann::json Geometry::toJson() const
{
    const Chain& c = m_chain;
    return {{"stored", {c.storedColumns, c.storedRows}},
            {"resized", {c.resizedColumns, c.resizedRows}},
            {"pad", {c.padLeft, c.padTop}},
            {"crop", {c.crop.x0, c.crop.y0, c.crop.x1, c.crop.y1}},
            {"input", {c.inputColumns, c.inputRows}},
            {"offset", {c.offsetX, c.offsetY}},
            {"size", sizeJson(c.inputSize)},
            {"patch", sizeJson(c.patch)}};
}

Geometry Geometry::fromJson(const nlohmann::json& json)
{
    require(json.is_object(), "geometry", {TextId("geometry.expected_object", "expected an object")});
    Chain c;
    readPair(json, "stored", c.storedColumns, c.storedRows);
    readPair(json, "resized", c.resizedColumns, c.resizedRows);
    readPair(json, "pad", c.padLeft, c.padTop);
    const auto crop = json.find("crop");
    const auto isNumber = [](const nlohmann::json& value) { return value.is_number_integer(); };
    require(crop != json.end() && crop->is_array() && crop->size() == 4 && std::ranges::all_of(*crop, isNumber), "crop",
            {TextId("geometry.expected_x0_y0_x1_y1", "expected [x0, y0, x1, y1]")});
    c.crop = {(*crop)[0], (*crop)[1], (*crop)[2], (*crop)[3]};
    readPair(json, "input", c.inputColumns, c.inputRows);
    readPair(json, "offset", c.offsetX, c.offsetY);
    readSize(json, "size", c.inputSize.columns, c.inputSize.rows);
    readSize(json, "patch", c.patch.columns, c.patch.rows);
    return Geometry(c);
}

} // namespace mama
