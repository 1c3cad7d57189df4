// graph-shift-unsigned: ui8 tensors become i8, less 128; zero points with them. What operators on
// tensors of any type compute with stays ui8: it is shifted before dequantize and behind quantize,
// which know i8 alone.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/control.h"

#include "constants.h"
#include "unbind.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_SHIFTUNSIGNED
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

bool isUnsigned(mlir::Value value) {
  auto type = llvm::dyn_cast<mlir::ShapedType>(value.getType());
  return type && type.getElementType().isUnsignedInteger(8);
}

template <typename Op>
void shiftZeroPoints(Op op) {
  llvm::SmallVector<int32_t> zeros(op.getZeroPoints());
  for (int32_t& zero : zeros)
    zero -= 128;
  op.setZeroPoints(zeros);
}

void shiftConstant(ConstantOp op) {
  auto constant = llvm::cast<mlir::DenseElementsAttr>(op.getValue());
  auto type = mlir::RankedTensorType::get(constant.getType().getShape(),
                                          mlir::IntegerType::get(op.getContext(), 8));
  std::vector<int8_t> values = bytes(constant);
  for (int8_t& value : values)
    value = static_cast<int8_t>(value ^ 0x80); // less 128
  op.setValueAttr(mlir::DenseElementsAttr::get(type, llvm::ArrayRef<int8_t>(values)));
}

void makeSigned(mlir::Value value) {
  auto type = llvm::cast<mlir::TensorType>(value.getType());
  value.setType(type.clone(mlir::IntegerType::get(value.getContext(), 8)));
}

/// Values that operators on tensors of any type compute with: these take unsigned elements as they
/// are.
class Kept {
public:
  explicit Kept(mlir::func::FuncOp main) {
    mlir::Block& body = main.getBody().front();
    keepEnds(main);
    for (bool changed = true; changed;) {
      const size_t before = values_.size();
      for (mlir::Operation& op : body)
        if (isControl(op) || computes(op) || (carries(op) && touches(op)))
          keep(op);
      changed = values_.size() != before;
    }
  }

  bool has(mlir::Value value) const { return values_.contains(value); }

private:
  /// The network's ends that are not bound to a scale have the network's elements; so have all that
  /// control flow passes on.
  void keepEnds(mlir::func::FuncOp main) {
    if (!isNetwork(main)) {
      for (mlir::Value argument : main.getArguments())
        keep(argument);
      for (mlir::Value result : main.getBody().front().getTerminator()->getOperands())
        keep(result);
      return;
    }
    for (mlir::BlockArgument argument : main.getArguments()) {
      const unsigned index = argument.getArgNumber();
      if (isUnsigned(argument) && main.getArgAttr(index, "graph.name") &&
          !main.getArgAttr(index, "graph.qtype"))
        values_.insert(argument);
    }
    for (auto [position, result] :
         llvm::enumerate(main.getBody().front().getTerminator()->getOperands())) {
      const auto index = static_cast<unsigned>(position);
      if (isUnsigned(result) && main.getResultAttr(index, "graph.name") &&
          !main.getResultAttr(index, "graph.qtype"))
        values_.insert(result);
    }
  }
  /// Does the operation take elements for what they are?
  static bool computes(mlir::Operation& op) {
    return llvm::isa<MapOp, MoveOp, ReduceOp, ContractOp, ConvolveOp, PoolOp, GatherOp, ScatterOp>(
               op) &&
           !movesOne(&op);
  }
  /// Does the operation hand elements on as they are?
  static bool carries(mlir::Operation& op) {
    return !llvm::isa<QuantizeOp, DequantizeOp, ConstantOp>(op) && op.getNumResults() == 1;
  }
  bool touches(mlir::Operation& op) const {
    auto kept = [&](mlir::Value value) { return has(value); };
    return llvm::any_of(op.getOperands(), kept) || llvm::any_of(op.getResults(), kept);
  }
  void keep(mlir::Operation& op) {
    for (mlir::Value value : op.getOperands())
      keep(value);
    for (mlir::Value value : op.getResults())
      keep(value);
  }
  void keep(mlir::Value value) {
    if (isUnsigned(value))
      values_.insert(value);
  }

  llvm::DenseSet<mlir::Value> values_;
};

/// The dequantize of a kept tensor reads it as i8.
void shiftBefore(DequantizeOp dequantize) {
  mlir::OpBuilder builder(dequantize);
  dequantize.getInputMutable().set(
      toSigned(Build(builder, dequantize.getLoc()), dequantize.getInput()));
  shiftZeroPoints(dequantize);
}

/// The quantize to a kept tensor makes an i8.
void shiftBehind(QuantizeOp quantize) {
  mlir::OpBuilder builder(quantize->getContext());
  builder.setInsertionPointAfter(quantize);
  makeSigned(quantize.getResult());
  shiftZeroPoints(quantize);
  mlir::Value kept = toUnsigned(Build(builder, quantize.getLoc()), quantize.getResult());
  quantize.getResult().replaceAllUsesExcept(kept, kept.getDefiningOp());
}

struct ShiftUnsigned : impl::ShiftUnsignedBase<ShiftUnsigned> {
  void runOnOperation() override {
    mlir::func::FuncOp main = getOperation();
    mlir::Block& body = main.getBody().front();
    const Kept kept(main);
    auto shifted = [&](mlir::Value value) { return isUnsigned(value) && !kept.has(value); };
    llvm::SmallVector<mlir::Operation*> beside_kept;
    for (mlir::Operation& op : body) { // parameters first: they look at the old types
      if (auto quantize = llvm::dyn_cast<QuantizeOp>(op)) {
        if (shifted(quantize.getResult()))
          shiftZeroPoints(quantize);
        else if (isUnsigned(quantize.getResult()))
          beside_kept.push_back(quantize);
      }
      if (auto dequantize = llvm::dyn_cast<DequantizeOp>(op)) {
        if (shifted(dequantize.getInput()))
          shiftZeroPoints(dequantize);
        else if (isUnsigned(dequantize.getInput()))
          beside_kept.push_back(dequantize);
      }
      if (auto constant = llvm::dyn_cast<ConstantOp>(op); constant && shifted(constant.getResult()))
        shiftConstant(constant);
    }
    for (mlir::Operation& op : body)
      for (mlir::Value result : op.getResults())
        if (shifted(result))
          makeSigned(result);
    for (mlir::Value argument : body.getArguments())
      if (shifted(argument))
        makeSigned(argument);
    for (mlir::Operation* op : beside_kept) {
      if (auto dequantize = llvm::dyn_cast<DequantizeOp>(op))
        shiftBefore(dequantize);
      else
        shiftBehind(llvm::cast<QuantizeOp>(op));
    }
    main.setFunctionType(mlir::FunctionType::get(&getContext(), body.getArgumentTypes(),
                                                 body.getTerminator()->getOperandTypes()));
  }
};

} // namespace
} // namespace npuforge::graph
