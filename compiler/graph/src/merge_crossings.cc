// graph-merge-crossings: a map of one tensor beside a change between words and blocks becomes a
// part of the change: dequantize behind to_words, quantize before to_blocks. So what lies between
// them is never written.
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/bytes.h"
#include "npuforge/compiler/graph/optimisations.h"

#include "constants.h"
#include "fold_clamps.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_MERGECROSSINGS
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

ShapedType typeOf(Value value) {
  return llvm::cast<ShapedType>(value.getType());
}

/// The one operand of a map that is no number, if its elements are the result's one by one.
std::optional<unsigned> onlyTensor(MapOp map) {
  std::optional<unsigned> found;
  for (auto [index, input] : llvm::enumerate(map.getInputs())) {
    auto constant = constantValue(input);
    if (constant && constant.isSplat())
      continue;
    if (found || typeOf(input).getShape() != typeOf(map.getResult()).getShape())
      return {};
    found = static_cast<unsigned>(index);
  }
  return found;
}

/// Writes the map's body behind `element`, which stands for its tensor; numbers go into it. Gives
/// what it yields.
Value inlined(OpBuilder& b, MapOp map, unsigned tensor, Value element) {
  IRMapping values;
  for (auto [index, argument] : llvm::enumerate(map.getBody().getArguments())) {
    if (index == tensor) {
      values.map(argument, element);
      continue;
    }
    auto number =
        llvm::cast<TypedAttr>(constantValue(map.getInputs()[index]).getSplatValue<Attribute>());
    values.map(argument, arith::ConstantOp::create(b, map.getLoc(), number).getResult());
  }
  Block& body = map.getBody().front();
  for (Operation& op : body.without_terminator())
    b.clone(op, values);
  return values.lookup(llvm::cast<YieldOp>(body.getTerminator()).getValue());
}

Value reshaped(OpBuilder& b, Location location, Value value, ShapedType like) {
  if (typeOf(value).getShape() == like.getShape())
    return value;
  auto type = RankedTensorType::get(like.getShape(), typeOf(value).getElementType());
  return ReshapeOp::create(b, location, type, value, like.getShape(), true);
}

/// Does a reduction read it, reshaped or not? Then it may be computed beside that.
bool isReduced(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation* user) {
    return llvm::isa<ReduceOp>(user) ||
           (llvm::isa<ReshapeOp>(user) && isReduced(user->getResult(0)));
  });
}

/// map(reshape(to_words(x))) -> reshape(to_words(x)), the map being a part of it. Bytes that a
/// reduction reads as floats stay bytes in between: a quarter of the room.
void takeBehind(ToWordsOp cross) {
  Value last = cross.getResult();
  while (last.hasOneUse() && llvm::isa<ReshapeOp>(*last.user_begin()))
    last = (*last.user_begin())->getResult(0);
  auto map = last.hasOneUse() ? llvm::dyn_cast<MapOp>(*last.user_begin()) : MapOp();
  auto tensor = map ? onlyTensor(map) : std::nullopt;
  if (!tensor || map.getInputs()[*tensor] != last ||
      (isBytes(cross.getResult().getType()) && isReduced(map.getResult())))
    return;
  Operation* yield = cross.getBody().front().getTerminator();
  OpBuilder b(yield);
  yield->setOperand(0, inlined(b, map, *tensor, yield->getOperand(0)));
  cross.getResult().setType(llvm::cast<RankedTensorType>(
      typeOf(cross.getResult()).clone(typeOf(map.getResult()).getElementType())));
  b.setInsertionPoint(map);
  taken(map.getLoc(), kMergeMaps, "is a part of the change to words before it");
  map.getResult().replaceAllUsesWith(
      reshaped(b, map.getLoc(), cross.getResult(), typeOf(map.getResult())));
}

/// to_blocks(reshape(map(x))) -> to_blocks(reshape(x)), the map being a part of it.
void takeBefore(ToBlocksOp cross) {
  Value first = cross.getInput();
  while (first.hasOneUse() && first.getDefiningOp<ReshapeOp>())
    first = first.getDefiningOp()->getOperand(0);
  auto map = first.hasOneUse() ? first.getDefiningOp<MapOp>() : MapOp();
  auto tensor = map ? onlyTensor(map) : std::nullopt;
  if (!tensor)
    return;
  Value input = map.getInputs()[*tensor];
  Block& body = cross.getBody().front();
  OpBuilder b = OpBuilder::atBlockBegin(&body);
  Value old = body.getArgument(0);
  Value element = body.addArgument(bodyType(input.getType()), cross.getLoc());
  old.replaceAllUsesWith(inlined(b, map, *tensor, element));
  body.eraseArgument(0);
  foldClamps(cross.getBody());
  b.setInsertionPoint(cross);
  cross.getInputMutable().set(reshaped(b, cross.getLoc(), input, typeOf(cross.getInput())));
  taken(map.getLoc(), kMergeMaps, "is a part of the change to blocks behind it");
}

struct MergeCrossings : impl::MergeCrossingsBase<MergeCrossings> {
  void runOnOperation() override {
    if (!allowed(getOperation(), kMergeMaps))
      return;
    Block& block = getOperation().getBody().front();
    for (Operation& op : llvm::make_early_inc_range(block)) {
      if (auto leaving = llvm::dyn_cast<ToWordsOp>(op))
        takeBehind(leaving);
      if (auto entering = llvm::dyn_cast<ToBlocksOp>(op))
        takeBefore(entering);
    }
    for (Operation& op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }
};

} // namespace
} // namespace npuforge::graph
