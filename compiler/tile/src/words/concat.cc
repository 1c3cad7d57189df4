#include "words/concat.h"

#include <optional>

#include "conv/rows.h"
#include "words/chain.h"
#include "words/move_pieces.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

ArrayRef<int64_t> extentsOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

/// The box that a piece of a concatenation is, if it has one step along slices, rows and columns.
std::optional<MatrixPart> boxOf(const Piece& piece, Value source, ArrayRef<int64_t> matrix) {
  const int64_t columns = matrix[2], slice = matrix[1] * matrix[2];
  MatrixPart part{source, piece.from,         0, 0, 0, piece.to % slice / columns,
                  1,      piece.to % columns, 1};
  int64_t slices = 1;
  auto take = [](int64_t& extent, int64_t& step, const Dimension& d) {
    if (extent != 1)
      return false;
    extent = d.extent, step = d.from;
    return true;
  };
  for (const Dimension& d : piece.dims) {
    const bool taken = d.extent == 1     ? true
                       : d.to == 1       ? take(part.columns, part.column_step, d)
                       : d.to == columns ? take(part.rows, part.row_step, d)
                       : d.to == slice   ? take(slices, part.slice_step, d)
                                         : false;
    if (!taken)
      return {};
  }
  const bool inside = part.column + part.columns <= columns && part.row + part.rows <= matrix[1];
  return inside && piece.to < slice && slices == matrix[0] ? std::optional(part) : std::nullopt;
}

/// Dimensions that run on from one column, row or slice to the next were joined.
Piece cut(Piece piece, ArrayRef<int64_t> matrix) {
  for (const int64_t boundary : {matrix[2], matrix[1] * matrix[2]}) {
    Dimensions made;
    for (const Dimension& d : piece.dims) {
      const int64_t inner = d.to > 0 && d.to < boundary ? boundary / d.to : 0;
      if (inner > 0 && boundary % d.to == 0 && d.extent > inner && d.extent % inner == 0) {
        made.push_back({d.extent / inner, d.from * inner, boundary});
        made.push_back({inner, d.from, d.to});
      } else {
        made.push_back(d);
      }
    }
    piece.dims = made;
  }
  return piece;
}

std::optional<std::vector<MatrixPart>> boxesOf(Operation& move, ArrayRef<int64_t> matrix,
                                               int64_t cols) {
  const Moves moves = movesOf(move, cols);
  std::vector<MatrixPart> parts;
  for (const Piece& piece : moves.pieces) {
    auto part = boxOf(cut(piece, matrix), moves.sources[piece.source], matrix);
    if (!part)
      return {};
    parts.push_back(*part);
  }
  return parts;
}

/// All that reads the value or a reshape of it takes it as the matrix of a product.
bool onlyMultiplies(Value value, int64_t cols, Operation& move) {
  return !value.use_empty() && llvm::all_of(value.getUses(), [&](OpOperand& use) {
    Operation* user = use.getOwner();
    if (mlir::isa<graph::ReshapeOp>(user))
      return onlyMultiplies(user->getResult(0), cols, move);
    return mlir::isa<graph::ContractOp>(user) && use.getOperandNumber() == 1 &&
           user->getOperand(0) != value && boxesOf(move, extentsOf(value), cols);
  });
}

} // namespace

void markParts(const std::vector<Layer>& layers, int64_t cols) {
  for (const Layer& layer : layers) {
    auto move = dyn_cast<graph::MoveOp>(layer.root);
    if (move && move.getInputs().size() > 1 && !move.getFill() && isOfNetwork(*move) &&
        onlyMultiplies(move.getResult(), cols, *move))
      move->setAttr(kPartsAttr, UnitAttr::get(move.getContext()));
  }
}

std::vector<MatrixPart> matrixParts(Value matrix, int64_t cols) {
  Operation* made = unshaped(matrix).getDefiningOp();
  if (!made || !made->hasAttr(kPartsAttr))
    return {};
  return *boxesOf(*made, extentsOf(matrix), cols);
}

} // namespace npuforge::tile
