#include "core/library/map/curve_fit.h"

#include <array>
#include <cmath>

namespace mama {
namespace {

constexpr int places = 300;

// Sum of squares, and of its normal equations the matrix (aa, ab, bb) and the right side (a, b).
struct Normal
{
    double squares = 0;
    std::array<double, 3> matrix{};
    std::array<double, 2> right{};
};

Normal normalOf(const LayoutCurve& curve, double minDist, double spread)
{
    Normal out;
    for (int i = 0; i < places; ++i) {
        const double x = 3 * spread * i / (places - 1);
        const double target = x < minDist ? 1 : std::exp(-(x - minDist) / spread);
        const double power = x > 0 ? std::pow(x, 2 * curve.b) : 0, value = 1 / (1 + curve.a * power);
        const double byA = -power * value * value, byB = x > 0 ? -2 * curve.a * power * std::log(x) * value * value : 0,
                     left = target - value;
        out.squares += left * left;
        out.matrix[0] += byA * byA;
        out.matrix[1] += byA * byB;
        out.matrix[2] += byB * byB;
        out.right[0] += byA * left;
        out.right[1] += byB * left;
    }
    return out;
}

} // namespace

// Levenberg and Marquardt.
LayoutCurve fitCurve(double minDist, double spread)
{
    LayoutCurve curve;
    Normal now = normalOf(curve, minDist, spread);
    double damping = 1e-3;
    for (int step = 0; step < 1000; ++step) {
        const double aa = now.matrix[0] * (1 + damping), bb = now.matrix[2] * (1 + damping), ab = now.matrix[1];
        const double determinant = aa * bb - ab * ab;
        const LayoutCurve next{curve.a + (bb * now.right[0] - ab * now.right[1]) / determinant,
                               curve.b + (aa * now.right[1] - ab * now.right[0]) / determinant};
        const bool sound = std::isfinite(next.a) && std::isfinite(next.b) && next.a > 0 && next.b > 0;
        const Normal then = sound ? normalOf(next, minDist, spread) : Normal{};
        if (!sound || then.squares > now.squares) {
            damping *= 10;
            if (damping > 1e16)
                break;
            continue;
        }
        const bool settled =
            std::abs(next.a - curve.a) <= 1e-12 * next.a && std::abs(next.b - curve.b) <= 1e-12 * next.b;
        curve = next;
        now = then;
        damping = std::fmax(damping / 10, 1e-12);
        if (settled)
            break;
    }
    return curve;
}

} // namespace mama
