#include "core/study/describe_image.h"

#include "core/study/orientation.h"
#include "core/study/side_and_view.h"
#include "core/study/spacing.h"
#include "core/study/view_kinds.h"

#include <algorithm>
#include <string_view>

namespace mama {
namespace {

constexpr std::string_view ForPresentation[] = {"1.2.840.10008.5.1.4.1.1.1.2", "1.2.840.10008.5.1.4.1.1.1.1",
                                                "1.2.840.10008.5.1.4.1.1.13.1.4"};
constexpr std::string_view ForProcessing[] = {"1.2.840.10008.5.1.4.1.1.1.2.1", "1.2.840.10008.5.1.4.1.1.1.1.1",
                                              "1.2.840.10008.5.1.4.1.1.13.1.5"};
constexpr std::string_view Tomosynthesis = "1.2.840.10008.5.1.4.1.1.13.1"; // .3 volumes, .4 and .5 projections

constexpr std::string_view SecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

bool among(std::string_view value, const auto& list) { return std::ranges::find(list, value) != std::end(list); }

std::string presentationOf(const ImageHeader& header)
{
    if (header.presentationIntent.find("PRESENTATION") != std::string::npos || among(header.sopClass, ForPresentation))
        return header.presentationIntent.find("PROCESSING") != std::string::npos ? "processing" : "presentation";
    if (header.presentationIntent.find("PROCESSING") != std::string::npos || among(header.sopClass, ForProcessing))
        return "processing";
    return "";
}

// By ImageType, or by the vendors' own words.
bool isSynthetic(const ImageHeader& header)
{
    if (std::ranges::find(header.imageType, "GENERATED_2D") != header.imageType.end())
        return true;
    std::string text;
    for (const char c : header.seriesDescription)
        text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return std::ranges::any_of(std::initializer_list<std::string_view>{"C-VIEW", "CVIEW", "S-VIEW", "V-PREVIEW",
                                                                       "INSIGHT 2D", "INTELLIGENT 2D", "SYNTHETIC"},
                               [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

} // namespace

void takeWarnings(StudyImage& image, const ImageHeader& header)
{
    for (const UserText& warning : header.warnings)
        if (std::ranges::find(image.warnings, warning) == image.warnings.end())
            image.warnings.push_back(warning);
}

StudyImage describeImage(const std::filesystem::path& path, const ImageHeader& header, int frame)
{
    StudyImage image;
    image.path = path;
    image.frame = frame;
    image.header = header;
    image.warnings = header.warnings;
    image.presentation = presentationOf(header);
    image.synthetic = isSynthetic(header);
    image.tomosynthesis = !image.synthetic && (header.sopClass.starts_with(Tomosynthesis) ||
                                               (header.modality == "MG" && header.frames > 1));
    image.capture = header.sopClass.starts_with(SecondaryCapture);
    resolveSideAndView(image);
    image.spacing = resolveSpacing(header, image.warnings);
    if (image.presentation == "processing")
        image.badges.push_back({TextId("badge.for_processing", "for processing")});
    if (image.synthetic)
        image.badges.push_back({TextId("badge.synthetic", "synthetic")});
    if (image.tomosynthesis)
        image.badges.push_back({TextId("badge.tomosynthesis", "tomosynthesis")});
    if (image.capture)
        image.badges.push_back({TextId("badge.secondary_capture", "secondary capture")});
    if (image.contrast == "low energy")
        image.badges.push_back({TextId("badge.low_energy", "contrast: low energy")});
    if (image.contrast == "recombined")
        image.badges.push_back({TextId("badge.recombined", "contrast: recombined")});
    if (image.contrast == "high energy")
        image.badges.push_back({TextId("badge.high_energy", "contrast: high energy")});
    for (const UserText& badge : kindBadges(image.modifiers))
        image.badges.push_back(badge);
    if (header.partialView)
        image.badges.push_back({TextId("badge.partial_view", "partial view")});
    if (header.implantPresent)
        image.badges.push_back({TextId("badge.implant", "implant")});
    if (header.channels > 1)
        image.badges.push_back({TextId("badge.colour", "colour")});
    orient(image, {});
    return image;
}

} // namespace mama
