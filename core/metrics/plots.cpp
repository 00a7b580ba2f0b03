#include "core/metrics/plots.h"

#include "core/metrics/calibration.h"

#include <cmath>
#include <iomanip>
#include <sstream>

namespace mama::metrics {
namespace {

constexpr double side = 400, left = 60, top = 40; // of the square plot, pixels
// Okabe & Ito's colours: distinguishable for colour-blind readers.
constexpr const char* colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"};

double x(double value) { return left + side * value; }
double y(double value) { return top + side * (1 - value); }

class Drawing
{
public:
    Drawing(const std::string& title, const char* across, const char* up)
    {
        m_text << std::fixed << std::setprecision(2);
        m_text
            << R"(<svg xmlns="http://www.w3.org/2000/svg" width="500" height="500" font-family="sans-serif" font-size="12">)"
            << "\n<rect width=\"500\" height=\"500\" fill=\"white\"/>\n";
        label(left + side / 2, 24, title, "middle");
        label(left + side / 2, top + side + 40, across, "middle");
        m_text << "<text transform=\"translate(16 " << top + side / 2 << ") rotate(-90)\" text-anchor=\"middle\">" << up
               << "</text>\n";
        for (int tick = 0; tick <= 5; ++tick) {
            const double value = tick / 5.0;
            std::ostringstream number;
            number << std::setprecision(1) << std::fixed << value;
            label(x(value), top + side + 18, number.str(), "middle");
            label(left - 8, y(value) + 4, number.str(), "end");
        }
        m_text << "<rect x=\"" << left << "\" y=\"" << top << "\" width=\"" << side << "\" height=\"" << side
               << "\" fill=\"none\" stroke=\"black\"/>\n";
        m_text << "<path d=\"M" << x(0) << " " << y(0) << " L" << x(1) << " " << y(1)
               << "\" stroke=\"#999999\" stroke-dasharray=\"4\"/>\n";
    }

    void label(double atX, double atY, const std::string& text, const char* anchor, const char* colour = "black")
    {
        m_text << "<text x=\"" << atX << "\" y=\"" << atY << "\" text-anchor=\"" << anchor << "\" fill=\"" << colour
               << "\">" << text << "</text>\n";
    }

    void curve(const std::vector<RocPoint>& points, const char* colour)
    {
        m_text << "<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"" << colour << "\" points=\"";
        for (const RocPoint& point : points)
            m_text << x(point.falsePositiveRate) << "," << y(point.truePositiveRate) << " ";
        m_text << "\"/>\n";
    }

    void dot(double across, double up, double radius)
    {
        m_text << "<circle cx=\"" << x(across) << "\" cy=\"" << y(up) << "\" r=\"" << radius << "\" fill=\""
               << colours[0] << "\" fill-opacity=\"0.7\"/>\n";
    }

    std::string finish()
    {
        m_text << "</svg>\n";
        return m_text.str();
    }

private:
    std::ostringstream m_text;
};

} // namespace

std::string rocSvg(const Classification& classification, const std::string& title)
{
    Drawing drawing(title, "1 - specificity", "sensitivity");
    const std::vector<double> ones(classification.predictions().samples(), 1.0);
    const std::size_t classes = classification.predictions().classes;
    double line = top + side - 10;
    for (std::size_t of = classes == 2 ? 1 : 0; of < classes; ++of) {
        const std::vector<RocPoint> points = classification.ranking(of).roc(ones);
        if (points.empty())
            continue;
        const char* colour = colours[of % std::size(colours)];
        drawing.curve(points, colour);
        std::ostringstream legend;
        legend << "class " << of << ": AUC " << std::fixed << std::setprecision(3)
               << classification.ranking(of).figures(ones).auc;
        drawing.label(left + side - 8, line, legend.str(), "end", colour);
        line -= 16;
    }
    return drawing.finish();
}

std::string reliabilitySvg(const Classification& classification, const std::string& title)
{
    Drawing drawing(title, "mean confidence", "accuracy");
    const Predictions& predictions = classification.predictions();
    if (!predictions.areProbabilities())
        return drawing.finish();
    const std::vector<double> ones(predictions.samples(), 1.0);
    const std::vector<ReliabilityBin> bins = reliability(predictions, classification.predicted(), ones, 15);
    for (const ReliabilityBin& bin : bins)
        if (bin.weight > 0)
            drawing.dot(bin.confidence, bin.accuracy,
                        3 + 20 * std::sqrt(bin.weight / static_cast<double>(predictions.samples())));
    std::ostringstream legend;
    legend << "ECE " << std::fixed << std::setprecision(3) << expectedCalibrationError(bins);
    drawing.label(left + 10, top + 20, legend.str(), "start");
    return drawing.finish();
}

} // namespace mama::metrics
