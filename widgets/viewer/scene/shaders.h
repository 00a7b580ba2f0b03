#pragma once
#include <string>

// Fragment programs of the view. All work in device pixels with y upwards (gl_FragCoord); the affine uniforms carry
// every flip, so no program knows about mirroring.
namespace mama::viewer::shaders {

// Stored pixels -> one number a screen pixel (value after modality); -3e38 where there is no picture. Runs only when
// zoom, pan or the image changes.
std::string resampleGrey();
// The same for colour images; writes opaque RGB.
std::string resampleColour();
// The alignment map, hatching and isolines -> premultiplied RGBA a screen pixel.
std::string overlay();
// Number -> grey by window or table, polarity, and the overlay on top. Runs at every frame.
std::string windowed(bool table);
std::string sprite();
std::string plain(); // one colour

} // namespace mama::viewer::shaders
