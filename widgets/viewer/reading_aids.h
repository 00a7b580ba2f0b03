#pragma once
#include "widgets/viewer/scene/view_model.h"
#include "widgets/viewer/text_sprites.h"

namespace mama::viewer {

// What the reader has switched on beside the images.
struct Aids
{
    bool inverted = false;
    bool texts = true;      // labels, badges, rulers
    bool notes = true;      // what the reader drew
    bool crossHair = false; // the same place, in mm from the chest wall, in every image
    bool loupe = false;
    double loupeMagnification = 2; // 1..16
    int loupeSide = 320;           // logical pixels, 64..1024
    bool operator==(const Aids&) const = default;
};

// at: device pixels of the pointer.
void addLoupe(const ViewModel& model, const Aids& aids, Point at, SceneFrame& frame);
void addCrossHair(const ViewModel& model, Point at, SceneFrame& frame);
// The raw value of the cell under the pointer, beside it.
void addCellValue(const ViewModel& model, Point at, TextSprites& sprites, SceneFrame& frame);

} // namespace mama::viewer
