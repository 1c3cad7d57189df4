// graph-narrow: what a product with a precision multiplies becomes a tensor of that type.
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/values.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_NARROW
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

struct Narrow : impl::NarrowBase<Narrow> {
  void runOnOperation() override {
    made.clear();
    for (Operation& op : getOperation().getBody().front()) {
      auto precision = op.getAttrOfType<StringAttr>("precision");
      if (!llvm::isa<ContractOp, ConvolveOp>(op) || !precision)
        continue;
      op.removeAttr("precision");
      if (precision.getValue() == "f32")
        continue;
      const auto type = precision.getValue() == "f16" ? FloatType(Float16Type::get(&getContext()))
                                                      : BFloat16Type::get(&getContext());
      for (OpOperand& operand : op.getOpOperands())
        operand.set(narrow(operand.get(), type));
    }
    for (Operation& op :
         llvm::make_early_inc_range(llvm::reverse(getOperation().getBody().front())))
      if (isOpTriviallyDead(&op))
        op.erase(); // constants that are narrow now, reshapes
  }

  /// The value rounded to the type; made once for all who ask.
  Value narrow(Value value, FloatType type) {
    if (Value known = made.lookup({value, type}))
      return known;
    auto tensor = llvm::cast<RankedTensorType>(value.getType());
    OpBuilder b(&getContext());
    b.setInsertionPointAfterValue(value);
    Value result;
    if (auto reshape = value.getDefiningOp<ReshapeOp>())
      result = ReshapeOp::create(b, withoutValue(value.getLoc()), tensor.clone(type),
                                 narrow(reshape.getInput(), type), reshape.getShapeAttr(),
                                 reshape.getAllowZeroAttr());
    else if (auto constant = value.getDefiningOp<ConstantOp>())
      result = rounded(b, constant, type);
    else
      result = map(b, value, tensor.clone(type));
    return made[{value, type}] = result;
  }

  static Value rounded(OpBuilder& b, ConstantOp constant, FloatType type) {
    auto value = llvm::cast<DenseFPElementsAttr>(constant.getValue());
    DenseElementsAttr narrow = value.mapValues(type, [&](const APFloat& element) {
      APFloat result = element;
      bool loses = false;
      result.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven, &loses);
      return result.bitcastToAPInt();
    });
    return ConstantOp::create(b, constant.getLoc(), narrow.getType(), narrow);
  }

  static Value map(OpBuilder& b, Value value, RankedTensorType type) {
    auto map = MapOp::create(b, withoutValue(value.getLoc()), type, ValueRange{value});
    Block& block = map.getBody().emplaceBlock();
    Value argument = block.addArgument(getElementTypeOrSelf(value), value.getLoc());
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&block);
    Value rounded = arith::TruncFOp::create(b, value.getLoc(), type.getElementType(), argument);
    YieldOp::create(b, value.getLoc(), rounded);
    return map.getResult();
  }

  llvm::DenseMap<std::pair<Value, Type>, Value> made;
};

} // namespace
} // namespace npuforge::graph
