// graph-shift-unsigned: ui8 tensors become i8, less 128; zero points with them.
#include "npuforge/compiler/graph/Passes.h"

#include "constants.h"

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
  std::vector<int8_t> values;
  for (int64_t value : integersOf(constant))
    values.push_back(static_cast<int8_t>(value - 128));
  op.setValueAttr(mlir::DenseElementsAttr::get(type, llvm::ArrayRef<int8_t>(values)));
}

void makeSigned(mlir::Value value) {
  auto type = llvm::cast<mlir::TensorType>(value.getType());
  value.setType(type.clone(mlir::IntegerType::get(value.getContext(), 8)));
}

struct ShiftUnsigned : impl::ShiftUnsignedBase<ShiftUnsigned> {
  void runOnOperation() override {
    mlir::func::FuncOp main = getOperation();
    mlir::Block& body = main.getBody().front();
    for (mlir::Operation& op : body) { // parameters first: they look at the old types
      if (auto quantize = llvm::dyn_cast<QuantizeOp>(op);
          quantize && isUnsigned(quantize.getResult()))
        shiftZeroPoints(quantize);
      if (auto dequantize = llvm::dyn_cast<DequantizeOp>(op);
          dequantize && isUnsigned(dequantize.getInput()))
        shiftZeroPoints(dequantize);
      if (auto constant = llvm::dyn_cast<ConstantOp>(op);
          constant && isUnsigned(constant.getResult()))
        shiftConstant(constant);
    }
    for (mlir::Operation& op : body)
      for (mlir::Value result : op.getResults())
        if (isUnsigned(result))
          makeSigned(result);
    for (mlir::Value argument : body.getArguments())
      if (isUnsigned(argument))
        makeSigned(argument);
    main.setFunctionType(mlir::FunctionType::get(&getContext(), body.getArgumentTypes(),
                                                 body.getTerminator()->getOperandTypes()));
  }
};

} // namespace
} // namespace npuforge::graph
