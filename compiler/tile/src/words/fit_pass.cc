// tile-fit-windows: poolings and convolutions over words of which not even one window fits a tile,
// as several steps. An axis whose stride and dilation have a common divisor reads every g-th
// element only: these alone are kept. A pooling of several axes is one of each. What is left is
// unfolded: the taps of each window of an axis lie side by side, so that windows no longer reach
// over what they do not read; a pooling of them is a reduction. All of it is the same whatever the
// extents.
#include <numeric>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/match/roles.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;
using graph::Build;
using Extents = graph::Shape;

namespace {

/// What a pooling and a convolution have in common; d numbers each (pads: 2 d).
struct Geometry {
  Extents kernel, strides, dilations, pads;
  size_t dims() const { return kernel.size(); }
  bool reaches(size_t axis) const { return kernel[axis] > 1; }
};

Geometry geometryOf(Operation& op) {
  auto read = [](auto typed, ArrayRef<int64_t> kernel) {
    return Geometry{Extents(kernel), Extents(typed.getStrides()), Extents(typed.getDilations()),
                    Extents(typed.getPads())};
  };
  if (auto pool = dyn_cast<graph::PoolOp>(op))
    return read(pool, pool.getKernel());
  auto convolve = cast<graph::ConvolveOp>(op);
  return read(convolve, graph::shapeOf(convolve.getWeights()).drop_back(2));
}

class Fitter {
public:
  Fitter(Operation& op, OpBuilder& builder)
      : op_(op), build_(builder, op.getLoc()), geometry_(geometryOf(op)) {}

  /// The same in smaller steps; null if there are none. Appends the windows among them.
  Value run(SmallVector<Operation*>& windows) {
    Value input = op_.getOperand(0);
    for (size_t axis = 0; axis < geometry_.dims(); ++axis)
      if (geometry_.reaches(axis) &&
          std::gcd(geometry_.strides[axis], geometry_.dilations[axis]) > 1)
        return thinned(input, axis, windows);
    const std::optional<size_t> axis = widest();
    if (!axis)
      return {};
    if (mlir::isa<graph::PoolOp>(op_))
      return isAlone(*axis) ? reduced(unfolded(input, *axis), *axis) : separated(*axis, windows);
    if (geometry_.dilations[*axis] == 1)
      return {};
    Geometry g = geometry_;
    g.strides[*axis] = g.kernel[*axis];
    g.dilations[*axis] = 1;
    g.pads[*axis] = g.pads[*axis + g.dims()] = 0;
    return windowed(unfolded(input, *axis), g, outShape(), windows);
  }

private:
  ArrayRef<int64_t> outShape() const { return graph::shapeOf(op_.getResult(0)); }
  int64_t results(size_t axis) const { return outShape()[axis + 1]; }
  /// Elements of an axis, padding included, that are read.
  static int64_t needed(const Geometry& g, size_t axis, int64_t results) {
    return (results - 1) * g.strides[axis] + (g.kernel[axis] - 1) * g.dilations[axis] + 1;
  }
  /// What lies outside the input changes no result.
  double outside(Value input) const {
    auto pool = dyn_cast<graph::PoolOp>(op_);
    if (!pool || pool.getKind() != "max")
      return 0;
    return getElementTypeOrSelf(input.getType()).isF32() ? -std::numeric_limits<double>::infinity()
                                                         : std::numeric_limits<int32_t>::min();
  }

  /// The axis of the widest window, of dilated ones first.
  std::optional<size_t> widest() const {
    std::optional<size_t> best;
    auto rank = [&](size_t axis) {
      return std::pair(geometry_.dilations[axis] > 1,
                       (geometry_.kernel[axis] - 1) * geometry_.dilations[axis]);
    };
    for (size_t axis = 0; axis < geometry_.dims(); ++axis)
      if (geometry_.reaches(axis) && (!best || rank(axis) > rank(*best)))
        best = axis;
    return best;
  }
  bool isAlone(size_t axis) const {
    for (size_t other = 0; other < geometry_.dims(); ++other)
      if (other != axis &&
          (geometry_.reaches(other) || geometry_.strides[other] > 1 || geometry_.pads[other] != 0))
        return false;
    return true;
  }

  /// The operation with another input and geometry.
  Value windowed(Value input, const Geometry& g, ArrayRef<int64_t> shape,
                 SmallVector<Operation*>& windows) const {
    OpBuilder& b = build_.builder();
    auto type = RankedTensorType::get(shape, getElementTypeOrSelf(op_.getResult(0).getType()));
    OperationState state(graph::withoutValue(op_.getLoc()), op_.getName().getStringRef(),
                         ValueRange{input}, type, op_.getAttrs());
    if (op_.getNumOperands() == 2)
      state.operands.push_back(op_.getOperand(1));
    else
      state.attributes.set("kernel", b.getDenseI64ArrayAttr(g.kernel));
    state.attributes.set("strides", b.getDenseI64ArrayAttr(g.strides));
    state.attributes.set("dilations", b.getDenseI64ArrayAttr(g.dilations));
    state.attributes.set("pads", b.getDenseI64ArrayAttr(g.pads));
    windows.push_back(b.create(state));
    return windows.back()->getResult(0);
  }

  /// Every g-th element of an axis, from the first one that a window may read.
  Value thinned(Value input, size_t axis, SmallVector<Operation*>& windows) const {
    Geometry g = geometry_;
    const int64_t step = std::gcd(g.strides[axis], g.dilations[axis]);
    const int64_t before = g.pads[axis];
    const int64_t first = (step - before % step) % step;
    g.strides[axis] /= step, g.dilations[axis] /= step;
    g.pads[axis] = (before + first) / step;
    const int64_t wanted = needed(g, axis, results(axis)) - g.pads[axis];
    Extents starts(graph::shapeOf(input).size(), 0), steps(starts.size(), 1);
    Extents extents(graph::shapeOf(input));
    const int64_t there = (extents[axis + 1] - first + step - 1) / step;
    starts[axis + 1] = first, steps[axis + 1] = step;
    extents[axis + 1] = std::min(there, wanted);
    if (extents[axis + 1] <= 0)
      return {}; // padding alone
    g.pads[axis + g.dims()] = wanted - extents[axis + 1];
    return windowed(build_.slice(input, starts, steps, extents), g, outShape(), windows);
  }

  /// The taps of each window along an axis, one behind the other: [.., results * kernel, ..].
  Value unfolded(Value input, size_t axis) const {
    const int64_t kernel = geometry_.kernel[axis], count = results(axis);
    const int64_t length = needed(geometry_, axis, count), before = geometry_.pads[axis];
    Extents shape(graph::shapeOf(input)), front(shape.size(), 0), back(shape.size(), 0);
    front[axis + 1] = before, back[axis + 1] = length - before - shape[axis + 1];
    Value padded = build_.pad(input, front, back, outside(input));
    const ArrayRef<int64_t> dims(shape);
    const int64_t outer = graph::elements(dims.take_front(axis + 1)),
                  inner = graph::elements(dims.drop_front(axis + 2));
    const graph::Piece piece{
        0, {outer, count, kernel, inner},
        0, {length * inner, geometry_.strides[axis] * inner, geometry_.dilations[axis] * inner, 1},
        0, {count * kernel * inner, kernel * inner, inner, 1}};
    shape[axis + 1] = count * kernel;
    return build_.move(shape, padded, piece);
  }

  Value reduced(Value input, size_t axis) const {
    Extents shape(graph::shapeOf(input));
    shape[axis + 1] = results(axis);
    shape.insert(shape.begin() + static_cast<int64_t>(axis) + 2, geometry_.kernel[axis]);
    return build_.reduce(build_.reshape(input, shape), cast<graph::PoolOp>(op_).getKind(),
                         {static_cast<int64_t>(axis) + 2}, false);
  }

  /// A pooling along one axis, and one along the others.
  Value separated(size_t axis, SmallVector<Operation*>& windows) const {
    Geometry one = geometry_, others = geometry_;
    Extents shape(graph::shapeOf(op_.getOperand(0)));
    shape[axis + 1] = results(axis);
    for (size_t other = 0; other < geometry_.dims(); ++other) {
      Geometry& plain = other == axis ? others : one;
      plain.kernel[other] = plain.strides[other] = plain.dilations[other] = 1;
      plain.pads[other] = plain.pads[other + geometry_.dims()] = 0;
    }
    return windowed(windowed(op_.getOperand(0), one, shape, windows), others, outShape(), windows);
  }

  Operation& op_;
  const Build build_;
  const Geometry geometry_;
};

struct FitPass : SpecPass<FitPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FitPass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "tile-fit-windows"; }
  StringRef getDescription() const override {
    return "Windows that no tile holds become moves, windows and reductions";
  }
  void getDependentDialects(DialectRegistry& registry) const override {
    registry.insert<graph::GraphDialect>();
    match::registerDialects(registry); // of instructions' regions
  }
  void runOnOperation() override {
    SmallVector<Operation*> windows;
    getOperation().walk([&](Operation* op) {
      if (mlir::isa<graph::PoolOp, graph::ConvolveOp>(op) && isWords(op->getResult(0)))
        windows.push_back(op);
    });
    while (!windows.empty()) {
      Operation* op = windows.pop_back_val();
      if (fits(*op))
        continue;
      OpBuilder builder(op);
      try {
        if (Value result = Fitter(*op, builder).run(windows)) {
          op->getResult(0).replaceAllUsesWith(result);
          op->erase();
        }
      } catch (const graph::BuildError& error) {
        op->emitError() << "'" << graph::nodeName(op->getLoc()) << "' as moves: " << error.what();
        return signalPassFailure();
      }
    }
  }

  /// More dimensions than layers have are refused later.
  bool fits(Operation& op) {
    const WordsKind* kind = wordsKind(op);
    if (!kind || graph::rankOf(op.getOperand(0)) > 5)
      return true;
    const bool result = kind->plan(op, spec(), match::Patterns(), false).empty();
    op.removeAttr(kPlanAttr);
    return result;
  }
};

} // namespace

void registerFitPass() {
  PassRegistration<FitPass>();
}

std::unique_ptr<Pass> createFitPass(const isa::Spec& spec) {
  return std::make_unique<FitPass>(spec);
}

} // namespace npuforge::tile
