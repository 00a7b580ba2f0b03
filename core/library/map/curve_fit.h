#pragma once

namespace mama {

// 1 / (1 + a x^(2 b)): how closely two points of a map belong together at distance x.
struct LayoutCurve
{
    double a = 1, b = 1;
};
// Least squares, at 300 places from 0 to 3 spread, against 1 below minDist, then exp(-(x - minDist) / spread): umap-
// learn's find_ab_params. minDist 0 or more, spread above 0.
LayoutCurve fitCurve(double minDist, double spread);

} // namespace mama
