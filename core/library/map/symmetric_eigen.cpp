#include "core/library/map/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mama {
namespace {

// v [n, n] holds the matrix, then the product of the reflections, both transposed: rows are what EISPACK has as
// columns, so that they lie together in memory.
class Solver
{
public:
    Solver(std::vector<double> matrix, std::size_t n) : m_n(n), m_v(std::move(matrix)), m_d(n), m_e(n) {}
    EigenVectors solve()
    {
        toTridiagonal();
        collectReflections();
        toDiagonal();
        return sorted();
    }

private:
    double& at(std::size_t row, std::size_t column) { return m_v[column * m_n + row]; }
    double* columnOf(std::size_t column) { return m_v.data() + column * m_n; }
    void toTridiagonal();
    void reflect(std::size_t i, double scale);
    void collectReflections();
    void toDiagonal();
    double sweep(std::size_t l, std::size_t m, double shifted);
    EigenVectors sorted();

    std::size_t m_n;
    std::vector<double> m_v, m_d, m_e;
};

void Solver::toTridiagonal()
{
    for (std::size_t j = 0; j < m_n; ++j)
        m_d[j] = at(m_n - 1, j);
    for (std::size_t i = m_n - 1; i > 0; --i) {
        double scale = 0;
        for (std::size_t k = 0; k < i; ++k)
            scale += std::abs(m_d[k]);
        if (scale == 0) {
            m_e[i] = m_d[i - 1];
            for (std::size_t j = 0; j < i; ++j) {
                m_d[j] = at(i - 1, j);
                at(i, j) = at(j, i) = 0;
            }
            m_d[i] = 0;
        } else {
            reflect(i, scale);
        }
    }
}

void Solver::reflect(std::size_t i, double scale)
{
    double h = 0;
    for (std::size_t k = 0; k < i; ++k) {
        m_d[k] /= scale;
        h += m_d[k] * m_d[k];
    }
    double f = m_d[i - 1], g = f > 0 ? -std::sqrt(h) : std::sqrt(h);
    m_e[i] = scale * g;
    h -= f * g;
    m_d[i - 1] = f - g;
    std::fill_n(m_e.begin(), i, 0.0);
    for (std::size_t j = 0; j < i; ++j) {
        f = m_d[j];
        double* column = columnOf(j);
        at(j, i) = f;
        g = m_e[j] + column[j] * f;
        for (std::size_t k = j + 1; k < i; ++k) {
            g += column[k] * m_d[k];
            m_e[k] += column[k] * f;
        }
        m_e[j] = g;
    }
    f = 0;
    for (std::size_t j = 0; j < i; ++j) {
        m_e[j] /= h;
        f += m_e[j] * m_d[j];
    }
    const double half = f / (h + h);
    for (std::size_t j = 0; j < i; ++j)
        m_e[j] -= half * m_d[j];
    for (std::size_t j = 0; j < i; ++j) {
        f = m_d[j];
        g = m_e[j];
        double* column = columnOf(j);
        for (std::size_t k = j; k < i; ++k)
            column[k] -= f * m_e[k] + g * m_d[k];
        m_d[j] = at(i - 1, j);
        at(i, j) = 0;
    }
    m_d[i] = h;
}

void Solver::collectReflections()
{
    for (std::size_t i = 0; i + 1 < m_n; ++i) {
        at(m_n - 1, i) = at(i, i);
        at(i, i) = 1;
        double* next = columnOf(i + 1);
        if (const double h = m_d[i + 1]; h != 0) {
            for (std::size_t k = 0; k <= i; ++k)
                m_d[k] = next[k] / h;
            for (std::size_t j = 0; j <= i; ++j) {
                double* column = columnOf(j);
                double g = 0;
                for (std::size_t k = 0; k <= i; ++k)
                    g += next[k] * column[k];
                for (std::size_t k = 0; k <= i; ++k)
                    column[k] -= g * m_d[k];
            }
        }
        std::fill_n(next, i + 1, 0.0);
    }
    for (std::size_t j = 0; j < m_n; ++j) {
        m_d[j] = at(m_n - 1, j);
        at(m_n - 1, j) = 0;
    }
    at(m_n - 1, m_n - 1) = 1;
    m_e[0] = 0;
}

// One QL step over l to m; returns what becomes of e[l].
double Solver::sweep(std::size_t l, std::size_t m, double p)
{
    double c = 1, c2 = 1, c3 = 1, s = 0, s2 = 0;
    const double next = m_e[l + 1], dNext = m_d[l + 1];
    for (std::size_t i = m; i-- > l;) {
        c3 = c2;
        c2 = c;
        s2 = s;
        const double g = c * m_e[i], h = c * p, r = std::hypot(p, m_e[i]);
        m_e[i + 1] = s * r;
        s = m_e[i] / r;
        c = p / r;
        p = c * m_d[i] - s * g;
        m_d[i + 1] = h + s * (c * g + s * m_d[i]);
        double *a = columnOf(i), *b = columnOf(i + 1);
        for (std::size_t k = 0; k < m_n; ++k) {
            const double old = b[k];
            b[k] = s * a[k] + c * old;
            a[k] = c * a[k] - s * old;
        }
    }
    p = -s * s2 * c3 * next * m_e[l] / dNext;
    m_d[l] = c * p;
    return s * p;
}

void Solver::toDiagonal()
{
    constexpr double precision = std::numeric_limits<double>::epsilon();
    constexpr int mostSteps = 100; // of one value; two or three are usual
    for (std::size_t i = 1; i < m_n; ++i)
        m_e[i - 1] = m_e[i];
    m_e[m_n - 1] = 0;
    double shift = 0, largest = 0;
    for (std::size_t l = 0; l < m_n; ++l) {
        largest = std::max(largest, std::abs(m_d[l]) + std::abs(m_e[l]));
        std::size_t m = l;
        while (m + 1 < m_n && std::abs(m_e[m]) > precision * largest)
            ++m;
        for (int step = 0; m > l && step < mostSteps; ++step) {
            double g = m_d[l];
            double p = (m_d[l + 1] - g) / (2 * m_e[l]);
            const double r = p < 0 ? -std::hypot(p, 1.0) : std::hypot(p, 1.0);
            m_d[l] = m_e[l] / (p + r);
            m_d[l + 1] = m_e[l] * (p + r);
            const double h = g - m_d[l];
            for (std::size_t i = l + 2; i < m_n; ++i)
                m_d[i] -= h;
            shift += h;
            m_e[l] = sweep(l, m, m_d[m]);
            if (std::abs(m_e[l]) <= precision * largest)
                break;
        }
        m_d[l] += shift;
        m_e[l] = 0;
    }
}

EigenVectors Solver::sorted()
{
    std::vector<std::size_t> order(m_n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return m_d[a] < m_d[b]; });
    EigenVectors out{{}, std::vector<double>(m_n * m_n)};
    for (std::size_t i = 0; i < m_n; ++i) {
        out.values.push_back(m_d[order[i]]);
        for (std::size_t k = 0; k < m_n; ++k)
            out.vectors[k * m_n + i] = at(k, order[i]);
    }
    return out;
}

} // namespace

EigenVectors symmetricEigen(std::vector<double> matrix, std::size_t n)
{
    return n == 0 ? EigenVectors{} : Solver(std::move(matrix), n).solve();
}

} // namespace mama
