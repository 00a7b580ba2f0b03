#pragma once
#include <cstddef>
#include <vector>

namespace mama {

struct EigenVectors
{
    std::vector<double> values;  // rising
    std::vector<double> vectors; // [n, n], a column each, of length 1
};
// Of a symmetric matrix [n, n]. Householder's tridiagonal form, then QL with implicit shifts (tred2 and tql2 of
// EISPACK, as JAMA has them).
EigenVectors symmetricEigen(std::vector<double> matrix, std::size_t n);

} // namespace mama
