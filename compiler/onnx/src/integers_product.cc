#include <fmt/format.h>

#include "integers.h"

namespace npuforge::onnx {

using graph::Build;

void check_bytes(mlir::Value value, const char* what) {
  if (!graph::elementOf(value).isInteger(8))
    throw Unsupported(fmt::format("{} is not of 8-bit integers", what));
}

mlir::Value zero_point(Node& node, size_t input) {
  if (!node.has(input))
    return {};
  mlir::Value value = node.operand(input);
  if (auto constant = graph::constantValue(value))
    if (llvm::all_of(graph::integers(constant), [](int64_t zero) { return zero == 0; }))
      return {};
  return node.build.cast(value, node.build.i32());
}

Bytes bytes_of(Node& node, size_t input, size_t zero) {
  return {node.operand(input), zero_point(node, zero)};
}

mlir::Value shaped(const Build& build, mlir::Value value, Dims slices) {
  if (!value)
    return value;
  const int64_t count = graph::elements(graph::shapeOf(value));
  if (count == 1)
    return build.reshape(value, {});
  if (count != graph::elements(slices))
    throw Unsupported(
        fmt::format("{} scales or zero points for {} slices", count, graph::elements(slices)));
  return build.reshape(value, slices);
}

mlir::Value rows_of(const Build& build, mlir::Value value, Dims matrix) {
  if (matrix.size() < 2)
    return shaped(build, value, {});
  return shaped(build, value, {matrix[matrix.size() - 2], 1});
}

mlir::Value corrected(const Build& build, mlir::Value sum, mlir::Value zx, mlir::Value weights,
                      mlir::Value zw, mlir::Value inputs, mlir::Value counts) {
  if (zx)
    sum = build.map({sum, zx, weights}, [](const Scalars& s) { return s[0] - s[1] * s[2]; });
  if (zw)
    sum = build.map({sum, zw, inputs}, [](const Scalars& s) { return s[0] - s[1] * s[2]; });
  if (zx && zw)
    sum = build.map({sum, zx, zw, counts},
                    [](const Scalars& s) { return s[0] + s[1] * s[2] * s[3]; });
  return sum;
}

mlir::Value integer_product(const Build& build, const Bytes& a, const Bytes& b) {
  check_bytes(a.value, "the left operand");
  check_bytes(b.value, "the right operand");
  Dims left = graph::shapeOf(a.value), right = graph::shapeOf(b.value);
  if (left.empty() || right.empty())
    throw Unsupported("a number is no matrix");
  mlir::Value product = build.matmul(a.value, b.value);
  // One zero point a row of a, a column of b.
  mlir::Value za = rows_of(build, a.zero, left), zb = shaped(build, b.zero, {right.back()});
  auto sums = [&](mlir::Value bytes, int64_t axis) {
    return build.reduce(build.cast(bytes, build.i32()), "sum", {axis},
                        graph::rankOf(bytes) > 1 && left.size() > 1);
  };
  const auto rank_a = static_cast<int64_t>(left.size()),
             rank_b = static_cast<int64_t>(right.size());
  mlir::Value columns = za ? sums(b.value, std::max<int64_t>(0, rank_b - 2)) : mlir::Value(),
              rows = zb ? sums(a.value, rank_a - 1) : mlir::Value();
  return corrected(build, product, za, columns, zb, rows,
                   build.number(build.i32(), static_cast<double>(left.back())));
}

} // namespace npuforge::onnx
