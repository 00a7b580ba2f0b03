#pragma once
#include "widgets/viewer/scene/map_overlay.h"
#include "widgets/viewer/scene/view_model.h"

#include <QImage>
#include <QString>
#include <string>

namespace mama::viewer {

// What the strip below the views says: the scale of the maps, the sentence, the model, and how far to trust it.
struct LegendFacts
{
    bool maps = false; // maps are on screen
    OverlayStyle style;
    QString sentence, warning, provenance, range;
    bool stretched = false;  // to the study on screen
    std::string key() const; // equal facts, equal key
    QString text() const;    // all its words
    bool bare() const { return !maps && sentence.isEmpty() && warning.isEmpty() && provenance.isEmpty(); }
};

LegendFacts legendFacts(const ViewModel& model, const OverlayLegend& legend, const OverlayStyle& style);

// At the view's lower edge, kept free once something was asked; logical pixels of a view of this width.
int legendHeight(double width);
// What all the words need at this width, in smaller letters if that is more than `most`; never less than above, but for
// the notice alone, which is one line.
int legendHeight(const LegendFacts& facts, double width, double most);

// width, height: device pixels; unit: device pixels a logical pixel. The largest letters in which all fits.
QImage paintLegend(const LegendFacts& facts, int width, int height, double unit);

// Footprint of a patch in the breast, "2.8 × 5.7 mm" (width × height); pixels without a scale; empty without a map.
QString patchText(const ViewImage& image, const MapOverlay& overlay);

} // namespace mama::viewer
