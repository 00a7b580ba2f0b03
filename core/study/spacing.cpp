#include "core/study/spacing.h"

#include <cmath>
#include <sstream>

namespace mama {
namespace {

// Film scanners reach 0.02 mm, thumbnails some millimetres; what lies beyond is another unit.
constexpr double finest = 0.005, coarsest = 5;

bool isPossible(const Spacing& spacing)
{
    const auto possible = [](double mm) { return std::isfinite(mm) && mm >= finest && mm <= coarsest; };
    return possible(spacing.row) && possible(spacing.column);
}

bool differ(const Spacing& a, const Spacing& b, double share)
{
    return std::abs(a.row - b.row) > share * b.row || std::abs(a.column - b.column) > share * b.column;
}

std::string text(double number)
{
    std::ostringstream out;
    out.precision(6);
    out << number;
    return out.str();
}

// Nothing where the tag holds no spacing that a mammogram has, which is said.
std::optional<Spacing> usable(const std::optional<Spacing>& spacing, const char* tag, std::vector<UserText>& warnings)
{
    if (!spacing || isPossible(*spacing))
        return spacing;
    warnings.push_back({TextId("spacing.impossible", "%1 %2 x %3 mm is no spacing of a mammogram: it was not used"),
                        tag, text(spacing->row), text(spacing->column)});
    return std::nullopt;
}

} // namespace

std::optional<double> usableMagnification(const ImageHeader& header)
{
    constexpr double least = 0.9, most = 4;
    const auto& factor = header.magnification;
    return factor && *factor >= least && *factor <= most ? factor : std::nullopt;
}

SpacingFact resolveSpacing(const ImageHeader& header, std::vector<UserText>& warnings)
{
    const auto pixel = usable(header.pixelSpacing, "(0028,0030) Pixel Spacing", warnings),
               imager = usable(header.imagerPixelSpacing, "(0018,1164) Imager Pixel Spacing", warnings);
    const auto magnified = usableMagnification(header);
    if (header.magnification && !magnified)
        warnings.push_back(
            {TextId(
                 "spacing.impossible_factor",
                 "(0018,1114) Estimated Radiographic Magnification Factor %1 is none of a mammogram: it was not used"),
             text(*header.magnification)});
    const auto corrected = [&] { return Spacing{imager->row / *magnified, imager->column / *magnified}; };
    if (pixel && imager && differ(*pixel, *imager, 1e-5)) {
        if (magnified && differ(*pixel, corrected(), 0.05))
            warnings.push_back(
                {TextId("spacing.contradiction", "spacing: PixelSpacing %1 mm, ImagerPixelSpacing / ERMF %2 mm"),
                 text(pixel->row), text(corrected().row)});
        if (header.spacingCalibration.empty())
            return {pixel, {TextId("spacing.calibrated", "calibrated")}};
        return {pixel, {TextId("spacing.calibrated_by", "calibrated %1"), header.spacingCalibration}};
    }
    if (imager && magnified)
        return {corrected(), {TextId("spacing.corrected", "corrected by ERMF %1"), text(*magnified)}};
    if (imager)
        return {imager, {TextId("spacing.at_detector", "at detector, not corrected")}};
    if (pixel)
        return {pixel, {TextId("spacing.basis_unknown", "basis unknown")}};
    return {std::nullopt, {TextId("spacing.none", "none")}};
}

} // namespace mama
