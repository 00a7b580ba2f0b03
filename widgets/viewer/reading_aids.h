#pragma once
#include "widgets/viewer/scene/view_model.h"
#include "widgets/viewer/text_sprites.h"

namespace mama::viewer {

// What the reader has switched on beside the images.
struct Aids
{
    bool inverted = false;
    bool texts = true;      // all of them; else only what must be known (ViewTexts::all)
    bool labels = true;     // what must be known; off only where pixels are measured, no command does it
    bool notes = true;      // what the reader drew
    bool crossHair = false; // the same place, in mm from the chest wall, in every image
    bool loupe = false;
    double loupeMagnification = 2; // as below
    int loupeSide = 320;           // logical pixels
    bool operator==(const Aids&) const = default;
};

constexpr double leastMagnification = 1, mostMagnification = 16;
constexpr int leastLoupe = 64, mostLoupe = 1024;

// at: device pixels of the pointer.
void addLoupe(const ViewModel& model, const Aids& aids, Point at, SceneFrame& frame);
// "×2 · zoom 84 %", in its upper corner.
void addLoupeText(const ViewModel& model, const Aids& aids, Point at, TextSprites& sprites, SceneFrame& frame);
void addFrameOf(const PixelRect& area, SceneFrame& frame); // that an image is dragged over
void addCrossHair(const ViewModel& model, Point at, SceneFrame& frame);
// The raw value of the cell under the pointer, beside it.
void addCellValue(const ViewModel& model, Point at, TextSprites& sprites, SceneFrame& frame);

} // namespace mama::viewer
