#pragma once
#include "core/image/model_input.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <utility>

namespace mama {

// Continuous image coordinates in pixels: x right, y down; pixel (i, j) covers [i, i+1) x [j, j+1).
struct Point
{
    double x = 0;
    double y = 0;
};

// Millimetres a pixel: PS3.3 order, row spacing (vertical) first.
struct Spacing
{
    double row = 0;
    double column = 0;
};

struct Box
{
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0; // inclusive
    int width() const { return x1 - x0 + 1; }
    int height() const { return y1 - y0 + 1; }
    bool operator==(const Box&) const = default;
};

// The one map between stored pixels, model input and patch grid, forward and exactly inverse. Display flips never
// enter. Chain: stored -> resize -> pad -> crop -> resize to S (or padded to it) -> centre crop C -> cells of a grid.
class Geometry
{
public:
    struct Chain
    {
        int storedColumns = 0, storedRows = 0;   // W0, H0
        int resizedColumns = 0, resizedRows = 0; // W2, H2: the integers that the resizes gave, before padding
        int padLeft = 0, padTop = 0;             // l, t
        Box crop;                                // in the resized and padded image
        double inputColumns = 0, inputRows = 0;  // size to which the crop is scaled (S; less where aspect is kept)
        double offsetX = 0, offsetY = 0; // o: where model input starts inside the scaled crop (negative: padded)
        Extent inputSize;                // C: of the model's input
        CellSize patch = defaultPatch;   // pixels a patch
    };

    Geometry() = default;
    explicit Geometry(const Chain& chain);

    Point toInput(Point stored) const; // stored pixels -> model input pixels
    Point toStored(Point input) const; // exact inverse
    int gridRows() const;              // patches
    int gridColumns() const;
    // (row, column) of the patch under a stored point; empty where the model did not see the image: outside the
    // crop, and beyond the last whole patch.
    std::optional<std::pair<int, int>> patchAt(Point stored) const;
    Point patchCentre(int row, int column) const;                    // stored pixels
    std::pair<Point, Point> patchCorners(int row, int column) const; // stored pixels, upper left and lower right
    Spacing patchSize(Spacing pixel) const;                          // a patch's footprint, mm (row, column)
    // What the model saw of the stored image: the crop clipped to the image, in stored pixels (left top, right bottom).
    std::pair<Point, Point> seen() const;
    const Chain& chain() const { return m_chain; }

    nlohmann::json toJson() const;
    // Error(Format) if a field is missing or impossible.
    static Geometry fromJson(const nlohmann::json& json);

private:
    Chain m_chain;
    double m_scaleX = 1, m_scaleY = 1; // stored -> resized
    double m_zoomX = 1, m_zoomY = 1;   // crop -> input
};

} // namespace mama
