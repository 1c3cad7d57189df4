// graph-infer-shapes: result types from operand types, in program order.
#include "npuforge/compiler/graph/infer_shapes.h"

#include <llvm/ADT/TypeSwitch.h>
#include <mlir/Pass/Pass.h>

#include "npuforge/compiler/graph/Passes.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_INFERSHAPES
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

[[noreturn]] Shape fail(mlir::Operation*, const llvm::Twine& why) {
  throw BuildError(why.str());
}

[[noreturn]] Shape contradict(mlir::Operation*, const llvm::Twine& why) {
  throw Contradiction(why.str());
}

/// Elements of a shape; kMaxElements + 1 if there are more than that.
int64_t product(llvm::ArrayRef<int64_t> dims) {
  int64_t count = 1;
  for (int64_t dim : dims) {
    if (dim > 0 && count > kMaxElements / dim)
      return kMaxElements + 1;
    count *= dim;
  }
  return count;
}

/// Explicit pads for SAME_UPPER, SAME_LOWER and VALID.
void resolveAutoPad(llvm::StringRef mode, llvm::ArrayRef<int64_t> in,
                    llvm::ArrayRef<int64_t> kernel, llvm::ArrayRef<int64_t> strides,
                    llvm::ArrayRef<int64_t> dilations, Shape& pads) {
  pads.assign(4, 0);
  if (mode == "VALID")
    return;
  for (int i = 0; i < 2; ++i) {
    int64_t out = (in[i] + strides[i] - 1) / strides[i];
    int64_t total =
        std::max<int64_t>(0, (out - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - in[i]);
    int64_t less = total / 2, more = total - less;
    pads[i] = mode == "SAME_UPPER" ? less : more;
    pads[i + 2] = mode == "SAME_UPPER" ? more : less;
  }
}

/// Extents of a sliding window. With ceil_mode the trailing pads grow so that the last window is
/// whole.
template <typename Op>
Shape slide(Op op, llvm::ArrayRef<int64_t> in, llvm::ArrayRef<int64_t> kernel, Shape dilations,
            bool ceil) {
  Shape pads(op.getPads());
  llvm::ArrayRef<int64_t> strides = op.getStrides();
  if (op.getAutoPad()) {
    resolveAutoPad(*op.getAutoPad(), in, kernel, strides, dilations, pads);
    op.removeAutoPadAttr();
  }
  Shape out(2);
  for (int i = 0; i < 2; ++i) {
    int64_t room = in[i] + pads[i] + pads[i + 2] - (dilations[i] * (kernel[i] - 1) + 1);
    if (room < 0)
      return contradict(op, "a window of " + llvm::Twine(kernel[i]) + " does not fit into " +
                                llvm::Twine(in[i]) + " elements and their padding");
    out[i] = room / strides[i] + 1;
    bool starts_inside = out[i] * strides[i] < in[i] + pads[i];
    if (ceil && room % strides[i] != 0 && starts_inside) {
      pads[i + 2] += strides[i] - room % strides[i];
      ++out[i];
    }
  }
  op.setPads(pads);
  return out;
}

Shape infer(ConvOp op) {
  auto in = shapeOf(op.getInput()), weights = shapeOf(op.getWeights());
  if (in.size() != 4 || weights.size() != 4)
    return fail(op, "input " + text(in) + ", weights " + text(weights) +
                        ": only two-dimensional Conv is supported");
  int64_t groups = op.getGroups();
  if (groups < 1 || weights[1] != in[1] / std::max<int64_t>(groups, 1) || in[1] % groups ||
      weights[0] % groups)
    return contradict(op, "weights " + text(weights) + " do not fit input " + text(in) + " with " +
                              llvm::Twine(groups) + " groups");
  if (op.getBias() && shapeOf(op.getBias()) != weights.take_front(1))
    return contradict(op, "bias " + text(shapeOf(op.getBias())) + " does not fit weights " +
                              text(weights));
  if (product(weights) == 0)
    return fail(op, "weights " + text(weights) + " are empty");
  auto out = slide(op, in.drop_front(2), weights.drop_front(2), Shape(op.getDilations()), false);
  return Shape{in[0], weights[0], out[0], out[1]};
}

template <typename Pool>
Shape inferPool(Pool op, Shape dilations) {
  auto in = shapeOf(op.getInput());
  if (in.size() != 4)
    return fail(op, "input " + text(in) + ": only two-dimensional pooling is supported");
  Shape kernel(op.getKernel());
  for (int i = 0; i < 2; ++i)
    if (!op.getAutoPad() &&
        std::max(op.getPads()[i], op.getPads()[i + 2]) >= dilations[i] * (kernel[i] - 1) + 1)
      return fail(op, "padding is not smaller than the window");
  auto out = slide(op, in.drop_front(2), kernel, dilations, op.getCeilMode());
  return Shape{in[0], in[1], out[0], out[1]};
}

Shape infer(MaxPoolOp op) {
  return inferPool(op, Shape(op.getDilations()));
}
Shape infer(AveragePoolOp op) {
  return inferPool(op, {1, 1});
}

Shape infer(GlobalAveragePoolOp op) {
  auto in = shapeOf(op.getInput());
  if (in.size() != 4)
    return fail(op, "input " + text(in) + ": only two-dimensional pooling is supported");
  return Shape{in[0], in[1], 1, 1};
}

Shape broadcast(mlir::Operation* op, llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) {
  Shape out(std::max(a.size(), b.size()));
  for (size_t i = 1; i <= out.size(); ++i) {
    int64_t x = i <= a.size() ? a[a.size() - i] : 1, y = i <= b.size() ? b[b.size() - i] : 1;
    if (x != y && x != 1 && y != 1)
      return contradict(op, "shapes " + text(a) + " and " + text(b) + " do not broadcast");
    out[out.size() - i] = x == 1 ? y : x;
  }
  return out;
}

Shape infer(AddOp op) {
  return broadcast(op, shapeOf(op.getA()), shapeOf(op.getB()));
}

Shape infer(MapOp op) {
  Shape out = Shape();
  for (mlir::Value input : op.getInputs())
    out = broadcast(op, out, shapeOf(input));
  return out;
}

Shape infer(GemmOp op) {
  auto a = shapeOf(op.getA()), b = shapeOf(op.getB());
  if (a.size() != 2 || b.size() != 2)
    return fail(op, "operands " + text(a) + " and " + text(b) + " are not matrices");
  int64_t rows = a[op.getTransA()], inner = a[!op.getTransA()], columns = b[!op.getTransB()];
  if (inner != b[op.getTransB()])
    return contradict(op, "shapes " + text(a) + " and " + text(b) + " do not multiply");
  Shape out{rows, columns};
  if (op.getC()) {
    auto with_c = broadcast(op, out, shapeOf(op.getC()));
    if (with_c != out)
      return contradict(op, "C " + text(shapeOf(op.getC())) + " does not fit " + text(out));
  }
  return out;
}

Shape infer(MatMulOp op) {
  auto a = shapeOf(op.getA()), b = shapeOf(op.getB());
  if (a.size() < 2 || b.size() != 2)
    return fail(op, "operands " + text(a) + " and " + text(b) +
                        ": only a matrix on the right is supported");
  if (a.back() != b[0])
    return contradict(op, "shapes " + text(a) + " and " + text(b) + " do not multiply");
  Shape out(a);
  out.back() = b[1];
  return out;
}

Shape infer(FlattenOp op) {
  auto in = shapeOf(op.getInput());
  int64_t rank = in.size(), axis = op.getAxis() < 0 ? op.getAxis() + rank : op.getAxis();
  if (axis < 0 || axis > rank)
    return contradict(op, "axis " + llvm::Twine(op.getAxis()) + " of " + text(in));
  return Shape{product(in.take_front(axis)), product(in.drop_front(axis))};
}

Shape infer(ReshapeOp op) {
  auto in = shapeOf(op.getInput());
  Shape out(op.getShape());
  int64_t open = -1, known = 1, total = product(in);
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] == 0 && !op.getAllowZero() && i < in.size())
      out[i] = in[i];
    if (out[i] == -1 && open < 0)
      open = i;
    else if (out[i] < 0 || (out[i] == 0 && total != 0) ||
             (out[i] > 0 && known > kMaxElements / out[i]))
      return contradict(op, "cannot reshape " + text(in) + " to " + text(op.getShape()));
    else
      known *= out[i];
  }
  if (open >= 0)
    out[open] = known ? total / known : 0;
  if (product(out) != total)
    return contradict(op, "cannot reshape " + text(in) + " to " + text(op.getShape()));
  return out;
}

Shape infer(TransposeOp op) {
  auto in = shapeOf(op.getInput());
  Shape perm(op.getPerm());
  if (perm.empty()) { // ONNX: no perm reverses
    for (int64_t i = in.size() - 1; i >= 0; --i)
      perm.push_back(i);
    op.setPerm(perm);
  }
  Shape sorted(perm), out;
  llvm::sort(sorted);
  for (size_t i = 0; i < sorted.size(); ++i)
    if (sorted.size() != in.size() || sorted[i] != static_cast<int64_t>(i))
      return contradict(op, "perm " + text(perm) + " does not fit " + text(in));
  for (int64_t axis : perm)
    out.push_back(in[axis]);
  return out;
}

/// Quantize and dequantize: as many scales as the axis has elements, or one.
template <typename Op>
Shape inferQuantisation(Op op) {
  auto in = shapeOf(op.getInput());
  int64_t rank = in.size(), axis = op.getAxis() < 0 ? op.getAxis() + rank : op.getAxis();
  int64_t scales = op.getScales().size();
  if (scales != 1 && (axis < 0 || axis >= rank || in[axis] != scales))
    return fail(op, llvm::Twine(scales) + " scales for axis " + llvm::Twine(op.getAxis()) + " of " +
                        text(in));
  op.setAxis(axis);
  return Shape(in);
}

bool operandsKnown(mlir::Operation* op) {
  return llvm::all_of(op->getOperandTypes(), [](mlir::Type type) {
    auto ranked = llvm::dyn_cast<mlir::RankedTensorType>(type);
    return ranked && ranked.hasStaticShape();
  });
}

struct InferShapes : impl::InferShapesBase<InferShapes> {
  void runOnOperation() override {
    mlir::func::FuncOp main = getOperation();
    for (mlir::Operation& op : main.getBody().front().without_terminator()) {
      if (llvm::isa<UnsupportedOp, ConstantOp>(op) || op.getNumResults() != 1 ||
          !operandsKnown(&op))
        continue;
      try {
        setInferredType(&op);
      } catch (const BuildError& error) {
        op.emitError() << "node '" << nodeName(op.getLoc()) << "': " << error.what();
        signalPassFailure();
      }
    }
    auto* end = main.getBody().front().getTerminator();
    main.setFunctionType(
        mlir::FunctionType::get(&getContext(), main.getArgumentTypes(), end->getOperandTypes()));
  }
};

} // namespace

Shape inferShape(mlir::Operation* op) {
  return llvm::TypeSwitch<mlir::Operation*, Shape>(op)
      .Case<ConvOp, MaxPoolOp, AveragePoolOp, GlobalAveragePoolOp, AddOp, MapOp, GemmOp, MatMulOp,
            FlattenOp, ReshapeOp, TransposeOp>([](auto typed) { return infer(typed); })
      .Case<QuantizeOp, DequantizeOp>([](auto typed) { return inferQuantisation(typed); })
      .Case<ReluOp, ClipOp, IdentityOp>([](auto typed) { return Shape(shapeOf(typed.getInput())); })
      .Default([](mlir::Operation* other) { return Shape(shapeOf(other->getResult(0))); });
}

void setInferredType(mlir::Operation* op) {
  Shape shape = inferShape(op);
  if (product(shape) > kMaxElements)
    fail(op, "its result " + text(shape) + " is too large");
  op->getResult(0).setType(mlir::RankedTensorType::get(shape, elementOf(op->getResult(0))));
}

} // namespace npuforge::graph
