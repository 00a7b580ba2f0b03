#pragma once
#include "core/image/geometry.h"
#include "core/image/stored_image.h"

#include <cstdint>
#include <span>
#include <vector>

namespace mama {

// Scaled to length 1; a vector of zeros stays as it is.
void normalise(std::span<float> vector);

// Dot product of two vectors of one length; their cosine if both are normalised.
float dot(std::span<const float> a, std::span<const float> b);

// The share of values in ascending order that lie below one, 0 to 1; NaN for NaN, and without values.
double shareBelow(std::span<const double> ascending, double value);

// Cosines of every image with every text: images [N, D], texts [M, D], both L2-normalised -> [N, M].
std::vector<float> similarities(std::span<const float> images, std::span<const float> texts, std::int64_t dim);

// An alignment map (mama.md 12): the cosine of every patch with one sentence. No min-max, no smoothing.
// patches [rows, columns, D] and sentence [D], L2-normalised; inside [rows, columns]: 0 where the model saw no
// part of the image, the map is NaN there. Empty `inside`: all patches are on the image.
Raster<float> alignmentMap(std::span<const float> patches, std::int64_t rows, std::int64_t columns,
                           std::span<const float> sentence, std::span<const std::uint8_t> inside = {});

// One embedding of several wordings: each normalised, averaged, normalised. embeddings [K, D], K >= 1 -> [D].
std::vector<float> ensemble(std::span<const float> embeddings, std::int64_t dim);

// exp(x) / sum of exp, per element; stable for large values. Empty stays empty.
std::vector<double> softmax(std::span<const double> values);

// 1 where a patch's centre lies on what the model saw of the image, 0 in padding; [rows, columns] of the patch grid.
std::vector<std::uint8_t> insideMask(const Geometry& geometry);

// 1 where any cell of the breast mask lies under the patch, 0: air; [rows, columns] of the patch grid.
// breast: [stored rows / 8 up, stored columns / 8 up], 1 inside (PreparedImage::breast).
std::vector<std::uint8_t> breastOnGrid(const Geometry& geometry, const Raster<std::uint8_t>& breast);

} // namespace mama
