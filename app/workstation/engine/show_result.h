#pragma once
#include "app/workstation/engine/model_session.h"
#include "widgets/viewer/pane_view.h"

namespace mama {

// For provenanceLine. The result must have a model.
ModelSource sourceOf(const SentenceResult& result);

// "self-2", "standard − self-2".
QString mapName(const MapFacts& map);

// The maps and similarities of a result on the images of its study, and the legend that names the model; all other
// images lose theirs. nullptr: nothing is shown.
void showResult(viewer::PaneView& view, const SentenceResult* result);

} // namespace mama
