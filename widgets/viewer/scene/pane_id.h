#pragma once
#include <cstddef>
#include <string> // and <compare>, which moc cannot read by itself

namespace mama::viewer {

// One image that can be on screen: which study, and which of its images. Names the image to views, panels and sessions
// alike, so that several studies can hang beside each other.
struct PaneId
{
    std::string study;     // Study::uid
    std::size_t image = 0; // in Study::images
    auto operator<=>(const PaneId&) const = default;
};

} // namespace mama::viewer
