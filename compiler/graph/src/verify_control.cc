// Verifiers of control flow: what is called exists and has the types.
#include "npuforge/compiler/graph/control.h"

namespace npuforge::graph {

using llvm::ArrayRef;
using mlir::LogicalResult;
using mlir::SymbolTableCollection;
using Types = llvm::SmallVector<mlir::Type>;

namespace {

LogicalResult verifyCall(mlir::Operation* op, mlir::FlatSymbolRefAttr callee,
                         SymbolTableCollection& symbols, ArrayRef<mlir::Type> arguments,
                         ArrayRef<mlir::Type> results) {
  auto function = symbols.lookupNearestSymbolFrom<mlir::func::FuncOp>(op, callee);
  if (!function || function.isExternal())
    return op->emitOpError() << "calls " << callee << ", which is no function with a body";
  auto type = mlir::FunctionType::get(op->getContext(), arguments, results);
  if (function.getFunctionType() != type)
    return op->emitOpError() << "calls " << callee << " as " << type << ", which is "
                             << function.getFunctionType();
  return mlir::success();
}

/// Of a scalar, or of a tensor that holds one.
LogicalResult verifyOne(mlir::Operation* op, mlir::Value value, const char* what) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() != 1 ||
      !llvm::isa<mlir::IntegerType>(type.getElementType()))
    return op->emitOpError() << "has " << what << " " << value.getType()
                             << ", which is not one integer or truth";
  return mlir::success();
}

mlir::Type sliceOf(mlir::Type type) {
  auto tensor = llvm::cast<mlir::RankedTensorType>(type);
  return mlir::RankedTensorType::get(tensor.getShape().drop_front(), tensor.getElementType());
}

/// The turn's number is an i64, or a word where the body has been lowered.
mlir::Type turnType(LoopOp loop) {
  auto body = functionOf(loop, loop.getBody());
  mlir::Builder builder(loop.getContext());
  auto word = mlir::RankedTensorType::get({}, builder.getI32Type());
  if (body && body.getNumArguments() > 0 && body.getArgumentTypes()[0] == word)
    return word;
  return word.clone(builder.getI64Type());
}

/// [most, slice ..]
bool isStack(mlir::Type type, int64_t most) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  return tensor && tensor.getRank() > 0 && tensor.getDimSize(0) == most;
}

} // namespace

LogicalResult IfOp::verifySymbolUses(SymbolTableCollection& symbols) {
  const Types results(getResultTypes());
  if (failed(verifyOne(*this, getCondition(), "the condition")) ||
      failed(verifyCall(*this, getThenAttr(), symbols, Types(getThenInputs().getTypes()), results)))
    return mlir::failure();
  return verifyCall(*this, getOtherwiseAttr(), symbols, Types(getElseInputs().getTypes()), results);
}

LogicalResult LoopOp::verifySymbolUses(SymbolTableCollection& symbols) {
  const size_t carried = getCarried().size();
  if (getMost() < 0)
    return emitOpError() << "has " << getMost() << " turns at most";
  if (getResults().size() < carried ||
      getBackwards().size() != getScanned().size() + getResults().size() - carried)
    return emitOpError() << "needs a result for each carried value and a direction for each "
                            "scanned and collected tensor";
  for (mlir::Value number : {getTrips(), getCondition()})
    if (number && failed(verifyOne(*this, number, "the operand")))
      return mlir::failure();
  Types arguments{turnType(*this)}, results;
  arguments.append(getCarried().getTypes().begin(), getCarried().getTypes().end());
  for (mlir::Type type : getScanned().getTypes()) {
    if (!isStack(type, getMost()))
      return emitOpError() << "scans " << type << " in " << getMost() << " turns";
    arguments.push_back(sliceOf(type));
  }
  arguments.append(getInputs().getTypes().begin(), getInputs().getTypes().end());
  if (getCondition())
    results.push_back(getCondition().getType());
  for (auto [index, type] : llvm::enumerate(getResultTypes())) {
    if (index >= carried && !isStack(type, getMost()))
      return emitOpError() << "collects " << type << " in " << getMost() << " turns";
    results.push_back(index < carried ? type : sliceOf(type));
  }
  if (getResults().size() > carried && (getTrips() || getCondition()))
    return emitOpError() << "collects tensors whose length is not known";
  return verifyCall(*this, getBodyAttr(), symbols, arguments, results);
}

} // namespace npuforge::graph
