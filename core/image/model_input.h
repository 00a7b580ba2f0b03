#pragma once

namespace mama {

// Whole pixels across and down; one number is a square's side.
struct Extent
{
    int columns = 0, rows = 0;

    constexpr Extent() = default;
    constexpr Extent(int side) : columns(side), rows(side) {}
    constexpr Extent(int across, int down) : columns(across), rows(down) {}
    constexpr bool square() const { return columns == rows; }
    constexpr bool operator==(const Extent&) const = default;
};

// Pixels of one cell of a model's grid, across and down; no whole number where the last cells reach beyond the picture.
struct CellSize
{
    double columns = 0, rows = 0;

    constexpr CellSize() = default;
    constexpr CellSize(int side) : columns(side), rows(side) {}
    constexpr CellSize(double across, double down) : columns(across), rows(down) {}
    constexpr bool operator==(const CellSize&) const = default;
};

// MaMA's published input: what a model or a command has that does not say. Pixels.
inline constexpr int defaultInputSize = 518, defaultPatch = 14;

} // namespace mama
