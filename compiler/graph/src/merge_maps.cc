// graph-merge-maps: a map that only one map of the same shape reads becomes a part of it, so that
// what lies between them is never written.
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/optimisations.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_MERGEMAPS
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

// Larger bodies leave less room for rows of each value, and take long to find instructions for.
constexpr size_t kMostOperations = 24, kMostOperands = 6;

size_t operations(MapOp map) {
  return llvm::range_size(map.getBody().front().without_terminator());
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
    if (llvm::cast<ShapedType>(each.getType()).getElementType().isInteger(8))
      return "quantised tensors stay what they are";
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

struct MergeMaps : impl::MergeMapsBase<MergeMaps> {
  void runOnOperation() override {
    if (!allowed(getOperation(), kMergeMaps))
      return;
    SmallVector<MapOp> maps;
    getOperation().walk([&](MapOp map) { maps.push_back(map); });
    for (MapOp user : maps) {
      for (unsigned index = 0; index < user.getInputs().size();) {
        MapOp map = mergeable(user, index);
        if (!map) {
          ++index;
          continue;
        }
        user = merge(user, map);
        index = 0;
      }
    }
  }
};

} // namespace
} // namespace npuforge::graph
