// Verifiers of the operators over tensors of any rank and type: shapes, kinds, and that a move's
// pieces stay inside its tensors.
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {
namespace {

using llvm::ArrayRef;
using llvm::StringRef;
using mlir::LogicalResult;
using Shape = llvm::SmallVector<int64_t>;

mlir::RankedTensorType tensor(mlir::Value value) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? type : mlir::RankedTensorType();
}

mlir::Type elementOf(mlir::Value value) {
  return mlir::getElementTypeOrSelf(value.getType());
}

/// All tensors have static shapes of these ranks; -1 is any rank.
LogicalResult verifyRanks(mlir::Operation* op, ArrayRef<int> ranks) {
  llvm::SmallVector<mlir::Value> values(op->getOperands());
  values.push_back(op->getResult(0));
  for (auto [value, rank] : llvm::zip_equal(values, ranks)) {
    auto type = tensor(value);
    if (!type)
      return op->emitOpError() << "needs tensors of static shape";
    if (rank >= 0 && type.getRank() != rank)
      return op->emitOpError() << "has a tensor of rank " << type.getRank() << " where " << rank
                               << " is needed";
  }
  return mlir::success();
}

LogicalResult verifyShape(mlir::Operation* op, ArrayRef<int64_t> wanted) {
  ArrayRef<int64_t> shape = tensor(op->getResult(0)).getShape();
  if (shape == wanted)
    return mlir::success();
  auto error = op->emitOpError() << "gives the shape [";
  llvm::interleaveComma(wanted, error);
  error << "], its type says [";
  llvm::interleaveComma(shape, error);
  return error << "]";
}

LogicalResult verifyKind(mlir::Operation* op, StringRef kind, ArrayRef<StringRef> kinds) {
  if (llvm::is_contained(kinds, kind))
    return mlir::success();
  auto error = op->emitOpError() << "has the kind '" << kind << "'; there are ";
  llvm::interleaveComma(kinds, error);
  return error;
}

/// The first and the last element that strides reach over extents.
std::pair<int64_t, int64_t> reach(int64_t start, ArrayRef<int64_t> extents,
                                  ArrayRef<int64_t> strides) {
  int64_t low = start, high = start;
  for (auto [extent, stride] : llvm::zip(extents, strides))
    (stride < 0 ? low : high) += (extent - 1) * stride;
  return {low, high};
}

LogicalResult verifyPiece(MoveOp op, PieceAttr piece) {
  if (piece.getInput() < 0 || piece.getInput() >= static_cast<int64_t>(op.getInputs().size()))
    return op.emitOpError() << "has a piece of operand " << piece.getInput() << ", which is not";
  int64_t count = 1;
  for (int64_t extent : piece.getExtents())
    count *= extent;
  if (count == 0)
    return mlir::success();
  auto inside = [&](int64_t start, ArrayRef<int64_t> strides, mlir::Value value) {
    auto [low, high] = reach(start, piece.getExtents(), strides);
    return low >= 0 && high < tensor(value).getNumElements();
  };
  if (!inside(piece.getFrom(), piece.getFromStrides(), op.getInputs()[piece.getInput()]))
    return op.emitOpError() << "has a piece that reads outside operand " << piece.getInput();
  if (!inside(piece.getTo(), piece.getToStrides(), op.getResult()))
    return op.emitOpError() << "has a piece that writes outside the result";
  return mlir::success();
}

/// What a product of `element` operands is summed in, or null.
mlir::Type sumType(mlir::Type element) {
  if (element.isInteger(8) || element.isSignlessInteger(32)) // i32: words that hold 8 bits
    return mlir::IntegerType::get(element.getContext(), 32);
  return element.isF32() || element.isF16() || element.isBF16() ? element : mlir::Type();
}

template <typename Op>
LogicalResult verifyProduct(Op op, mlir::Value a, mlir::Value b) {
  mlir::Type sum = sumType(elementOf(a));
  bool mixed = elementOf(a).isInteger(8) && elementOf(b).isInteger(8); // i8 times u8
  mlir::Type result = elementOf(op.getResult());
  const bool sums =
      result == sum || (llvm::isa_and_present<mlir::FloatType>(sum) && result.isF32());
  if (!sum || !(mixed || elementOf(a) == elementOf(b)) || !sums)
    return op.emitOpError() << "multiplies " << elementOf(a) << " by " << elementOf(b) << " into "
                            << elementOf(op.getResult());
  if (auto precision = op.getPrecision()) {
    if (!elementOf(a).isF32())
      return op.emitOpError() << "has a precision, but its operands are no f32";
    return verifyKind(op, *precision, {"f32", "f16", "bf16"});
  }
  return mlir::success();
}

/// Strides, pads, dilations of d dimensions; kernel sizes and extents at least 1.
LogicalResult verifyWindow(mlir::Operation* op, size_t d, ArrayRef<int64_t> kernel,
                           ArrayRef<int64_t> strides, ArrayRef<int64_t> pads,
                           ArrayRef<int64_t> dilations) {
  if (kernel.size() != d || strides.size() != d || pads.size() != 2 * d || dilations.size() != d)
    return op->emitOpError() << "has " << d << " dimensions between the first and the last; needs "
                             << "as many kernel sizes, strides and dilations and twice as many "
                                "pads";
  auto below = [](int64_t low) { return [=](int64_t value) { return value < low; }; };
  if (llvm::any_of(kernel, below(1)) || llvm::any_of(strides, below(1)) ||
      llvm::any_of(dilations, below(1)) || llvm::any_of(pads, below(0)))
    return op->emitOpError() << "has a kernel, stride, dilation or pad out of range";
  return mlir::success();
}

} // namespace

LogicalResult PieceAttr::verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError, int64_t,
                                ArrayRef<int64_t> extents, int64_t, ArrayRef<int64_t> from_strides,
                                int64_t, ArrayRef<int64_t> to_strides) {
  if (from_strides.size() != extents.size() || to_strides.size() != extents.size())
    return emitError() << "a piece needs a stride for each extent";
  if (llvm::any_of(extents, [](int64_t extent) { return extent < 0; }))
    return emitError() << "a piece has a negative extent";
  return mlir::success();
}

LogicalResult MoveOp::verify() {
  llvm::SmallVector<int> ranks(getInputs().size() + 1, -1);
  if (mlir::failed(verifyRanks(*this, ranks)))
    return mlir::failure();
  for (mlir::Value input : getInputs())
    if (elementOf(input) != elementOf(getResult()))
      return emitOpError() << "moves " << elementOf(input) << " to " << elementOf(getResult());
  int64_t written = 0;
  for (auto piece : getPieces().getAsRange<PieceAttr>()) {
    if (mlir::failed(verifyPiece(*this, piece)))
      return mlir::failure();
    int64_t count = 1;
    for (int64_t extent : piece.getExtents())
      count *= extent;
    written += count;
  }
  const int64_t all = tensor(getResult()).getNumElements();
  if (written > all)
    return emitOpError() << "writes " << written << " elements of " << all;
  if ((written < all) != getFill().has_value())
    return emitOpError() << (written < all ? "leaves elements and has no fill"
                                           : "leaves nothing to fill");
  if (getFill() && getFill()->getType() != elementOf(getResult()))
    return emitOpError() << "fills " << elementOf(getResult()) << " with " << *getFill();
  return mlir::success();
}

LogicalResult ReduceOp::verify() {
  if (mlir::failed(verifyRanks(*this, {-1, -1})) ||
      mlir::failed(verifyKind(*this, getKind(), {"sum", "prod", "max", "min", "and", "or"})))
    return mlir::failure();
  if (elementOf(getInput()) != elementOf(getResult()))
    return emitOpError() << "reduces " << elementOf(getInput()) << " to " << elementOf(getResult());
  auto input = tensor(getInput());
  Shape wanted;
  for (auto [index, axis] : llvm::enumerate(getAxes()))
    if (axis < 0 || axis >= input.getRank() || (index > 0 && axis <= getAxes()[index - 1]))
      return emitOpError() << "has axes that do not ascend within the input's rank";
  for (int64_t i = 0; i < input.getRank(); ++i)
    if (!llvm::is_contained(getAxes(), i))
      wanted.push_back(input.getDimSize(i));
  return verifyShape(*this, wanted);
}

LogicalResult ContractOp::verify() {
  if (mlir::failed(verifyRanks(*this, {3, 3, 3})) ||
      mlir::failed(verifyProduct(*this, getLhs(), getRhs())))
    return mlir::failure();
  ArrayRef<int64_t> a = tensor(getLhs()).getShape(), b = tensor(getRhs()).getShape();
  if (a[2] != b[1])
    return emitOpError() << "contracts " << a[2] << " elements with " << b[1];
  if (a[0] != b[0] && a[0] != 1 && b[0] != 1)
    return emitOpError() << "has " << a[0] << " and " << b[0] << " batches";
  return verifyShape(*this, {std::max(a[0], b[0]), a[1], b[2]});
}

LogicalResult ConvolveOp::verify() {
  auto in = tensor(getInput()), weights = tensor(getWeights()), out = tensor(getResult());
  if (!in || !weights || !out || in.getRank() < 3 || weights.getRank() != in.getRank() ||
      out.getRank() != in.getRank())
    return emitOpError()
           << "needs input [N, S.., C], weights [T.., C / groups, O], result [N, P.., O]"
              " of static shape";
  const size_t d = static_cast<size_t>(in.getRank()) - 2;
  ArrayRef<int64_t> kernel = weights.getShape().take_front(d);
  if (mlir::failed(verifyProduct(*this, getInput(), getWeights())) ||
      mlir::failed(verifyWindow(*this, d, kernel, getStrides(), getPads(), getDilations())))
    return mlir::failure();
  const int64_t channels = in.getShape().back(), outputs = weights.getShape().back(),
                groups = getGroups();
  if (groups < 1 || channels != weights.getDimSize(static_cast<unsigned>(d)) * groups ||
      outputs % groups != 0)
    return emitOpError() << "has " << groups << " groups that do not divide its channels";
  Shape wanted{in.getDimSize(0)};
  for (size_t i = 0; i < d; ++i) {
    int64_t room = in.getDimSize(static_cast<unsigned>(i + 1)) + getPads()[i] + getPads()[d + i] -
                   (getDilations()[i] * (kernel[i] - 1) + 1);
    wanted.push_back(room < 0 ? 0 : room / getStrides()[i] + 1);
  }
  wanted.push_back(outputs);
  return verifyShape(*this, wanted);
}

LogicalResult PoolOp::verify() {
  auto in = tensor(getInput()), out = tensor(getResult());
  if (!in || !out || in.getRank() < 3 || out.getRank() != in.getRank() ||
      in.getDimSize(0) != out.getDimSize(0) || in.getShape().back() != out.getShape().back())
    return emitOpError() << "needs input [N, S.., C] and result [N, P.., C] of static shape";
  if (elementOf(getInput()) != elementOf(getResult()))
    return emitOpError() << "pools " << elementOf(getInput()) << " to " << elementOf(getResult());
  if (mlir::failed(verifyKind(*this, getKind(), {"sum", "max"})))
    return mlir::failure();
  return verifyWindow(*this, static_cast<size_t>(in.getRank()) - 2, getKernel(), getStrides(),
                      getPads(), getDilations());
}

LogicalResult GatherOp::verify() {
  if (mlir::failed(verifyRanks(*this, {2, 1, 2})))
    return mlir::failure();
  if (elementOf(getTable()) != elementOf(getResult()) ||
      !(elementOf(getRows()).isSignlessInteger(32) || elementOf(getRows()).isSignlessInteger(64)))
    return emitOpError() << "needs rows of i32 or i64 and a result of the table's type";
  return verifyShape(*this, {tensor(getRows()).getDimSize(0), tensor(getTable()).getDimSize(1)});
}

LogicalResult ScatterOp::verify() {
  if (mlir::failed(verifyRanks(*this, {2, 1, 2, 2})) ||
      mlir::failed(verifyKind(*this, getKind(), {"set", "add", "mul", "max", "min"})))
    return mlir::failure();
  auto table = tensor(getTable()), updates = tensor(getUpdates());
  if (elementOf(getTable()) != elementOf(getUpdates()) || getTable().getType() != getType() ||
      !(elementOf(getRows()).isSignlessInteger(32) || elementOf(getRows()).isSignlessInteger(64)))
    return emitOpError() << "needs rows of i32 or i64, and table, updates, result of one type";
  if (updates.getDimSize(0) != tensor(getRows()).getDimSize(0) ||
      updates.getDimSize(1) != table.getDimSize(1))
    return emitOpError() << "needs updates [I, W] for a table [R, W] and rows [I]";
  return mlir::success();
}

} // namespace npuforge::graph
