// graph-bind-interface: what stands between the network's f32 and the device's 8 bits becomes
// attributes of @main.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/control.h"

#include "constants.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_BINDINTERFACE
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using mlir::func::FuncOp;

/// What the interface says of one input or output.
struct Port {
  std::string type; // the network's
  mlir::RankedTensorType quantised;
  double scale = 1;
  int64_t zero_point = 0;
};

std::string typeName(mlir::Type element) {
  return element.isF32() ? "f32" : element.isUnsignedInteger() ? "u8" : "i8";
}

template <typename Op>
Port makePort(Op op, mlir::Value quantised, const std::string& type) {
  return {type, llvm::cast<mlir::RankedTensorType>(quantised.getType()), op.getScales()[0],
          op.getZeroPoints()[0]};
}

std::vector<mlir::NamedAttribute> attributes(mlir::Builder& builder, const Port& port) {
  return {builder.getNamedAttr("graph.shape", builder.getI64ArrayAttr(port.quantised.getShape())),
          builder.getNamedAttr("graph.type", builder.getStringAttr(port.type)),
          builder.getNamedAttr("graph.qtype",
                               builder.getStringAttr(typeName(port.quantised.getElementType()))),
          builder.getNamedAttr("graph.scale", builder.getF64FloatAttr(port.scale)),
          builder.getNamedAttr("graph.zero_point", builder.getI64IntegerAttr(port.zero_point))};
}

/// All users of an f32 input are quantizes that say the same: the first of them.
QuantizeOp commonQuantize(mlir::Value input) {
  QuantizeOp first;
  for (mlir::Operation* user : input.getUsers()) {
    auto quantize = llvm::dyn_cast<QuantizeOp>(user);
    if (!quantize || quantize.getScales().size() != 1)
      return {};
    if (first &&
        (first.getType() != quantize.getType() || first.getScales() != quantize.getScales() ||
         first.getZeroPoints() != quantize.getZeroPoints()))
      return {};
    first = quantize;
  }
  return first;
}

/// Operators on tensors of any type compute with the integers themselves: no scale belongs to them.
bool takesIntegers(mlir::Operation* op) {
  return op &&
         (isControl(*op) ||
          llvm::isa<MapOp, MoveOp, ReduceOp, ContractOp, ConvolveOp, PoolOp, GatherOp, ScatterOp>(
              op));
}

struct BindInterface : impl::BindInterfaceBase<BindInterface> {
  void runOnOperation() override {
    FuncOp main = getOperation();
    if (!isNetwork(main))
      return;
    nameShapes(main);
    for (unsigned i = main.getNumArguments(); i-- > 0;)
      bindInput(main, i);
    mlir::Operation* end = main.getBody().front().getTerminator();
    for (unsigned i = 0; i < end->getNumOperands(); ++i)
      bindOutput(main, end, i);
    main.setFunctionType(mlir::FunctionType::get(
        &getContext(), main.getBody().front().getArgumentTypes(), end->getOperandTypes()));
  }

  /// The network's shapes, which later passes change on the device.
  void nameShapes(FuncOp main) {
    mlir::Builder builder(&getContext());
    auto shape = [&](mlir::Value value) -> mlir::Attribute {
      auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
      return type ? builder.getI64ArrayAttr(type.getShape()) : mlir::Attribute();
    };
    for (mlir::BlockArgument argument : main.getArguments())
      if (mlir::Attribute extents = shape(argument))
        main.setArgAttr(argument.getArgNumber(), "graph.shape", extents);
    for (auto [index, result] :
         llvm::enumerate(main.getBody().front().getTerminator()->getOperands()))
      if (mlir::Attribute extents = shape(result))
        main.setResultAttr(index, "graph.shape", extents);
  }

  void bindInput(FuncOp main, unsigned index) {
    mlir::BlockArgument input = main.getArgument(index);
    if (input.use_empty()) { // nothing that is computed needs it
      (void)main.eraseArgument(index);
      return;
    }
    auto type = llvm::dyn_cast<mlir::RankedTensorType>(input.getType());
    if (!type)
      return;
    if (type.getElementType().isInteger(8)) {
      if (llvm::any_of(input.getUsers(), takesIntegers))
        return;
      Port port{typeName(type.getElementType()), type};
      for (mlir::Operation* user : input.getUsers())
        if (auto dequantize = llvm::dyn_cast<DequantizeOp>(user);
            dequantize && dequantize.getScales().size() == 1)
          port = makePort(dequantize, input, port.type);
      set(main, index, port);
      return;
    }
    QuantizeOp quantize = commonQuantize(input);
    if (!quantize)
      return; // graph-check says so
    set(main, index, makePort(quantize, quantize.getResult(), typeName(type.getElementType())));
    input.setType(quantize.getType());
    for (mlir::Operation* user : llvm::make_early_inc_range(input.getUsers())) {
      user->getResult(0).replaceAllUsesWith(input);
      user->erase();
    }
  }

  void set(FuncOp main, unsigned index, const Port& port) {
    mlir::Builder builder(&getContext());
    for (mlir::NamedAttribute attribute : attributes(builder, port))
      main.setArgAttr(index, attribute.getName(), attribute.getValue());
  }

  void bindOutput(FuncOp main, mlir::Operation* end, unsigned index) {
    mlir::Value output = end->getOperand(index);
    auto type = llvm::dyn_cast<mlir::RankedTensorType>(output.getType());
    if (!type)
      return;
    Port port{typeName(type.getElementType()), type};
    auto dequantize = output.getDefiningOp<DequantizeOp>();
    if (type.getElementType().isInteger(8)) {
      if (takesIntegers(output.getDefiningOp()))
        return;
      if (auto quantize = output.getDefiningOp<QuantizeOp>();
          quantize && quantize.getScales().size() == 1)
        port = makePort(quantize, output, port.type);
    } else if (dequantize && dequantize.getScales().size() == 1 &&
               !constantValue(dequantize.getInput())) {
      output = dequantize.getInput();
      port = makePort(dequantize, output, port.type);
      end->setOperand(index, output);
    } else {
      return; // graph-check says so
    }
    mlir::Builder builder(&getContext());
    for (mlir::NamedAttribute attribute : attributes(builder, port))
      main.setResultAttr(index, attribute.getName(), attribute.getValue());
  }
};

} // namespace
} // namespace npuforge::graph
