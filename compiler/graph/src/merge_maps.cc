// graph-merge-maps: a map that only one map of the same shape reads becomes a part of it, so that
// what lies between them is never written. A map behind a reshape of what it alone reads goes
// before the reshape first.
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/bytes.h"
#include "npuforge/compiler/graph/optimisations.h"

#include "fold_clamps.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_MERGEMAPS
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

// Larger bodies leave less room for rows of each value, and take long to find instructions for.
constexpr size_t kMostOperations = 24, kMostOperands = 6;

size_t operations(MapOp map) {
  return static_cast<size_t>(
      llvm::count_if(map.getBody().front().without_terminator(),
                     [](Operation& op) { return !llvm::isa<arith::ConstantOp>(op); }));
}

/// Can a product make the map's bytes as its last step? They take a quarter of the room of what the
/// product makes, and machines may not round to them between two steps.
bool leavesProduct(MapOp map) {
  return isBytes(map.getType()) && llvm::any_of(map.getInputs(), [](Value input) {
           while (auto reshape = input.getDefiningOp<ReshapeOp>())
             input = reshape.getInput();
           return llvm::isa_and_present<ContractOp, ConvolveOp>(input.getDefiningOp());
         });
}

/// Why the map cannot become a part of `user`, which reads it; "" if it can.
std::string obstacle(MapOp map, MapOp user) {
  auto shape = [](Value value) { return llvm::cast<ShapedType>(value.getType()).getShape(); };
  const auto others = llvm::count_if(map->getUsers(), [&](Operation* op) { return op != user; });
  if (others > 0)
    return "its result has " + std::to_string(others + 1) + " readers";
  if (shape(map.getResult()) != shape(user.getResult()))
    return "its reader's result has another shape";
  // Quantised tensors stay what they are: i8, with a layout of their own.
  for (MapOp each : {map, user})
    if (llvm::cast<ShapedType>(each.getType()).getElementType().isSignlessInteger(8))
      return "quantised tensors stay what they are";
  if (leavesProduct(map))
    return "it can be the last step of the product before it";
  if (operations(map) + operations(user) > kMostOperations ||
      map.getInputs().size() + user.getInputs().size() - 1 > kMostOperands)
    return "the two are too large for one";
  return "";
}

/// The map that can become a part of `user`, which reads it as operand `index`.
MapOp mergeable(MapOp user, unsigned index) {
  auto map = user.getInputs()[index].getDefiningOp<MapOp>();
  if (!map)
    return {};
  const std::string why = obstacle(map, user);
  if (!why.empty())
    refused(map.getLoc(), kMergeMaps, why);
  else
    taken(map.getLoc(), kMergeMaps, "is a part of '" + nodeName(user.getLoc()) + "'");
  return why.empty() ? map : MapOp();
}

/// Adds the operand unless it is there; returns the body's argument for it.
Value argumentOf(Value operand, Type element, SmallVectorImpl<Value>& operands, Block& block,
                 Location location) {
  for (auto [known, argument] : llvm::zip(operands, block.getArguments()))
    if (known == operand)
      return argument;
  operands.push_back(operand);
  return block.addArgument(element, location);
}

MapOp merge(MapOp user, MapOp map) {
  OpBuilder b(user);
  auto merged = MapOp::create(b, user.getLoc(), user.getType(), ValueRange());
  Block& block = merged.getBody().emplaceBlock();
  SmallVector<Value> operands;
  IRMapping values;
  auto mapArguments = [&](MapOp from) {
    for (auto [operand, argument] :
         llvm::zip(from.getInputs(), from.getBody().front().getArguments()))
      if (operand != map.getResult())
        values.map(argument,
                   argumentOf(operand, argument.getType(), operands, block, user.getLoc()));
  };
  mapArguments(map);
  mapArguments(user);
  merged.getInputsMutable().assign(operands);
  b.setInsertionPointToStart(&block);
  for (Operation& op : map.getBody().front().without_terminator())
    b.clone(op, values);
  auto yield = llvm::cast<YieldOp>(map.getBody().front().getTerminator());
  for (auto [operand, argument] :
       llvm::zip(user.getInputs(), user.getBody().front().getArguments()))
    if (operand == map.getResult())
      values.map(argument, values.lookup(yield.getValue()));
  for (Operation& op : user.getBody().front())
    b.clone(op, values);
  user.getResult().replaceAllUsesWith(merged.getResult());
  user.erase();
  map.erase();
  return merged;
}

/// The reshape that a map can go before: its one operand that is no number, which nobody else
/// reads.
ReshapeOp reshapeBehind(MapOp map) {
  ReshapeOp found;
  for (Value input : map.getInputs()) {
    auto type = llvm::cast<ShapedType>(input.getType());
    if (type.getElementType().isSignlessInteger(8)) // of a layout of its own
      return {};
    if (type.getRank() == 0)
      continue;
    auto reshape = input.getDefiningOp<ReshapeOp>();
    if (found || !reshape || !input.hasOneUse() ||
        type.getShape() != llvm::cast<ShapedType>(map.getType()).getShape())
      return {};
    found = reshape;
  }
  return found;
}

/// map(reshape(x)) -> reshape(map(x))
void hoist(MapOp map) {
  ReshapeOp reshape = reshapeBehind(map);
  auto result = llvm::cast<RankedTensorType>(map.getType());
  if (!reshape || result.getElementType().isSignlessInteger(8))
    return;
  OpBuilder b(map);
  IRMapping values;
  values.map(reshape.getResult(), reshape.getInput());
  auto moved = llvm::cast<MapOp>(b.clone(*map, values));
  moved.getResult().setType(llvm::cast<RankedTensorType>(
      llvm::cast<ShapedType>(reshape.getInput().getType()).clone(result.getElementType())));
  auto behind = ReshapeOp::create(b, reshape.getLoc(), result, moved.getResult(),
                                  reshape.getShapeAttr(), reshape.getAllowZeroAttr());
  map.getResult().replaceAllUsesWith(behind.getResult());
  map.erase();
  reshape.erase();
  hoist(moved);
}

struct MergeMaps : impl::MergeMapsBase<MergeMaps> {
  void runOnOperation() override {
    if (!allowed(getOperation(), kMergeMaps))
      return;
    Block& body = getOperation().getBody().front();
    for (MapOp map : llvm::make_early_inc_range(body.getOps<MapOp>()))
      hoist(map);
    SmallVector<MapOp> maps(body.getOps<MapOp>());
    for (MapOp user : maps) {
      for (unsigned index = 0; index < user.getInputs().size();) {
        MapOp map = mergeable(user, index);
        if (!map) {
          ++index;
          continue;
        }
        user = merge(user, map);
        foldClamps(user.getBody());
        index = 0;
      }
    }
  }
};

} // namespace
} // namespace npuforge::graph
