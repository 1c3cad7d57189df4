// Det by Gaussian elimination with the largest pivot of the column (Golub, Van Loan, Matrix
// Computations, 3.4), for all matrices of a batch at once. A step takes one column: its code does
// not depend on the matrix's size, and a matrix takes as many as it has rows.
#include <fmt/format.h>

#include "iota.h"
#include "operators.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

constexpr int64_t kMostRows = 256;

/// What is left of the matrices [B, M, M], and the product of the pivots so far [B, 1, 1], with its
/// sign.
struct Elimination {
  mlir::Value rest, product;
};

/// The number of the first row with the largest magnitude in column 0: [B, 1, 1].
mlir::Value pivot_row(const Build& build, mlir::Value column, mlir::Value rows) {
  mlir::Value size = build.map({column}, [](const Scalars& s) { return graph::abs(s[0]); });
  mlir::Value largest = build.reduce(size, "max", {1}, true);
  // A column with a NaN has no largest; any row will do.
  mlir::Value places = build.map(build.i64(), {size, largest, rows}, [&](const Scalars& s) {
    return graph::select(s[0] < s[1], s[2].integer(kMostRows), s[2]);
  });
  return build.reduce(places, "min", {1}, true);
}

Elimination step(const Build& build, const Elimination& before) {
  const int64_t size = graph::shapeOf(before.rest)[1];
  mlir::Value rows = iota(build, size, 1, 3), column = build.slice(before.rest, 2, 0, 1);
  mlir::Value row = pivot_row(build, column, rows);
  mlir::Value chosen =
      build.reduce(build.map({before.rest, rows, row},
                             [](const Scalars& s) {
                               return graph::select(equal(s[1], s[2]), s[0], s[0].number(0));
                             }),
                   "sum", {1}, true);
  mlir::Value pivot = build.slice(chosen, 2, 0, 1);
  mlir::Value product = build.map({before.product, pivot, row}, [](const Scalars& s) {
    return s[0] * graph::select(equal(s[2], s[2].integer(0)), s[1], -s[1]);
  });
  if (size == 1)
    return {{}, product};
  // The rows below; the first one stands where the pivot was. A pivot of zero has a column of zeros
  // below it.
  mlir::Value below =
      build.map({before.rest, build.slice(before.rest, 1, 0, 1), rows, row},
                [](const Scalars& s) { return graph::select(equal(s[2], s[3]), s[1], s[0]); });
  below = build.slice(below, 1, 1, size - 1);
  mlir::Value factor = build.map({build.slice(below, 2, 0, 1), pivot}, [](const Scalars& s) {
    return graph::select(equal(s[1], s[1].number(0)), s[1], s[0] / s[1]);
  });
  mlir::Value rest =
      build.map({build.slice(below, 2, 1, size - 1), factor, build.slice(chosen, 2, 1, size - 1)},
                [](const Scalars& s) { return s[0] - s[1] * s[2]; });
  return {rest, product};
}

Results det(Node& node) {
  const Build& build = node.build;
  Shape shape(node.shape(0));
  if (shape.size() < 2 || shape.back() != shape[shape.size() - 2])
    throw Unsupported(fmt::format("{} are no square matrices", graph::text(shape)));
  const int64_t rows = shape.back();
  if (rows > kMostRows)
    throw Unsupported(fmt::format("{} rows, each of which is a step: {} at most", rows, kMostRows));
  shape.resize(shape.size() - 2);
  const int64_t batch = graph::elements(shape);
  mlir::Type element = node.element(0);
  Elimination state{build.reshape(node.operand(0), {batch, rows, rows}),
                    build.number(element, 1, {batch, 1, 1})};
  for (int64_t i = 0; i < rows; ++i)
    state = step(build, state);
  return build.reshape(state.product, shape);
}

} // namespace

const Table& determinant_operators() {
  static const Table table = {{"Det", det}};
  return table;
}

} // namespace npuforge::onnx
