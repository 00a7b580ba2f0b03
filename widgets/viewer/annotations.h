#pragma once
#include "widgets/viewer/measurement.h"
#include "widgets/viewer/scene/map_overlay.h"
#include "widgets/viewer/scene/view_model.h"
#include "widgets/viewer/text_sprites.h"

#include <QString>
#include <array>
#include <map>
#include <vector>

namespace mama::viewer {

// What the window gave to be written beside the images.
struct ViewTexts
{
    std::array<QString, slotCount> empty, score;
    QString patient;
    OverlayLegend legend;
    std::vector<Measurement> measurements; // at most one an image; drawn even where other texts are not
    bool shown = true;
};

inline constexpr int legendHeight = 60; // logical pixels at the view's lower edge, always kept free

QString slotName(Slot slot); // "L MLO"

// Labels, badges, windows, rulers and the legend as sprites and bars on top of the frame.
class Annotations
{
public:
    void draw(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style, SceneFrame& frame);

private:
    void drawCell(const ViewModel& model, const ViewTexts& texts, const HungCell& hung, SceneFrame& frame);
    void drawEmpty(const ViewTexts& texts, const HungCell& hung, SceneFrame& frame);
    void drawRuler(const ViewModel& model, const HungCell& hung, int bottom, SceneFrame& frame);
    void drawMeasurements(const ViewModel& model, const ViewTexts& texts, SceneFrame& frame);
    void drawLegend(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style, SceneFrame& frame);
    void drawBorders(const ViewModel& model, SceneFrame& frame);

    TextSprites m_text;
    Sprite m_legend;
    std::string m_legendKey;
    std::map<Slot, std::pair<std::string, Sprite>> m_lines; // of measurements, with what they were drawn from
};

} // namespace mama::viewer
