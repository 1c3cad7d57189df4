// Pool and depthwise convolve as windows, and their plans.
#include "npuforge/compiler/graph/Graph.h"

#include "mlir/IR/TypeUtilities.h"
#include "words/product.h"
#include "words/windows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

ArrayRef<int64_t> extentsOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

bool isDepthwise(graph::ConvolveOp op) {
  auto kernel = extentsOf(op.getWeights());
  return kernel[kernel.size() - 2] == 1 && static_cast<int64_t>(op.getGroups()) == kernel.back() &&
         op.getGroups() > 1;
}

template <typename Op>
Axes readAxes(Op op, Value input, ArrayRef<int64_t> kernel) {
  auto in = extentsOf(input), out = extentsOf(op.getResult());
  const size_t dims = in.size() - 2;
  Axes axes;
  axes[0].in = axes[0].out = in[0];
  for (size_t i = 0; i < dims; ++i)
    axes[4 - dims + i] = {in[i + 1],
                          out[i + 1],
                          kernel[i],
                          op.getStrides()[i],
                          kernel[i] == 1 ? 1 : op.getDilations()[i],
                          op.getPads()[i]};
  return mergePlain(axes);
}

} // namespace

WindowsOperands readWindows(Operation& op) {
  WindowsOperands o;
  o.result = op.getResult(0), o.input = op.getOperand(0);
  o.type = getElementTypeOrSelf(o.result.getType()).isF32() ? isa::Type::F32 : isa::Type::I32;
  o.windows.channels = extentsOf(o.result).back();
  o.windows.element = elementBytes(o.input);
  if (isNarrow(o.input))
    o.loaded = getElementTypeOrSelf(o.input.getType()).isF16() ? isa::Type::F16 : isa::Type::BF16;
  if (auto pool = dyn_cast<graph::PoolOp>(op)) {
    o.function = pool.getKind() == "max" ? RowFunction::Max : RowFunction::Sum;
    o.windows.axes = readAxes(pool, o.input, pool.getKernel());
  } else {
    auto convolve = cast<graph::ConvolveOp>(op);
    o.function = RowFunction::Dot;
    o.weights = convolve.getWeights();
    o.windows.weighted = true;
    o.windows.axes = readAxes(convolve, o.input, extentsOf(o.weights));
  }
  return o;
}

bool isWindows(Operation& op) {
  auto convolve = dyn_cast<graph::ConvolveOp>(op);
  // Of integers the array multiplies 8 bits at a time, also of one channel.
  const bool weighted =
      convolve && isDepthwise(convolve) && getElementTypeOrSelf(op.getResult(0).getType()).isF32();
  if (!mlir::isa<graph::PoolOp>(op) && !weighted)
    return false;
  return (llvm::all_of(op.getOperands(), isWords) ||
          (weighted && llvm::all_of(op.getOperands(), isNarrow))) &&
         isWords(op.getResult(0));
}

Attribute toAttribute(MLIRContext* context, const WindowsPlan& plan) {
  Builder b(context);
  return b.getDictionaryAttr({b.getNamedAttr("tile", b.getDenseI64ArrayAttr(plan.tile)),
                              b.getNamedAttr("channels", b.getI64IntegerAttr(plan.channels))});
}

FailureOr<WindowsPlan> readWindowsPlan(Operation& op) {
  auto attribute = op.getAttrOfType<DictionaryAttr>(kPlanAttr);
  auto tile = attribute ? attribute.getAs<DenseI64ArrayAttr>("tile") : DenseI64ArrayAttr();
  auto channels = attribute ? attribute.getAs<IntegerAttr>("channels") : IntegerAttr();
  if (!tile || tile.size() != 4 || !channels)
    return op.emitError() << "has no complete " << kPlanAttr, failure();
  WindowsPlan plan;
  llvm::copy(tile.asArrayRef(), plan.tile.begin());
  plan.channels = channels.getInt();
  return plan;
}

namespace {

bool handles(Operation& op) {
  return isWindows(op) && !op.hasAttr(kFusedAttr);
}

std::string write(Operation& op, const isa::Spec& spec, const match::Patterns&, bool) {
  if (extentsOf(op.getOperand(0)).size() > 5)
    return "windows of more than 3 dimensions are not known";
  if (std::string reason = unmetPrecision(op); !reason.empty())
    return reason;
  const WindowsOperands operands = readWindows(op);
  const WordMoves moves(spec, operands.loaded);
  if (!moves.load || !moves.store)
    return std::string("it does not copy rows of ") + isa::name(operands.loaded) +
           " between scratchpad and accumulator";
  if (!findReduction(*op.getContext(), spec, operands.function, operands.type))
    return std::string("no reduction of the vector unit makes the ") +
           (operands.function == RowFunction::Max   ? "maximum"
            : operands.function == RowFunction::Sum ? "sum"
                                                    : "sum of products") +
           " of " + isa::name(operands.type) + " rows";
  auto plan = planWindows(operands.windows, spec.machine);
  if (auto* reason = std::get_if<std::string>(&plan))
    return *reason;
  op.setAttr(kPlanAttr, toAttribute(op.getContext(), std::get<WindowsPlan>(plan)));
  return "";
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op, const isa::Spec& spec,
                                const Part& part) {
  FailureOr<WindowsPlan> plan = readWindowsPlan(op);
  if (failed(plan))
    return nullptr;
  WindowsOperands operands = readWindows(op);
  cutWindows(operands, *plan, part);
  auto reduction = findReduction(*op.getContext(), spec, operands.function, operands.type);
  if (!reduction)
    return op.emitError() << "has no instruction on " << spec.machine.name, nullptr;
  return std::make_unique<WindowsCode>(emit, session, operands, *plan, spec, std::move(*reduction));
}

} // namespace

const WordsKind kWordsWindows{handles, write, make, splitsOfWindows};

} // namespace npuforge::tile
