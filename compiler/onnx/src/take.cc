#include "take.h"

#include <fmt/format.h>

namespace npuforge::onnx {

mlir::Value inside(const graph::Build& build, mlir::Value indices, int64_t size, int64_t factor) {
  if (auto constant = graph::constantValue(indices); constant && !constant.isSplat())
    for (int64_t index : graph::integers(constant))
      if (index < -size || index >= size)
        throw Contradiction(fmt::format("index {} of {} elements", index, size));
  return build.map(build.i64(), indices, [&](const Scalars& x) {
    Scalar index = graph::cast(x[0], build.i64());
    Scalar positive = graph::if_negative(index, index + index.integer(size), index);
    Scalar safe = graph::min(graph::max(positive, index.integer(0)), index.integer(size - 1));
    return factor == 1 ? safe : safe * safe.integer(factor);
  });
}

namespace {

/// Constant indices first, first + step, ...; none for others.
std::optional<std::pair<int64_t, int64_t>> progression(mlir::Value indices, int64_t size) {
  auto constant = graph::constantValue(indices);
  if (!constant || constant.getNumElements() == 0)
    return {};
  std::vector<int64_t> all = graph::integers(constant);
  for (int64_t& index : all) {
    if (index < -size || index >= size)
      throw Contradiction(fmt::format("index {} of {} elements", index, size));
    index += index < 0 ? size : 0;
  }
  const int64_t step = all.size() > 1 ? all[1] - all[0] : 1;
  for (size_t i = 1; i < all.size(); ++i)
    if (all[i] - all[i - 1] != step)
      return {};
  return std::pair{all[0], step};
}

} // namespace

mlir::Value taken(const graph::Build& build, mlir::Value value, int64_t along,
                  mlir::Value indices) {
  const auto axis = static_cast<size_t>(along);
  Dims own = graph::shapeOf(value), index = graph::shapeOf(indices);
  Shape outer(own.take_front(axis)), inner(own.drop_front(axis + 1)), shape(outer);
  shape.append(index.begin(), index.end());
  shape.append(inner.begin(), inner.end());
  const int64_t size = own[axis], count = graph::elements(index), before = graph::elements(outer),
                behind = graph::elements(inner);
  if (graph::elements(shape) == 0)
    return build.number(graph::elementOf(value), 0, shape);
  if (size == 0)
    throw Unsupported("it reads elements of a dimension of none");
  if (auto regular = progression(indices, size)) {
    mlir::Value flat = build.reshape(value, {before, size, behind});
    return build.reshape(
        build.slice(flat, {0, regular->first, 0}, {1, regular->second, 1}, {before, count, behind}),
        shape);
  }
  mlir::Value rows = build.reshape(inside(build, indices, size), count);
  if (before == 1) {
    mlir::Value table = build.reshape(value, {size, behind});
    return build.reshape(build.gather(table, rows), shape);
  }
  // The axis comes to the front, and its elements back to where it was.
  mlir::Value turned = build.transpose(build.reshape(value, {before, size, behind}), {1, 0, 2});
  mlir::Value rows_of = build.gather(build.reshape(turned, {size, before * behind}), rows);
  mlir::Value back = build.transpose(build.reshape(rows_of, {count, before, behind}), {1, 0, 2});
  return build.reshape(back, shape);
}

} // namespace npuforge::onnx
