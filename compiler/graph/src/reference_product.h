#pragma once
// Products of matrices in the reference interpreter.

#include <cstdint>

namespace npuforge::graph::reference {

/// A matrix: element [i][j] is data[i * row + j * column].
struct Matrix {
  const double* data;
  int64_t row, column;
};

/// sums[m * columns + n] = sum of a[m][k] * b[k][n], k ascending, for [rows, inner] x [inner,
/// columns].
void multiply(Matrix a, Matrix b, double* sums, int64_t rows, int64_t inner, int64_t columns);

} // namespace npuforge::graph::reference
