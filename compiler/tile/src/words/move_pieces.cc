#include "words/move_pieces.h"

#include "layers.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// Neighbours in the result come last, and what runs on both sides is joined.
Dimensions ordered(ArrayRef<Dimension> dims) {
  Dimensions all, joined;
  for (const Dimension& d : dims) {
    if (d.extent == 1)
      continue;
    auto behind = llvm::find_if(
        all, [&](const Dimension& other) { return std::abs(other.to) < std::abs(d.to); });
    all.insert(behind, d);
  }
  for (const Dimension& d : all) {
    if (!joined.empty() && joined.back().from == d.from * d.extent &&
        joined.back().to == d.to * d.extent)
      joined.back() = {joined.back().extent * d.extent, d.from, d.to};
    else
      joined.push_back(d);
  }
  if (joined.empty())
    joined.push_back({1, 1, 1});
  return joined;
}

std::vector<Piece> piecesOf(graph::MoveOp move) {
  std::vector<Piece> pieces;
  for (auto piece : move.getPieces().getAsRange<graph::PieceAttr>()) {
    Dimensions dims;
    for (auto [count, from, to] :
         llvm::zip(piece.getExtents(), piece.getFromStrides(), piece.getToStrides()))
      dims.push_back({count, from, to});
    if (!llvm::is_contained(piece.getExtents(), 0))
      pieces.push_back(
          {static_cast<unsigned>(piece.getInput()), piece.getFrom(), piece.getTo(), ordered(dims)});
  }
  return pieces;
}

bool leaves(Operation& crossing) {
  return mlir::isa<graph::ToWordsOp>(crossing);
}

Shape blocksOf(Operation& crossing) {
  return shapeOf(leaves(crossing) ? crossing.getOperand(0) : crossing.getResult(0));
}

/// Between blocks, [block][pixel][channel], and rows, [pixel][all channels]: the whole blocks, and
/// the last one if it holds fewer channels.
std::vector<Piece> piecesOf(Operation& crossing, int64_t cols) {
  const Shape shape = blocksOf(crossing);
  const int64_t pixels = shape.height * shape.width, whole = shape.channels / cols,
                rest = shape.channels % cols, in_blocks = whole * pixels * cols;
  auto dimension = [&](int64_t count, int64_t blocks, int64_t rows) {
    return leaves(crossing) ? Dimension{count, blocks, rows} : Dimension{count, rows, blocks};
  };
  std::vector<Piece> pieces;
  if (whole > 0)
    pieces.push_back({0, 0, 0,
                      ordered({dimension(pixels, cols, shape.channels),
                               dimension(whole, pixels * cols, cols), dimension(cols, 1, 1)})});
  if (rest > 0)
    pieces.push_back({0, leaves(crossing) ? in_blocks : whole * cols,
                      leaves(crossing) ? whole * cols : in_blocks,
                      ordered({dimension(pixels, cols, shape.channels), dimension(rest, 1, 1)})});
  return pieces;
}

/// Turns one side of a piece from places in rows of all channels into places in whole blocks.
class IntoBlocks {
public:
  IntoBlocks(const Shape& shape, int64_t cols, int64_t Dimension::* side,
             int64_t Dimension::* other)
      : channels(shape.channels), cols(cols), block(shape.height * shape.width * cols), side(side),
        other(other) {}

  /// False if the places have no such strides.
  bool run(int64_t& base, Dimensions& dims) {
    if (channels % cols != 0)
      return false;
    channel = base % channels, lane = base % cols;
    base = channel / cols * block + base / channels * cols + lane;
    for (const Dimension& d : dims)
      if (!split(d))
        return false;
    dims = ordered(made);
    return channel < channels && lane < cols;
  }

private:
  void add(const Dimension& d, int64_t extent, int64_t stride, int64_t others) {
    Dimension next = d;
    next.extent = extent, next.*side = stride, next.*other = others;
    made.push_back(next);
  }

  /// A dimension that runs over whole rows is one of rows and one within them.
  bool split(const Dimension& d) {
    const int64_t stride = d.*side;
    if (stride < 0)
      return false;
    if (stride % channels == 0) {
      add(d, d.extent, stride / channels * cols, d.*other);
      return true;
    }
    if (stride > channels)
      return false;
    if (stride * d.extent <= channels)
      return within(d);
    if (channels % stride != 0 || stride * d.extent % channels != 0)
      return false;
    const int64_t inner = channels / stride;
    add(d, d.extent / inner, cols, d.*other * inner);
    Dimension row = d;
    row.extent = inner;
    return within(row);
  }

  /// Of channels of one row: a dimension of blocks, and one of lanes.
  bool within(const Dimension& d) {
    const int64_t stride = d.*side;
    channel += (d.extent - 1) * stride;
    if (stride % cols == 0) {
      add(d, d.extent, stride / cols * block, d.*other);
      return true;
    }
    if (cols % stride != 0)
      return false;
    const int64_t inner = cols / stride;
    if (d.extent < inner) {
      lane += (d.extent - 1) * stride;
      add(d, d.extent, stride, d.*other);
      return true;
    }
    if (d.extent % inner != 0)
      return false;
    lane += (inner - 1) * stride;
    add(d, d.extent / inner, block, d.*other * inner);
    add(d, inner, stride, d.*other);
    return true;
  }

  const int64_t channels, cols, block; ///< elements from block to block
  int64_t Dimension::* const side;
  int64_t Dimension::* const other;
  int64_t channel = 0, lane = 0; ///< the largest that is reached
  Dimensions made;
};

bool comesFromBlocks(Piece& piece, const Shape& shape, int64_t cols) {
  return IntoBlocks(shape, cols, &Dimension::from, &Dimension::to).run(piece.from, piece.dims);
}

bool goesIntoBlocks(Piece& piece, const Shape& shape, int64_t cols) {
  return IntoBlocks(shape, cols, &Dimension::to, &Dimension::from).run(piece.to, piece.dims);
}

/// What makes a value that is reshaped or not; null if others read it, too.
Operation* makerOf(Value value) {
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>()) {
    if (!value.hasOneUse())
      return nullptr;
    value = reshape.getInput();
  }
  return value.hasOneUse() ? value.getDefiningOp() : nullptr;
}

/// The change from blocks behind an operand of a move that may be, or is, a part of it.
Operation* leavingBehind(Value operand) {
  Operation* maker = makerOf(operand);
  return maker && leaves(*maker) && movesBytes(*maker) ? maker : nullptr;
}

Moves movesOf(graph::MoveOp move, int64_t cols) {
  Moves moves{llvm::to_vector(move.getInputs()), piecesOf(move)};
  for (auto [number, source] : llvm::enumerate(moves.sources)) {
    Operation* leaving = leavingBehind(source);
    if (!leaving || !leaving->hasAttr(kFusedAttr))
      continue;
    for (Piece& piece : moves.pieces)
      if (piece.source == number)
        comesFromBlocks(piece, blocksOf(*leaving), cols);
    source = leaving->getOperand(0);
  }
  return moves;
}

bool isMoveOfBytes(Operation* op) {
  auto move = dyn_cast_or_null<graph::MoveOp>(op);
  return move && isNarrow(move.getResult()) && elementBytes(move.getResult()) == 1;
}

/// The network's inputs stay apart: the loader writes them as the first layer wants them.
void fuseBefore(graph::MoveOp move, int64_t cols) {
  for (auto [number, operand] : llvm::enumerate(move.getInputs())) {
    Operation* leaving = leavingBehind(operand);
    if (!leaving || mlir::isa<BlockArgument>(leaving->getOperand(0)))
      continue;
    const Shape shape = blocksOf(*leaving);
    if (llvm::all_of(piecesOf(move), [&, number = number](Piece piece) {
          return piece.source != number || comesFromBlocks(piece, shape, cols);
        }))
      leaving->setAttr(kFusedAttr, UnitAttr::get(move.getContext()));
  }
}

void fuseBefore(graph::ToBlocksOp entering, int64_t cols) {
  Operation* maker = makerOf(entering.getInput());
  if (!movesBytes(*entering) || !isMoveOfBytes(maker) || cast<graph::MoveOp>(maker).getFill())
    return;
  const Shape shape = blocksOf(*entering);
  Moves moves = movesOf(cast<graph::MoveOp>(maker), cols);
  if (llvm::all_of(moves.pieces, [&](Piece& piece) { return goesIntoBlocks(piece, shape, cols); }))
    maker->setAttr(kFusedAttr, UnitAttr::get(entering.getContext()));
}

} // namespace

Moves movesOf(Operation& op, int64_t cols) {
  if (auto move = dyn_cast<graph::MoveOp>(op))
    return movesOf(move, cols);
  auto move = dyn_cast_or_null<graph::MoveOp>(makerOf(op.getOperand(0)));
  if (leaves(op) || !move || !move->hasAttr(kFusedAttr))
    return {{op.getOperand(0)}, piecesOf(op, cols)};
  Moves moves = movesOf(move, cols);
  for (Piece& piece : moves.pieces)
    goesIntoBlocks(piece, blocksOf(op), cols);
  return moves;
}

void fuseMoves(Operation& function, int64_t cols) {
  function.walk([&](graph::MoveOp move) {
    if (isMoveOfBytes(move))
      fuseBefore(move, cols);
  });
  function.walk([&](graph::ToBlocksOp entering) { fuseBefore(entering, cols); });
}

} // namespace npuforge::tile
