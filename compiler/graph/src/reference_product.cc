#include "reference_product.h"

#include <vector>

namespace npuforge::graph::reference {
namespace {

constexpr int64_t kRows = 4, kColumns = 8; ///< of a tile: its sums stay in registers

/// One tile of sums. b's rows are contiguous.
template <int64_t kTileRows, int64_t kTileColumns>
void tile(Matrix a, Matrix b, double* sums, int64_t inner, int64_t columns) {
  double sum[kTileRows][kTileColumns] = {};
  for (int64_t k = 0; k < inner; ++k)
    for (int64_t m = 0; m < kTileRows; ++m)
      for (int64_t n = 0; n < kTileColumns; ++n)
        sum[m][n] += a.data[m * a.row + k * a.column] * b.data[k * b.row + n];
  for (int64_t m = 0; m < kTileRows; ++m)
    for (int64_t n = 0; n < kTileColumns; ++n)
      sums[m * columns + n] = sum[m][n];
}

/// All rows of a few columns.
template <int64_t kTileColumns>
void panel(Matrix a, Matrix b, double* sums, int64_t rows, int64_t inner, int64_t columns) {
  int64_t m = 0;
  for (; m + kRows <= rows; m += kRows)
    tile<kRows, kTileColumns>({a.data + m * a.row, a.row, a.column}, b, sums + m * columns, inner,
                              columns);
  for (; m < rows; ++m)
    tile<1, kTileColumns>({a.data + m * a.row, a.row, a.column}, b, sums + m * columns, inner,
                          columns);
}

} // namespace

void multiply(Matrix a, Matrix b, double* sums, int64_t rows, int64_t inner, int64_t columns) {
  std::vector<double> turned;
  if (b.column != 1) {
    turned.resize(static_cast<size_t>(inner * columns));
    for (int64_t n = 0; n < columns; ++n)
      for (int64_t k = 0; k < inner; ++k)
        turned[static_cast<size_t>(k * columns + n)] = b.data[k * b.row + n * b.column];
    b = {turned.data(), columns, 1};
  }
  int64_t n = 0;
  for (; n + kColumns <= columns; n += kColumns)
    panel<kColumns>(a, {b.data + n, b.row, 1}, sums + n, rows, inner, columns);
  for (; n < columns; ++n)
    panel<1>(a, {b.data + n, b.row, 1}, sums + n, rows, inner, columns);
}

} // namespace npuforge::graph::reference
