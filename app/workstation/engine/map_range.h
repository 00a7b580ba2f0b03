#pragma once
#include "app/workstation/engine/model_session.h"
#include "widgets/viewer/pane_view.h"

#include <optional>
#include <utility>
#include <vector>

namespace mama {

// The lowest and the highest similarity inside the breasts that are hung in a view, outwards to a thousandth; empty
// without a map.
std::optional<std::pair<double, double>> similarityRange(const std::vector<SentenceMap>& maps,
                                                         const viewer::PaneView& view);

} // namespace mama
