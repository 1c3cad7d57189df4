#include "transposed.h"

namespace npuforge::graph {

std::optional<Transposed> transposed(mlir::Value value) {
  auto move = value.getDefiningOp<MoveOp>();
  if (!move || move.getInputs().size() != 1 || move.getPieces().size() != 1 || move.getFill())
    return {};
  auto piece = llvm::cast<PieceAttr>(move.getPieces()[0]);
  mlir::Value input = move.getInputs()[0];
  const Dims shape = shapeOf(value), from = shapeOf(input);
  const Shape steps = strides(from);
  if (piece.getFrom() != 0 || piece.getTo() != 0 || piece.getExtents() != shape ||
      piece.getToStrides() != Dims(strides(shape)) || from.size() != shape.size())
    return {};
  Transposed result{input, {}};
  std::vector<bool> used(from.size(), false);
  for (auto [extent, stride] : llvm::zip(shape, piece.getFromStrides())) {
    size_t axis = 0;
    while (axis < from.size() &&
           (used[axis] || from[axis] != extent || (extent != 1 && steps[axis] != stride)))
      ++axis;
    if (axis == from.size())
      return {};
    used[axis] = true;
    result.perm.push_back(static_cast<int64_t>(axis));
  }
  return result;
}

} // namespace npuforge::graph
