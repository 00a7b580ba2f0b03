#pragma once
#include <array>
#include <cstddef>
#include <vector>

namespace mama {

enum class CurveX { Step, Epoch, Samples, Time, Relative };

// One measured value and its place on every axis. Time is in unix seconds. A value that is not finite breaks the line
// and is marked.
struct CurveSample
{
    double step = 0, epoch = 0, samples = 0, time = 0, value = 0;
    bool gap = false; // the line is broken here: there is no value
};

struct CurvePoint
{
    double x = 0, y = 0;
};

// Append-only values of one curve with lowest and highest values kept in a pyramid, so that any stretch is drawn from
// a few thousand nodes and no spike is lost. On every axis x must not fall.
class CurveSeries
{
public:
    void append(const CurveSample& sample);
    void addGap(); // a restart: the line is broken here
    void clear();
    std::size_t size() const { return m_values.size(); }
    bool isGap(std::size_t index) const; // nothing was measured, as against a value that is not finite
    double x(CurveX axis, std::size_t index) const;
    double value(std::size_t index) const { return m_values[index]; }
    // The value that is nearest to x; size() when there is none.
    std::size_t nearest(CurveX axis, double x) const;

    struct Stretch
    {
        CurveX axis = CurveX::Step;
        double low = 0, high = 0; // x
        int columns = 1;          // of pixels
        bool logX = false, logY = false;
    };
    // At most three points a column: its lowest and highest value in their order, then NaN if the line breaks there.
    // One column on either side is added so that lines reach the edge. A logarithmic axis shows positive numbers only.
    std::vector<CurvePoint> visible(const Stretch& stretch) const;

    struct Extent
    {
        double low = 0, high = 0;
        bool empty = true;
    };
    // Places of values that are not finite, at most one a column.
    std::vector<double> notFinite(const Stretch& stretch) const;
    Extent values(CurveX axis, double low, double high, bool positiveOnly) const;

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    struct Node // of values that are finite, by index
    {
        std::size_t low = none, high = none, lowPositive = none;
        bool gap = false;
    };
    Node leaf(std::size_t index) const;
    Node joined(const Node& a, const Node& b) const;
    Node query(std::size_t begin, std::size_t end) const;
    std::size_t firstAtLeast(CurveX axis, double x) const;

    std::array<std::vector<double>, 4> m_x; // step, epoch, samples, time
    std::vector<double> m_values;
    std::vector<std::size_t> m_notFinite, m_gaps; // indices
    std::vector<std::vector<Node>> m_levels;      // a node of level k covers 8^(k+1) values
};

// Exponential moving average, without the pull of the first values towards zero.
class CurveSmoother
{
public:
    explicit CurveSmoother(double strength = 0) : m_strength(strength) {}
    double next(double value); // NaN is passed through and leaves the average as it is
    void reset() { m_sum = m_weight = 0; }

private:
    double m_strength, m_sum = 0, m_weight = 0;
};

} // namespace mama
