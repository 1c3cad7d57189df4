#include "conv/rows.h"

#include <bit>
#include <optional>

#include "npuforge/compiler/graph/optimisations.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "plan/plan.h"
#include "words/chain.h"
#include "words/epilogue.h"
#include "words/move_pieces.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// Cuts dimensions where they run on from lanes to pixels, or from pixels to blocks; none if one
/// does not end with a whole one.
std::optional<Dimensions> cutAt(const Dimensions& dims, int64_t boundary) {
  Dimensions made;
  for (const Dimension& d : dims) {
    if (d.from >= boundary || d.from * d.extent <= boundary) {
      made.push_back(d);
      continue;
    }
    const int64_t inner = boundary / d.from;
    if (boundary % d.from != 0 || d.extent % inner != 0)
      return {};
    made.push_back({d.extent / inner, boundary, d.to * inner});
    made.push_back({inner, d.from, d.to});
  }
  return made;
}

/// The order in which a move of all bytes of a tensor in blocks stores them, if each of its lanes
/// and its pixels lie in one stride.
std::optional<RowStore> orderOf(const Moves& moves, const Shape& shape, int64_t cols) {
  const int64_t pixels = shape.height * shape.width, plane = pixels * cols;
  if (moves.pieces.size() != 1 || shape.channels % cols != 0)
    return {};
  const Piece& piece = moves.pieces.front();
  auto dims = cutAt(piece.dims, cols);
  if (dims)
    dims = cutAt(*dims, plane);
  int64_t elements = 1;
  for (const Dimension& d : piece.dims)
    elements *= d.extent;
  if (!dims || piece.from != 0 || piece.to != 0 || elements != shape.channels * pixels)
    return {};
  llvm::sort(*dims, [](const Dimension& a, const Dimension& b) { return a.from < b.from; });
  RowStore order;
  int64_t next = 1; // stride of the dimension that comes
  for (const Dimension& d : *dims) {
    if (d.from != next || d.to <= 0)
      return {};
    next *= d.extent;
    if (d.from == 1 && d.extent == cols)
      order.lane = d.to;
    else if (d.from == cols && d.extent == pixels)
      order.pixel = d.to;
    else if (d.from >= plane)
      order.blocks.push_back({d.extent, d.to});
    else
      return {};
  }
  for (const RowStore::Digit& digit :
       ArrayRef(order.blocks).drop_back(order.blocks.empty() ? 0 : 1))
    if (!std::has_single_bit(static_cast<uint64_t>(digit.extent)))
      return {};
  return order;
}

Operation* onlyReader(Value value) {
  return value.hasOneUse() ? *value.user_begin() : nullptr;
}

/// What moves the layer's result as it is: a change to rows, or the move behind it.
Operation* moveOf(Value result) {
  Operation* leaving = onlyReader(result);
  if (!leaving || !mlir::isa<graph::ToWordsOp>(leaving) || !movesBytes(*leaving))
    return nullptr;
  if (!leaving->hasAttr(kFusedAttr))
    return leaving;
  Value rows = leaving->getResult(0);
  while (auto reshape = dyn_cast_or_null<graph::ReshapeOp>(onlyReader(rows)))
    rows = reshape.getResult();
  auto move = dyn_cast_or_null<graph::MoveOp>(onlyReader(rows));
  return move && !move.getFill() && move.getInputs().size() == 1 && !move->hasAttr(kFusedAttr)
             ? move.getOperation()
             : nullptr;
}

void markStore(const Layer& layer, int64_t cols) {
  if (layer.kind != Kind::Conv || layer.pooling || layer.average || !isOfNetwork(*layer.root))
    return;
  Operation* move = moveOf(layer.root->getResult(0));
  if (!move)
    return;
  auto refuse = [&](const char* why) { graph::refused(layer.node->getLoc(), graph::kInRows, why); };
  if (!graph::allowed(layer.root, graph::kInRows))
    return refuse("turned off");
  const auto order = orderOf(movesOf(*move, cols), layer.out, cols);
  if (!order)
    return refuse("its result is moved in no order that a store has");
  const int64_t steps = layer.in.channels * layer.window.kernel_h * layer.window.kernel_w / cols;
  if (order->lane != 1 && steps < 2 * cols)
    return refuse("the array would wait for stores of single bytes");
  graph::taken(layer.node->getLoc(), graph::kInRows,
               "stores what '" + graph::nodeName(move->getLoc()) + "' moves");
  move->setAttr(kStoredAttr, UnitAttr::get(move->getContext()));
}

/// Does a layer read the tensor as a convolution that is no part of another one does?
bool readsRows(const Layer& layer, Value blocks) {
  return layer.kind == Kind::Conv && (layer.input == blocks || layer.second == blocks);
}

void markView(graph::ToBlocksOp entering, const std::vector<Layer>& layers, int64_t cols) {
  Value blocks = entering.getResult();
  Operation* maker = unshaped(entering.getInput()).getDefiningOp();
  const bool fused = maker && maker->hasAttr(kFusedAttr) && mlir::isa<graph::MoveOp>(maker);
  if (!movesBytes(*entering) || fused || shapeOf(blocks).channels % cols != 0)
    return;
  const bool returned = llvm::any_of(
      blocks.getUsers(), [](Operation* user) { return user->hasTrait<OpTrait::IsTerminator>(); });
  for (const Layer& layer : layers) {
    const bool reads = layer.input == blocks || readsBesides(layer, blocks) ||
                       llvm::any_of(layer.before, [&](const Layer& part) {
                         return part.input == blocks || readsBesides(part, blocks);
                       });
    if (reads && !readsRows(layer, blocks))
      return;
  }
  if (returned || !isOfNetwork(*entering))
    return;
  if (!graph::allowed(entering, graph::kInRows))
    return graph::refused(entering.getLoc(), graph::kInRows, "turned off");
  graph::taken(entering.getLoc(), graph::kInRows, "convolutions read the rows");
  entering->setAttr(kViewAttr, UnitAttr::get(entering.getContext()));
}

} // namespace

bool isOfNetwork(Operation& op) {
  auto function = op.getParentOfType<func::FuncOp>();
  return function && function.getName() == "main";
}

void markRows(const std::vector<Layer>& layers, int64_t cols) {
  for (const Layer& layer : layers)
    markStore(layer, cols);
  for (const Layer& layer : layers)
    if (auto entering = dyn_cast<graph::ToBlocksOp>(layer.root))
      markView(entering, layers, cols);
}

Operation* storedMove(const Layer& layer) {
  Operation* move = layer.kind == Kind::Conv ? moveOf(layer.root->getResult(0)) : nullptr;
  return move && move->hasAttr(kStoredAttr) ? move : nullptr;
}

RowStore rowStoreOf(Operation& move, const Layer& layer, int64_t cols) {
  const Shape whole = shapeOf(layer.root->getResult(0)); // the layer may be a part
  return *orderOf(movesOf(move, cols), whole, cols);
}

} // namespace npuforge::tile
