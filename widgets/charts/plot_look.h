#pragma once

class QCustomPlot;
class QPalette;

namespace mama {

// Ground, axes and grid of a plot in the theme's colours: of curves and of the scatter alike.
void colourAxes(QCustomPlot& plot, const QPalette& colours);

} // namespace mama
