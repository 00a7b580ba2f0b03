// The curves as files: a picture with a legend, and every value.
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "widgets/charts/curve_plot.h"

#include <QBuffer>
#include <QSvgGenerator>
#include <charconv>
#include <cmath>
#include <ostream>
#include <qcustomplot.h>

namespace mama {
namespace {

// A row above the axes and a column beside them, for as long as a picture is drawn.
class Frame
{
public:
    Frame(QCustomPlot& plot, const QString& title, const QColor& text) : m_plot(plot)
    {
        QCPLayoutGrid& grid = *m_plot.plotLayout();
        grid.insertRow(0);
        auto* head = new QCPTextElement(&m_plot, title, m_plot.font());
        head->setTextColor(text);
        head->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
        grid.addElement(0, 0, head);
        auto* side = new QCPLayoutGrid;
        grid.addElement(1, 1, side);
        side->addElement(0, 0, m_plot.legend);
        side->addElement(1, 0, new QCPLayoutElement(&m_plot));
        side->setRowStretchFactor(0, 0.001); // as low and as narrow as its names
        grid.setColumnStretchFactor(1, 0.001);
        m_plot.legend->setVisible(true);
    }
    ~Frame()
    {
        m_plot.legend->clearItems();
        m_plot.legend->setVisible(false);
        m_plot.axisRect()->insetLayout()->addElement(m_plot.legend, Qt::AlignRight | Qt::AlignTop);
        m_plot.plotLayout()->remove(m_plot.plotLayout()->element(0, 0));
        m_plot.plotLayout()->remove(m_plot.plotLayout()->element(1, 1));
        m_plot.plotLayout()->simplify();
    }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

private:
    QCustomPlot& m_plot;
};

std::string shown(double value)
{
    if (!std::isfinite(value))
        return "nan";
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

std::string quoted(const QString& text)
{
    return '"' + QString(text).replace(QLatin1Char('"'), QLatin1String("\"\"")).toStdString() + '"';
}

} // namespace

// SVG knows no clipping here (Qt draws none): what lies outside the axes is cut off the lines themselves.
void CurvePlot::clipToAxes()
{
    const QCPRange xs = m_plot->xAxis->range(), ys = m_plot->yAxis->range();
    const auto along = [](double a, double b, double share) { return a + (b - a) * share; };
    for (auto& [run, of] : m_curves)
        for (QCPGraph* graph : {of.rawGraph, of.smoothGraph}) {
            QVector<QCPGraphData> kept;
            const QCPGraphDataContainer& all = *graph->data();
            for (int i = 0; i + 1 < all.size(); ++i) {
                const QCPGraphData &a = *(all.constBegin() + i), &b = *(all.constBegin() + i + 1);
                double low = 0, high = 1; // shares of the way from a to b
                const auto cut = [&](double from, double to, double least, double most) {
                    if (from == to)
                        return from >= least && from <= most;
                    const double one = (least - from) / (to - from), two = (most - from) / (to - from);
                    low = std::max(low, std::min(one, two));
                    high = std::min(high, std::max(one, two));
                    return low <= high;
                };
                if (!std::isfinite(a.value) || !std::isfinite(b.value) || !cut(a.key, b.key, xs.lower, xs.upper) ||
                    !cut(a.value, b.value, ys.lower, ys.upper))
                    continue;
                kept.push_back({along(a.key, b.key, low), along(a.value, b.value, low)});
                kept.push_back({along(a.key, b.key, high), along(a.value, b.value, high)});
                kept.push_back({along(a.key, b.key, high), std::nan("")});
            }
            if (all.size() > 1)
                graph->data()->set(kept, true);
        }
}

void CurvePlot::savePicture(const QString& file, const QString& title)
{
    const QString how =
        m_smoothing > 0
            ? tr("%1 — faint: as measured; strong: exponential average %2").arg(title).arg(m_smoothing, 0, 'f', 2)
            : tr("%1 — as measured").arg(title);
    const QSize before = m_plot->size(), size = before.expandedTo({1200, 700});
    QBuffer bytes;
    bytes.open(QIODevice::WriteOnly);
    bool drawn = true;
    m_onPaper = true;
    applyColours();
    {
        const Frame frame(*m_plot, how, colours().color(QPalette::Text));
        for (auto& [run, of] : m_curves)
            if (of.raw.size() > 0) {
                of.endGraph->setName(of.title); // its sign has the line's colour
                of.endGraph->addToLegend();
            }
        m_plot->resize(size);
        replotNow();
        if (file.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
            clipToAxes();
            QSvgGenerator svg;
            svg.setOutputDevice(&bytes);
            svg.setSize(size);
            svg.setViewBox(QRect(QPoint(), size));
            svg.setTitle(how);
            QCPPainter painter(&svg);
            painter.setModes(QCPPainter::pmVectorized | QCPPainter::pmNoCaching);
            m_plot->toPainter(&painter, size.width(), size.height());
        } else {
            drawn = m_plot->toPixmap(size.width(), size.height(), 2).save(&bytes, "PNG");
        }
    }
    m_onPaper = false;
    applyColours();
    m_plot->resize(before);
    replotNow();
    if (!drawn)
        throw Error(ErrorCode::Internal, {action::writePicture}, file.toStdString(),
                    {TextId("chart.not_drawn", "the picture could not be made")});
    writeAtomically(givenPath(file.toStdString()),
                    std::string_view(bytes.data().constData(), static_cast<std::size_t>(bytes.data().size())));
}

void CurvePlot::writeCsv(std::ostream& out, const QString& figure) const
{
    const bool smoothed = m_smoothing > 0;
    out << "run,step,epoch,samples,time," << quoted(figure);
    if (smoothed)
        out << ',' << quoted(figure + QStringLiteral(" exponential average ") + QString::number(m_smoothing, 'f', 2));
    out << '\n';
    for (const auto& [run, of] : m_curves) {
        const std::string title = quoted(of.title);
        for (std::size_t i = 0; i < of.raw.size(); ++i) {
            if (of.raw.isGap(i))
                continue;
            out << title;
            for (const CurveX axis : {CurveX::Step, CurveX::Epoch, CurveX::Samples, CurveX::Time})
                out << ',' << shown(of.raw.x(axis, i));
            out << ',' << shown(of.raw.value(i));
            if (smoothed)
                out << ',' << shown(of.smooth.value(i));
            out << '\n';
        }
    }
}

} // namespace mama
