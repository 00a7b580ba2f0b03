#pragma once
#include "widgets/viewer/scene/map_overlay.h"
#include "widgets/viewer/scene/view_model.h"
#include "widgets/viewer/text_sprites.h"

#include <QSizeF>
#include <QString>
#include <map>
#include <set>
#include <string>

namespace mama::viewer {

// What the window gave to be written beside the images.
struct ViewTexts
{
    std::map<PaneId, QString> missing; // why there is no picture; else as where nothing hangs
    QString nothing;                   // where nothing hangs, %1: the cell's name; empty: "L MLO: not in this study"
    std::map<PaneId, QString> score, doubt;
    std::map<PaneId, std::vector<Point>> marks; // stored pixels
    std::map<std::string, ExamRole> exams;      // by study; those that are not named are alone
    ExamRole role(const HungCell& cell) const;
    std::set<PaneId> starred; // a measurement on it bears a star, for its scale is not corrected
    OverlayLegend legend;
    bool labels = true;           // else nothing at all but what is missing and the legend
    bool all = true;              // else only what must be known: side and view, exams, what is altered or doubtful
    bool noticeElsewhere = false; // the strip need not say it while nothing was asked
    int coveredLeft = 0, coveredRight = 0; // logical pixels at the sides over which something lies
};

// Labels, badges, windows, rulers and the legend as sprites and bars on top of the frame.
class Annotations
{
public:
    explicit Annotations(TextSprites& text) : m_text(text) {} // must outlive this object
    void draw(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style, SceneFrame& frame);
    // Logical pixels that the legend is to have in a view of this size; it shrinks only for other words or another
    // width, so that hiding the maps moves no picture.
    int legendRoom(const ViewModel& model, const ViewTexts& texts, OverlayStyle style, QSizeF view);

private:
    void drawCell(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style, const HungCell& hung,
                  SceneFrame& frame);
    void drawEmpty(const ViewTexts& texts, const HungCell& hung, SceneFrame& frame);
    // taken: what is drawn on the cell already.
    void drawField(const ViewModel::Field& field, const HungCell& cell, std::vector<PixelRect>& taken,
                   SceneFrame& frame);
    void drawDirections(const Pane& pane, const HungCell& cell, std::vector<PixelRect> taken, SceneFrame& frame);
    void drawRuler(const ViewModel& model, const HungCell& hung, int bottom, SceneFrame& frame);
    void drawLegend(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style, SceneFrame& frame);
    void drawMarks(const ViewModel& model, const std::map<PaneId, std::vector<Point>>& marks, SceneFrame& frame);
    void drawBorders(const ViewModel& model, const ViewTexts& texts, SceneFrame& frame);

    TextSprites& m_text;
    std::vector<Sprite> m_marks; // by number
    double m_markUnit = 0;       // device pixels a logical pixel, of m_marks
    Sprite m_legend;
    std::string m_legendKey, m_roomKey;
    int m_room = 0;
};

} // namespace mama::viewer
