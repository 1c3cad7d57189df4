// Operators that put elements at other places.
#include <fmt/format.h>

#include "operators.h"

namespace npuforge::onnx {
namespace {

/// A permutation that the passes on quantised networks look through; of constants, a constant.
Results transpose(Node& node) {
  const std::vector<int64_t> given = node.integers("perm", {});
  Shape perm(given.begin(), given.end());
  if (perm.empty()) // no perm reverses
    for (int64_t i = node.rank(0) - 1; i >= 0; --i)
      perm.push_back(i);
  if (static_cast<int64_t>(perm.size()) != node.rank(0) || wrapped_axes(perm, node.rank(0)) != perm)
    throw Unsupported(
        fmt::format("perm {} does not fit {}", graph::text(perm), graph::text(node.shape(0))));
  mlir::Value value = node.operand(0);
  mlir::Type element = graph::elementOf(value);
  if (graph::constantValue(value) || !(element.isF32() || element.isInteger(8)))
    return node.build.transpose(value, perm);
  Shape shape;
  for (int64_t axis : perm)
    shape.push_back(node.shape(0)[static_cast<size_t>(axis)]);
  return node.build.create<graph::TransposeOp>(mlir::RankedTensorType::get(shape, element), value,
                                               perm);
}

Results concat(Node& node) {
  Values operands = node.operands();
  return node.build.concat(operands,
                           wrapped_axis(node.integer("axis"), graph::rankOf(operands[0])));
}

} // namespace

const Table& move_operators() {
  static const Table table = {
      {"Concat", concat},
      {"Transpose", transpose},
  };
  return table;
}

} // namespace npuforge::onnx
