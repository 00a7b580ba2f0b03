#pragma once
#include "core/study/slot.h"
#include "widgets/viewer/scene/pane_id.h"
#include "widgets/viewer/scene/pixel_rect.h"
#include "widgets/viewer/scene/turn.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mama {
struct Study;
}

// What hangs where: plain values, no Qt, no VTK.
namespace mama::viewer {

// A part of the view: one of columns x rows equal rectangles that touch.
struct CellPlace
{
    int columns = 1, rows = 1, column = 0, row = 0;
};

// A rectangle of the view in which an image hangs, or for which the study has none.
struct HungCell
{
    std::optional<PaneId> pane; // empty: nothing hangs here, and the cell says so
    std::string name;           // "L MLO": what it is for
    // The edge at which the chest wall lies: the right one for right breasts, which hang on the screen's left.
    bool wallRight = true;
    CellPlace place = {};
    Turn turn = {};      // by the reader, on top of what the study says
    PixelRect area = {}; // of place, in device pixels
};

// From left to right and from top to bottom. Any images of any studies, each once.
using Hanging = std::vector<HungCell>;

// The cells in rows of `columns`, all of one size.
Hanging inRows(Hanging cells, int columns);
// With the areas that the cells have in a view of this size.
Hanging laidOut(Hanging cells, PixelRect whole);

// The hangings of one study's four standard views; Single is one cell alone, Other is none of these.
enum class ViewLayout { Grid, Row, CcPair, MloPair, RightBreast, LeftBreast, Single, Other };

using StandardViews = std::map<Slot, PaneId>;
StandardViews standardViews(const Study& study);
// Single and Other: as Grid.
Hanging fourUp(ViewLayout layout, const StandardViews& views);

// What an exam is beside others of its patient.
enum class ExamRole { Only, Current, Prior };

// Each of the cells beside the same view of a prior exam, which is on its right. `of`: what the prior's cells are
// called by, behind their view's name, where it has no such view.
Hanging besidePrior(const Hanging& cells, const StandardViews& prior, const std::string& of);
// The four views of both exams in a row each, the prior one's below.
Hanging eightUp(const StandardViews& current, const StandardViews& prior, const std::string& of);

std::string slotName(Slot slot); // "L MLO"

} // namespace mama::viewer
