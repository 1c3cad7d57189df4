#pragma once
// Places along a dimension as a constant.

#include <numeric>

#include <fmt/format.h>

#include "node.h"

namespace npuforge::onnx {

/// factor * [0, 1, .., count - 1] along one of `rank` dimensions, the others 1; i64. Throws
/// Unsupported beyond 2^24 elements.
inline mlir::Value iota(const graph::Build& build, int64_t count, int64_t axis, int64_t rank,
                        int64_t factor = 1) {
  if (count > (int64_t{1} << 24))
    throw Unsupported(fmt::format("a dimension of {} elements is too large for it", count));
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  for (size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = static_cast<int64_t>(i) * factor;
  Shape shape(static_cast<size_t>(rank), 1);
  shape[static_cast<size_t>(axis)] = count;
  return build.integers(numbers, build.i64(), shape);
}

} // namespace npuforge::onnx
