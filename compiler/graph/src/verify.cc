// Verifiers of the graph dialect.
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {
namespace {

using mlir::LogicalResult;

template <typename Op>
LogicalResult verifyQuantisation(Op op) {
  size_t scales = op.getScales().size(), zeros = op.getZeroPoints().size();
  if (scales == 0 || scales != zeros)
    return op.emitOpError() << "has " << scales << " scales and " << zeros << " zero points";
  for (float scale : op.getScales())
    if (!(scale > 0) || !std::isfinite(scale))
      return op.emitOpError() << "has the scale " << scale << "; scales are positive";
  return mlir::success();
}

/// Clamp bounds, zero point: inside i8 and ordered.
template <typename Op>
LogicalResult verifyOutput(Op op) {
  if (op.getLow() > op.getHigh() || op.getLow() < -128 || op.getHigh() > 127)
    return op.emitOpError() << "clamps to [" << op.getLow() << ", " << op.getHigh()
                            << "]: not a range of i8";
  return mlir::success();
}

template <typename Op>
LogicalResult verifyZeroPoint(Op op, int64_t zero, llvm::StringRef what) {
  if (zero < -128 || zero > 127)
    return op.emitOpError() << what << " " << zero << " is not an i8";
  return mlir::success();
}

template <typename Op>
LogicalResult verifyMultiplier(Op op, int64_t multiplier, int64_t shift) {
  if (multiplier < 0 || multiplier >= (int64_t{1} << 31) || shift < 0 || shift > 63)
    return op.emitOpError() << "multiplier " << multiplier << " or shift " << shift
                            << " is out of range";
  return mlir::success();
}

/// Output extent of a window that slides over `size` elements.
int64_t extent(int64_t size, int64_t before, int64_t after, int64_t kernel, int64_t dilation,
               int64_t stride) {
  int64_t room = size + before + after - (dilation * (kernel - 1) + 1);
  return room < 0 ? 0 : room / stride + 1;
}

LogicalResult verifyWindow(mlir::Operation* op, mlir::RankedTensorType in,
                           mlir::RankedTensorType out, llvm::ArrayRef<int64_t> kernel,
                           llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> pads,
                           llvm::ArrayRef<int64_t> dilations) {
  if (!in || !out || in.getRank() != 4 || out.getRank() != 4 || !in.hasStaticShape() ||
      !out.hasStaticShape())
    return op->emitOpError() << "needs 4-D tensors of static shape";
  if (kernel.size() != 2 || strides.size() != 2 || pads.size() != 4 || dilations.size() != 2)
    return op->emitOpError() << "needs 2 kernel sizes, strides and dilations and 4 pads";
  for (int i = 0; i < 2; ++i) {
    if (kernel[i] < 1 || strides[i] < 1 || dilations[i] < 1 || pads[i] < 0 || pads[i + 2] < 0)
      return op->emitOpError() << "has a kernel, stride, dilation or pad out of range";
    int64_t want =
        extent(in.getDimSize(i + 2), pads[i], pads[i + 2], kernel[i], dilations[i], strides[i]);
    if (want != out.getDimSize(i + 2))
      return op->emitOpError() << "gives " << want << (i == 0 ? " rows" : " columns")
                               << ", its type says " << out.getDimSize(i + 2);
  }
  return mlir::success();
}

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
}

} // namespace

LogicalResult QuantizeOp::verify() {
  return verifyQuantisation(*this);
}
LogicalResult DequantizeOp::verify() {
  return verifyQuantisation(*this);
}

namespace {

/// An argument for an element of each operand; an element of the result is yielded.
LogicalResult verifyBody(mlir::Operation* op) {
  mlir::Block& body = op->getRegion(0).front();
  if (body.getNumArguments() != op->getNumOperands())
    return op->emitOpError() << "has " << op->getNumOperands() << " operands and its body "
                             << body.getNumArguments() << " arguments";
  for (auto [argument, type] : llvm::zip(body.getArguments(), op->getOperandTypes()))
    if (argument.getType() != bodyType(type))
      return op->emitOpError() << "has an operand of " << mlir::getElementTypeOrSelf(type)
                               << " and its body takes " << argument.getType();
  const mlir::Type result = bodyType(op->getResult(0).getType());
  auto yield = llvm::dyn_cast<YieldOp>(body.getTerminator());
  if (!yield || yield.getValue().getType() != result)
    return op->emitOpError() << "needs a body that yields " << result;
  return mlir::success();
}

/// `blocks` [1, C, H, W] of i8, `words` [1, H, W, C].
LogicalResult verifyCross(mlir::Operation* op, mlir::Value blocks, mlir::Value words) {
  auto second = ranked(blocks), last = ranked(words);
  if (!second || !last || second.getRank() != 4 || last.getRank() != 4 ||
      !second.hasStaticShape() || !last.hasStaticShape() ||
      !second.getElementType().isSignlessInteger(8))
    return op->emitOpError() << "needs 4-D tensors of static shape, that in blocks of i8";
  llvm::ArrayRef<int64_t> b = second.getShape(), w = last.getShape();
  if (b[0] != 1 || w != llvm::ArrayRef<int64_t>{1, b[2], b[3], b[1]})
    return op->emitOpError() << "needs the shapes [1, C, H, W] in blocks and [1, H, W, C]";
  return verifyBody(op);
}

} // namespace

LogicalResult MapOp::verify() {
  return verifyBody(*this);
}

LogicalResult ToWordsOp::verify() {
  return verifyCross(*this, getInput(), getResult());
}

LogicalResult ToBlocksOp::verify() {
  return verifyCross(*this, getResult(), getInput());
}

LogicalResult QConvOp::verify() {
  auto in = ranked(getInput()), weights = ranked(getWeights()), out = ranked(getResult());
  if (!weights || weights.getRank() != 4)
    return emitOpError() << "needs weights [O, C / groups, KH, KW]";
  if (mlir::failed(verifyWindow(*this, in, out, weights.getShape().drop_front(2), getStrides(),
                                getPads(), getDilations())))
    return mlir::failure();
  int64_t channels = in.getDimSize(1), outputs = weights.getDimSize(0), groups = getGroups();
  if (groups != 1 && (groups != channels || outputs != channels))
    return emitOpError() << "has " << groups << " groups; 1, or one for each of " << channels
                         << " channels";
  if (weights.getDimSize(1) * groups != channels || out.getDimSize(1) != outputs)
    return emitOpError() << "has weights that do not fit its input and result";
  if (getBias().getType() !=
      mlir::RankedTensorType::get({outputs}, mlir::IntegerType::get(getContext(), 32)))
    return emitOpError() << "needs a bias of " << outputs << " elements";
  return mlir::success();
}

LogicalResult QMatMulOp::verify() {
  auto in = ranked(getInput()), weights = ranked(getWeights()), out = ranked(getResult());
  if (!in || !weights || !out || in.getRank() != 2 || weights.getRank() != 2 ||
      out.getRank() != 2 || in.getDimSize(1) != weights.getDimSize(1) ||
      out.getDimSize(0) != in.getDimSize(0) || out.getDimSize(1) != weights.getDimSize(0))
    return emitOpError() << "needs input [M, K], weights [N, K], result [M, N]";
  return mlir::success();
}

LogicalResult RequantOp::verify() {
  auto in = ranked(getInput()), out = ranked(getResult()), multiplier = ranked(getMultiplier());
  if (!in || !out || in.getShape() != out.getShape() || in.getRank() < 2)
    return emitOpError() << "needs an input of the result's shape";
  if (!multiplier || multiplier.getRank() != 1 || multiplier.getDimSize(0) != in.getDimSize(1) ||
      getShift().getType() != getMultiplier().getType())
    return emitOpError() << "needs a multiplier and a shift for each of " << in.getDimSize(1)
                         << " channels";
  if (mlir::failed(verifyZeroPoint(*this, getZeroPoint(), "zero point")))
    return mlir::failure();
  return verifyOutput(*this);
}

LogicalResult RescaleOp::verify() {
  if (getInput().getType() != getType())
    return emitOpError() << "needs an input of the result's shape";
  if (mlir::failed(verifyMultiplier(*this, getMultiplier(), getShift())) ||
      mlir::failed(verifyZeroPoint(*this, getZeroX(), "input zero point")) ||
      mlir::failed(verifyZeroPoint(*this, getZeroPoint(), "zero point")))
    return mlir::failure();
  return verifyOutput(*this);
}

LogicalResult QAddOp::verify() {
  auto a = ranked(getA()), b = ranked(getB());
  if (!a || !b || getA().getType() != getType() || a.getRank() != b.getRank())
    return emitOpError() << "needs operands of the result's rank, the first of its shape";
  for (int64_t i = 0; i < a.getRank(); ++i) {
    bool broadcast = b.getDimSize(i) == 1 && i != 1;
    if (a.getDimSize(i) != b.getDimSize(i) && !broadcast)
      return emitOpError() << "cannot broadcast its second operand along dimension " << i;
  }
  if (mlir::failed(verifyMultiplier(*this, getMultA(), getShift())) ||
      mlir::failed(verifyMultiplier(*this, getMultB(), getShift())))
    return mlir::failure();
  return verifyOutput(*this);
}

LogicalResult QMaxPoolOp::verify() {
  if (mlir::failed(verifyWindow(*this, ranked(getInput()), ranked(getResult()), getKernel(),
                                getStrides(), getPads(), getDilations())))
    return mlir::failure();
  return verifyOutput(*this);
}

LogicalResult QAvgPoolOp::verify() {
  if (mlir::failed(verifyWindow(*this, ranked(getInput()), ranked(getResult()), getKernel(),
                                getStrides(), getPads(), {1, 1})) ||
      mlir::failed(verifyMultiplier(*this, getMultiplier(), getShift())))
    return mlir::failure();
  return verifyOutput(*this);
}

} // namespace npuforge::graph
