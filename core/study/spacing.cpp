#include "core/study/spacing.h"

#include <cmath>
#include <sstream>

namespace mama {
namespace {

std::optional<Spacing> valid(const std::optional<Spacing>& spacing)
{
    const auto usable = [](double mm) { return std::isfinite(mm) && mm > 0; };
    return spacing && usable(spacing->row) && usable(spacing->column) ? spacing : std::nullopt;
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

} // namespace

SpacingFact resolveSpacing(const ImageHeader& header, std::vector<UserText>& warnings)
{
    const std::optional<Spacing> pixel = valid(header.pixelSpacing), imager = valid(header.imagerPixelSpacing);
    if ((header.pixelSpacing && !pixel) || (header.imagerPixelSpacing && !imager))
        warnings.push_back({TextId("spacing.not_positive", "spacing: not positive, not used")});
    const bool magnified = header.magnification && std::isfinite(*header.magnification) && *header.magnification > 0;
    const auto corrected = [&] {
        return Spacing{imager->row / *header.magnification, imager->column / *header.magnification};
    };
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
        return {corrected(), {TextId("spacing.corrected", "corrected by ERMF %1"), text(*header.magnification)}};
    if (imager)
        return {imager, {TextId("spacing.at_detector", "at detector, not corrected")}};
    if (pixel)
        return {pixel, {TextId("spacing.basis_unknown", "basis unknown")}};
    return {std::nullopt, {TextId("spacing.none", "none")}};
}

} // namespace mama
