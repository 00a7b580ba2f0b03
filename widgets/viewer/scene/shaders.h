#pragma once
#include <string>

// Fragment programs of the view. All work in device pixels with y upwards (gl_FragCoord); the affine uniforms carry
// every flip, so no program knows about mirroring; a lying image exchanges the screen's axes before.
namespace mama::viewer::shaders {

struct GreyKind
{
    int taps = 3;         // texels a side below a screen pixel; 1: the picture's own pixels, one on one
    bool padding = false; // the file declares some
    bool blackAir = false;
    bool lying = false; // as ViewTransform
};
// Stored pixels -> one number a screen pixel (value after modality); -3e38 where there is no picture. Runs only when
// zoom, pan or the image changes.
std::string resampleGrey(const GreyKind& kind);
// The same for colour images; writes opaque RGB.
std::string resampleColour(int taps, bool lying);

struct OverlayKind // as in OverlayStyle
{
    bool cells = false, isolines = false, outline = false, hideAir = false, hatch = false;
    bool lying = false; // as ViewTransform
};
// The alignment map, hatching and isolines -> premultiplied RGBA a screen pixel.
std::string overlay(const OverlayKind& kind);

struct WindowKind
{
    enum class Curve { Ramp, Sigmoid, Table } curve = Curve::Ramp;
    bool covered = false;                            // there is an overlay
    bool greys = false;                              // a table says which driving level a grey value gets
    bool draftValues = false, draftOverlays = false; // from buffers of half the resolution
};
// Number -> grey by window or table, polarity, and the overlay on top. Runs at every frame.
std::string windowed(const WindowKind& kind);
std::string sprite();
std::string plain(); // one colour

} // namespace mama::viewer::shaders
