// graph-check: everything that has no integer form, in one message.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/bytes.h"
#include "npuforge/compiler/graph/control.h"

#include "constants.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_CHECKLOWERED
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

bool isWords(mlir::Type type) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  return tensor && (tensor.getElementType().isF32() || tensor.getElementType().isInteger(32));
}

/// What graph-narrow makes operands of products of.
bool isNarrow(mlir::Type type) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  return tensor &&
         (tensor.getElementType().isF16() || tensor.getElementType().isBF16() || isBytes(tensor));
}

/// A tensor operator over words, see graph-words.
bool isOverWords(mlir::Operation& op) {
  if (llvm::isa<ContractOp, ConvolveOp>(op) && llvm::all_of(op.getOperandTypes(), isNarrow))
    return isWords(op.getResult(0).getType());
  if (llvm::isa<MapOp>(op) &&
      (isNarrow(op.getResult(0).getType()) || isWords(op.getResult(0).getType())))
    return llvm::all_of(op.getOperandTypes(),
                        [](mlir::Type type) { return isWords(type) || isBytes(type); });
  if (llvm::isa<ReshapeOp, MoveOp>(op) && isNarrow(op.getResult(0).getType()))
    return true;
  return (isControl(op) || llvm::isa<MapOp, MoveOp, ReduceOp, ContractOp, ConvolveOp, PoolOp,
                                     GatherOp, ScatterOp, ReshapeOp>(op)) &&
         llvm::all_of(op.getOperandTypes(), isWords) && llvm::all_of(op.getResultTypes(), isWords);
}

bool isInteger(mlir::Operation& op) {
  if (isOverWords(op))
    return true;
  if (auto map = llvm::dyn_cast<MapOp>(op))
    return llvm::cast<mlir::ShapedType>(map.getType()).getElementType().isInteger(8);
  return llvm::isa<ConstantOp, QConvOp, RequantOp, RescaleOp, QAddOp, QMaxPoolOp, QAvgPoolOp,
                   ToWordsOp, ToBlocksOp, mlir::func::ReturnOp>(op);
}

bool shapesKnown(mlir::Operation& op) {
  return llvm::all_of(op.getResultTypes(),
                      [](mlir::Type type) { return llvm::isa<mlir::RankedTensorType>(type); });
}

std::string line(mlir::Operation& op, llvm::StringRef name, llvm::StringRef reason) {
  return ("\n  node '" + nodeName(op.getLoc()) + "' (" + name + "): " + reason).str();
}

llvm::StringRef operatorName(mlir::Operation& op) {
  return op.getName().stripDialect();
}

std::vector<std::string> refusals(mlir::Block& body) {
  std::vector<std::string> lines;
  for (mlir::Operation& op : body) {
    if (auto unsupported = llvm::dyn_cast<UnsupportedOp>(op))
      lines.push_back(line(op, unsupported.getOp(), unsupported.getReason()));
    else if (auto reason = op.getAttrOfType<mlir::StringAttr>("graph.reason"))
      lines.push_back(line(op, llvm::isa<mlir::func::ReturnOp>(op) ? "output" : operatorName(op),
                           reason.getValue()));
  }
  if (!lines.empty())
    return lines;
  for (mlir::Operation& op : body)
    if (!isInteger(op) && shapesKnown(op) && !llvm::isa<QuantizeOp, DequantizeOp>(op))
      lines.push_back(
          line(op, operatorName(op), "its result is not quantised: no QuantizeLinear behind it"));
  if (!lines.empty())
    return lines;
  for (mlir::Operation& op : body)
    if (!isInteger(op))
      lines.push_back(line(op, operatorName(op), "no integer operator stands for it"));
  return lines;
}

struct CheckLowered : impl::CheckLoweredBase<CheckLowered> {
  void runOnOperation() override {
    mlir::func::FuncOp main = getOperation();
    mlir::Block& body = main.getBody().front();
    std::vector<std::string> lines = refusals(body);
    if (lines.empty()) // otherwise they follow from what is listed already
      checkInterface(main, body, lines);
    if (lines.empty())
      return;
    std::string message = "cannot compile:";
    for (const std::string& text : lines)
      message += text;
    main.emitError(message);
    signalPassFailure();
  }

  static void checkInterface(mlir::func::FuncOp main, mlir::Block& body,
                             std::vector<std::string>& lines) {
    for (auto [index, type] : llvm::enumerate(body.getArgumentTypes()))
      if (auto tensor = llvm::dyn_cast<mlir::TensorType>(type);
          !isWords(type) && (!tensor || !tensor.getElementType().isInteger(8)))
        lines.push_back("\n  input '" +
                        name(main.getArgAttrOfType<mlir::StringAttr>(index, "graph.name")) +
                        "': it is not quantised by one QuantizeLinear");
    for (auto [index, type] : llvm::enumerate(body.getTerminator()->getOperandTypes()))
      if (auto tensor = llvm::dyn_cast<mlir::TensorType>(type);
          !isWords(type) && (!tensor || !tensor.getElementType().isInteger(8)))
        lines.push_back("\n  output '" +
                        name(main.getResultAttrOfType<mlir::StringAttr>(index, "graph.name")) +
                        "': it is not an 8-bit value behind a QuantizeLinear");
  }

  static std::string name(mlir::StringAttr attribute) { return attribute ? attribute.str() : "?"; }
};

} // namespace
} // namespace npuforge::graph
