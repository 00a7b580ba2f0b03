#pragma once
#include "core/image/geometry.h"
#include "core/image/grey_pipeline.h"
#include "core/image/stored_image.h"

namespace mama {

// Colour to grey by the weights of BT.601; a grey image as it is.
StoredImage toGrey(const StoredImage& image);

// A grey image as floats in 0..1, made on demand from the stored samples: modality, MONOCHROME1 turned over, padding
// black. 0..1 spans the unpadded values without the outermost 1e-5 of the pixels (at least 4) at either end.
// Keeps a reference to the image.
class NormalisedGrey
{
public:
    NormalisedGrey(const StoredImage& image, const GreyPipeline& pipeline);

    int rows() const { return m_image.rows; }
    int columns() const { return m_image.columns; }
    // Means of factor x factor blocks, [rows / factor up, columns / factor up].
    Raster<float> reduced(int factor) const;
    // Full resolution, [box rows, box columns].
    Raster<float> crop(const Box& box) const;
    // By the samples' bit patterns, as unsigned numbers; empty of samples of 32 bits.
    const std::vector<float>& table() const { return m_table; }

private:
    void makeTable(const GreyPipeline& pipeline);
    void makeValues(const GreyPipeline& pipeline);
    void line(int row, int first, int count, float* out) const;

    const StoredImage& m_image;
    std::vector<float> m_table; // by stored bit pattern, for 8- and 16-bit samples
    Raster<float> m_values;     // for 32-bit samples
};

} // namespace mama
