#pragma once
#include <QMimeData>
#include <memory>
#include <optional>

// One image of the study on screen, on its way from a list to a cell.
namespace mama::viewer {

std::unique_ptr<QMimeData> draggedImage(int image);
std::optional<int> imageOf(const QMimeData& dragged); // empty: something else is dragged

} // namespace mama::viewer
