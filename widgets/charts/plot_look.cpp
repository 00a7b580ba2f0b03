#include "widgets/charts/plot_look.h"

#include <QPalette>
#include <qcustomplot.h>

namespace mama {

void colourAxes(QCustomPlot& plot, const QPalette& colours)
{
    const QColor text = colours.color(QPalette::Text), grid = colours.color(QPalette::Button);
    plot.setBackground(colours.color(QPalette::Base));
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        axis->setBasePen(QPen(text));
        axis->setTickPen(QPen(text));
        axis->setSubTickPen(QPen(text));
        axis->setTickLabelColor(text);
        axis->setLabelColor(text);
        axis->grid()->setPen(QPen(grid, 1, Qt::DotLine));
        axis->grid()->setZeroLinePen(QPen(grid));
    }
}

} // namespace mama
