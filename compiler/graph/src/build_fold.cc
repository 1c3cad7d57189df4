// Folding: an operation of constants is run by the reference interpreter; moves of many bytes are
// copied directly, since a network's weights go through them.
#include <mlir/IR/Verifier.h>

#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

#include "strided_copy.h"

namespace npuforge::graph {
namespace {

/// The interpreter holds an operand in 8 bytes an element.
constexpr int64_t kFoldOperand = int64_t{1} << 27;

/// Copies a piece's elements of `size` bytes.
void copy(PieceAttr piece, size_t size, const char* source, char* target) {
  llvm::SmallVector<CopyDim> dims;
  for (auto [extent, from, to] :
       llvm::zip_equal(piece.getExtents(), piece.getFromStrides(), piece.getToStrides()))
    dims.push_back({extent, from, to});
  const auto bytes = static_cast<int64_t>(size);
  copyStrided(dims, size, source + piece.getFrom() * bytes, target + piece.getTo() * bytes);
}

/// A move of whole bytes without fill and splats; null for others.
mlir::DenseElementsAttr moved(MoveOp move, llvm::ArrayRef<mlir::DenseElementsAttr> operands) {
  auto type = llvm::cast<mlir::RankedTensorType>(move.getType());
  const unsigned bits = type.getElementTypeBitWidth();
  if (bits < 8 || move.getFill() ||
      llvm::any_of(operands, [](auto operand) { return operand.isSplat(); }))
    return {};
  const size_t size = bits / 8;
  std::vector<char> result(static_cast<size_t>(type.getNumElements()) * size);
  for (auto piece : move.getPieces().getAsRange<PieceAttr>())
    copy(piece, size, operands[static_cast<size_t>(piece.getInput())].getRawData().data(),
         result.data());
  return mlir::DenseElementsAttr::getFromRawBuffer(type, result);
}

/// A splat stays one, whatever its size, if it is moved to one place and nothing is filled.
mlir::DenseElementsAttr splat(MoveOp move, llvm::ArrayRef<mlir::DenseElementsAttr> operands) {
  if (operands.size() != 1 || !operands[0].isSplat() || move.getFill())
    return {};
  return mlir::DenseElementsAttr(operands[0])
      .resizeSplat(llvm::cast<mlir::ShapedType>(move.getType()));
}

mlir::DenseElementsAttr computed(mlir::Operation* op,
                                 llvm::ArrayRef<mlir::DenseElementsAttr> operands) {
  if (auto move = llvm::dyn_cast<MoveOp>(op)) {
    if (auto result = splat(move, operands))
      return result;
    if (auto result = moved(move, operands))
      return result;
  }
  try {
    return evaluate(op, operands).front();
  } catch (const InterpreterError&) { // the operation stays, for the device or for a refusal
    return {};
  }
}

mlir::Value replaced(mlir::OpBuilder& builder, mlir::Operation* op, mlir::DenseElementsAttr value) {
  builder.setInsertionPoint(op);
  auto constant = ConstantOp::create(builder, op->getLoc(), value.getType(), value);
  op->erase(); // first: the place behind the constant is the operation
  builder.setInsertionPointAfter(constant);
  return constant;
}

} // namespace

/// Operands of an untyped file may not fit together; the importer says so when all is there.
static bool isWellTyped(mlir::Operation* op) {
  mlir::ScopedDiagnosticHandler quiet(op->getContext(),
                                      [](mlir::Diagnostic&) { return mlir::success(); });
  return mlir::succeeded(mlir::verify(op));
}

mlir::Value foldConstant(mlir::OpBuilder& builder, mlir::Operation* op) {
  mlir::Value own = op->getResult(0);
  auto type = llvm::cast<mlir::RankedTensorType>(own.getType());
  const int64_t size = type.getNumElements();
  if (size == 0) // nothing depends on anything
    return replaced(builder, op, mlir::DenseElementsAttr::getFromRawBuffer(type, {}));
  llvm::SmallVector<mlir::DenseElementsAttr> operands;
  int64_t read = 0;
  for (mlir::Value operand : op->getOperands()) {
    operands.push_back(constantValue(operand));
    if (!operands.back())
      return own;
    const int64_t count = operands.back().getNumElements();
    if (count > (operands.back().isSplat() ? kFoldElements : kFoldOperand))
      return own;
    read += operands.back().isSplat() ? 1 : count;
  }
  if (size > std::max(kFoldElements, read) || !isWellTyped(op))
    return own;
  mlir::DenseElementsAttr value = computed(op, operands);
  if (!value)
    return own;
  return replaced(builder, op, value);
}

} // namespace npuforge::graph
