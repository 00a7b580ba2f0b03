#pragma once
#include "core/image/geometry.h"
#include "core/image/grey_pipeline.h"
#include "core/image/stored_image.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mama {
struct StudyImage;
}

namespace mama::viewer {

// One resolution of an image. Level n is 2^n times smaller than the stored image (rounded up), each pixel the mean
// of the unpadded stored pixels below it. Exactly one of the three is filled.
struct ViewLevel
{
    int rows = 0, columns = 0;
    std::vector<std::uint16_t> grey;  // [rows, columns]; value after modality = offset + step * grey
    std::vector<float> wide;          // [rows, columns]; the same for 32-bit data that do not fit 16 bits
    std::vector<std::uint8_t> colour; // [rows, columns, 4] RGBA
};

// What the view needs of one image, ready for upload: made once, off the window's thread, and shared by views.
// Coordinates are stored pixels everywhere; mirroring is for display only.
class ViewImage
{
public:
    // breast: 1 inside the breast, one entry for 8 x 8 stored pixels (PreparedImage::breast); may be null, then it is
    // found from the pixels. Takes about 50 ms for 13 megapixels. Error(Data) if the image has no pixels.
    static std::shared_ptr<const ViewImage> make(const StoredImage& stored, const GreyPipeline& pipeline,
                                                 const StudyImage& facts, const Raster<std::uint8_t>* breast = nullptr);

    int rows() const { return m_levels.front().rows; }
    int columns() const { return m_levels.front().columns; }
    const std::vector<ViewLevel>& levels() const { return m_levels; }
    double offset() const { return m_offset; }
    double step() const { return m_step; }
    bool isColour() const { return !m_levels.front().colour.empty(); }
    // Codes (before offset and step) that are padding; empty if the file declares none.
    std::optional<std::pair<double, double>> paddedCodes() const { return m_paddedCodes; }
    bool padded(int column, int row) const;
    double value(int column, int row) const; // after modality; colour: luma 0..255
    // As the file holds it; after the modality LUT where there is one, since that cannot be turned back.
    double storedValue(int column, int row) const { return (value(column, row) - m_intercept) / m_slope; }
    bool afterLut() const { return m_afterLut; }
    // 1 inside the breast, [rows / 8 up, columns / 8 up].
    const Raster<std::uint8_t>& breast() const { return m_breast; }
    bool inBreast(int column, int row) const;
    Box breastBox() const { return m_breastBox; } // stored pixels, to 8; the whole image if the mask is empty

    const StudyImage& facts() const { return *m_facts; }
    // Never empty: an "auto" window stands in where the file has no VOI. Entry 0 is the default.
    const std::vector<VoiChoice>& voi() const { return m_voi; }
    bool inverted() const { return m_inverted; } // MONOCHROME1

private:
    template <class Code>
    void buildGrey(std::vector<Code> codes, int rows, int columns);
    void buildColour(const StoredImage& stored, const GreyPipeline& pipeline);

    std::vector<ViewLevel> m_levels;
    double m_offset = 0, m_step = 1;
    double m_intercept = 0, m_slope = 1; // of the rescale that value() stands behind
    bool m_afterLut = false;
    std::optional<std::pair<double, double>> m_paddedCodes;
    Raster<std::uint8_t> m_breast;
    Box m_breastBox;
    std::vector<VoiChoice> m_voi;
    bool m_inverted = false;
    std::shared_ptr<const StudyImage> m_facts; // never null after make()
};

} // namespace mama::viewer
