#pragma once
#include "core/image/breast_outline.h"

namespace mama {

// What one pass over a picture's stored values tells of it: where the breast is, and how the picture looks, in the
// outline's cells of breast.factor stored pixels a side. What it shows at full size is told on demand. Grey or colour;
// keeps a reference to the image.
class PictureSurvey
{
public:
    PictureSurvey(const StoredImage& image, const GreyPipeline& pipeline);

    const StoredImage& image() const { return m_image; }
    const BreastOutline& breast() const { return m_breast; }
    const Raster<std::uint8_t>& outlined() const { return m_outlined; } // the copy that the breast was found in
    const Raster<std::uint8_t>& shown() const { return m_shown; }       // means of displayImage, by its first window
    const Raster<std::uint8_t>& lightest() const { return m_lightest; } // its greatest values

    // displayImage's value of a pixel, and of all.
    std::uint8_t shownAt(int row, int column) const;
    Raster<std::uint8_t> shownWhole() const;

private:
    void lookAtRows(const NormalisedGrey& grey);
    void lookAtPicture(const NormalisedGrey& grey);

    const StoredImage& m_image;
    BreastOutline m_breast;
    Raster<std::uint8_t> m_outlined, m_shown, m_lightest;
    std::vector<std::uint8_t> m_table; // of a grey image of up to 16 bits, by the samples' bit patterns
    Raster<std::uint8_t> m_picture;    // of any other
};

} // namespace mama
