// graph-decompose: operators named after ONNX's become tensor operators.
#include <llvm/ADT/TypeSwitch.h>

#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_DECOMPOSE
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using Ints = llvm::ArrayRef<int64_t>;

mlir::RankedTensorType typeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

// Channels last and back: [N, C, H, W] <-> [N, H, W, C].
mlir::Value channelsLast(const Build& build, mlir::Value value) {
  return build.transpose(value, {0, 2, 3, 1});
}
mlir::Value channelsSecond(const Build& build, mlir::Value value) {
  return build.transpose(value, {0, 3, 1, 2});
}
mlir::RankedTensorType lastType(mlir::Value value) {
  Ints s = shapeOf(value);
  return mlir::RankedTensorType::get({s[0], s[2], s[3], s[1]}, elementOf(value));
}

mlir::Value decompose(const Build& build, ConvOp op) {
  mlir::Value weights = build.transpose(op.getWeights(), {2, 3, 1, 0});
  mlir::Value result = build.create<ConvolveOp>(
      lastType(op.getResult()), channelsLast(build, op.getInput()), weights, op.getStrides(),
      op.getPads(), op.getDilations(), op.getGroups(), mlir::StringAttr());
  if (op.getBias())
    result = build.add(result, op.getBias());
  return channelsSecond(build, result);
}

/// Weights in the form that products take at once: each form on the way would be held to the end.
mlir::Value rightSide(const Build& build, GemmOp op) {
  mlir::Value b = op.getB();
  if (!op.getTransB())
    return b;
  if (!constantValue(b))
    return build.transpose(b, {1, 0});
  const int64_t columns = shapeOf(b)[0], inner = shapeOf(b)[1];
  const Shape shape{1, inner, columns};
  return build.move(shape, b, Piece{0, shape, 0, {0, 1, inner}, 0, strides(shape)});
}

mlir::Value decompose(const Build& build, GemmOp op) {
  auto turned = [&](mlir::Value value, bool turn) {
    return turn ? build.transpose(value, {1, 0}) : value;
  };
  mlir::Value product =
      build.reshape(build.matmul(turned(op.getA(), op.getTransA()), rightSide(build, op)),
                    shapeOf(op.getResult()));
  const double alpha = op.getAlpha().convertToFloat(), beta = op.getBeta().convertToFloat();
  Values operands{product};
  if (op.getC() && beta != 0)
    operands.push_back(op.getC());
  if (operands.size() == 1 && alpha == 1)
    return product;
  return build.map(operands, [&](const Scalars& x) {
    Scalar sum = alpha == 1 ? x[0] : x[0] * alpha;
    if (x.size() > 1)
      sum = sum + (beta == 1 ? x[1] : x[1] * beta);
    return sum;
  });
}

mlir::Value decompose(const Build& build, MatMulOp op) {
  return build.matmul(op.getA(), op.getB());
}

mlir::Value decompose(const Build& build, AddOp op) {
  return build.add(op.getA(), op.getB());
}

mlir::Value decompose(const Build& build, ReluOp op) {
  return build.map(op.getInput(), [](const Scalars& x) { return max(x[0], x[0].number(0)); });
}

/// Bounds of f32's largest numbers bound nothing but infinities, which they stand for.
mlir::Value decompose(const Build& build, ClipOp op) {
  const double low = op.getLow().convertToDouble(), high = op.getHigh().convertToDouble();
  const double largest = std::numeric_limits<float>::max();
  return build.map(op.getInput(), [&](const Scalars& x) {
    Scalar result = low <= -largest ? x[0] : max(x[0], x[0].number(low));
    return high >= largest ? result : min(result, result.number(high));
  });
}

mlir::Value decompose(const Build& build, MaxPoolOp op) {
  return channelsSecond(build, build.create<PoolOp>(lastType(op.getResult()),
                                                    channelsLast(build, op.getInput()), "max",
                                                    op.getKernel(), op.getStrides(), op.getPads(),
                                                    op.getDilations()));
}

/// Taps of each window along one dimension: those inside, or those in the padding, too.
std::vector<double> taps(AveragePoolOp op, unsigned dim) {
  const int64_t extent = shapeOf(op.getInput())[dim + 2],
                windows = shapeOf(op.getResult())[dim + 2];
  const int64_t before = op.getPads()[dim], after = op.getPads()[dim + 2];
  std::vector<double> counts;
  for (int64_t i = 0; i < windows; ++i) {
    const int64_t start = i * op.getStrides()[dim] - before, end = start + op.getKernel()[dim];
    const bool padding = op.getCountIncludePad();
    const int64_t low = padding ? -before : 0, high = extent + (padding ? after : 0);
    counts.push_back(static_cast<double>(std::min(end, high) - std::max(start, low)));
  }
  return counts;
}

mlir::Value decompose(const Build& build, AveragePoolOp op) {
  mlir::Value sums = build.create<PoolOp>(
      lastType(op.getResult()), channelsLast(build, op.getInput()), "sum", op.getKernel(),
      op.getStrides(), op.getPads(), llvm::ArrayRef<int64_t>{1, 1});
  std::vector<double> counts;
  const std::vector<double> rows = taps(op, 0), columns = taps(op, 1);
  for (double row : rows)
    for (double column : columns)
      counts.push_back(row * column);
  mlir::Value means;
  if (llvm::all_equal(counts)) {
    means = build.map(sums, [&](const Scalars& x) { return x[0] / counts.front(); });
  } else {
    Ints s = shapeOf(sums);
    means = build.divide(sums, build.reals(counts, elementOf(sums), {1, s[1], s[2], 1}));
  }
  return channelsSecond(build, means);
}

mlir::Value decompose(const Build& build, GlobalAveragePoolOp op) {
  return build.mean(op.getInput(), {2, 3}, true);
}

/// Scales or zero points as a tensor that broadcasts along their axis; a number if there is one.
mlir::Value along(const Build& build, llvm::ArrayRef<double> values, int64_t axis, int64_t rank,
                  mlir::Type element) {
  if (values.size() == 1)
    return build.reals(values, element, {});
  Shape shape(static_cast<size_t>(rank), 1);
  shape[static_cast<size_t>(axis)] = static_cast<int64_t>(values.size());
  return build.reals(values, element, shape);
}

template <typename Op>
std::pair<mlir::Value, mlir::Value> parameters(const Build& build, Op op, mlir::Type zero_type) {
  llvm::SmallVector<double> scales(op.getScales()), zeros(op.getZeroPoints());
  const int64_t rank = rankOf(op.getInput()), axis = op.getAxis();
  return {along(build, scales, axis, rank, build.f32()),
          along(build, zeros, axis, rank, zero_type)};
}

constexpr int kMostSteps = 2048; // beyond which every quotient saturates

/// A reciprocal in two numbers, the second what the first lacks.
struct Reciprocal {
  float high, low;
};

/// Is the integer next to x * high + x * low that next to x / scale for every x? Both grow with x,
/// so they may differ only where one of them is near a tie: there all are tried.
bool roundsAlike(float scale, const Reciprocal& r) {
  for (int step = -kMostSteps; step < kMostSteps; ++step) {
    auto x = static_cast<float>((step + 0.5) * static_cast<double>(scale));
    for (int before = 0; before < 4; ++before)
      x = std::nextafter(x, -INFINITY);
    for (int i = 0; i < 9; ++i, x = std::nextafter(x, INFINITY))
      if (std::nearbyint(std::fma(x, r.high, x * r.low)) != std::nearbyint(x / scale))
        return false;
  }
  return true;
}

/// What rounds to the integer to which x / scale does; machines multiply by the reciprocal, whose
/// error makes another integer of what lies at a tie. Two numbers are exact enough for nearly all
/// scales (Brisebarre, Muller, Raina, 2004); else one step with the remainder makes the quotient of
/// a division (Markstein, 1990). Where every quotient saturates what would be the difference of two
/// infinities is bounded.
Scalar quotient(const Scalar& x, float scale) {
  int exponent = 0;
  if (std::frexp(scale, &exponent) == 0.5F || std::abs(exponent) > 100) // exact, or out of range
    return x / scale;
  auto fma = [&](const Scalar& a, const Scalar& b, const Scalar& c) {
    return x.make(mlir::math::FmaOp::create(*x.builder, x.location, a.value, b.value, c.value));
  };
  const float limit = std::abs(std::ldexp(scale, 20));
  Reciprocal r{1 / scale, 0};
  r.low = static_cast<float>(1 / static_cast<double>(scale) - static_cast<double>(r.high));
  if (roundsAlike(scale, r)) {
    const float most = limit * std::abs(r.low);
    return fma(x, x.number(r.high), clamp(x * r.low, -most, most));
  }
  const Scalar bounded = clamp(x, -limit, limit), reciprocal = x.number(r.high);
  const Scalar estimate = bounded * reciprocal;
  const Scalar remainder = fma(estimate, x.number(-scale), bounded);
  return fma(remainder, reciprocal, estimate);
}

/// steps + zero within the bounds of the result's type, still f32.
Scalar saturated(QuantizeOp op, const Scalar& steps, const Scalar& zero) {
  const bool is_unsigned = elementOf(op.getResult()).isUnsignedInteger();
  return clamp(steps + zero, is_unsigned ? 0 : -128, is_unsigned ? 255 : 127);
}

mlir::Value decompose(const Build& build, QuantizeOp op) {
  mlir::Type element = elementOf(op.getResult());
  auto [scales, zeros] = parameters(build, op, build.f32());
  return build.map(element, {op.getInput(), scales, zeros}, [&](const Scalars& x) {
    const bool one_scale = op.getScales().size() == 1;
    Scalar q = one_scale ? quotient(x[0], op.getScales()[0]) : x[0] / x[1];
    if (element.isSignlessInteger(8)) // to_int saturates
      return q.make(ToIntOp::create(*q.builder, q.location, element, (round_even(q) + x[2]).value));
    return cast(saturated(op, round_even(q), x[2]), element);
  });
}

/// What dequantize makes of what quantize makes, in f32 but for the rounding: to_int makes a number
/// of a NaN, as quantize does.
mlir::Value requantised(const Build& build, QuantizeOp from, DequantizeOp to) {
  return build.map(build.f32(), {from.getInput()}, [&](const Scalars& x) {
    const Scalar steps = quotient(x[0], from.getScales()[0]);
    const Scalar whole =
        steps.make(ToIntOp::create(*steps.builder, steps.location, build.i32(), steps.value));
    const Scalar q =
        saturated(from, cast(whole, build.f32()), x[0].number(from.getZeroPoints()[0]));
    return (q - to.getZeroPoints()[0]) * to.getScales()[0];
  });
}

/// The quantize whose result this dequantize reads, reshaped or not; each with one scale.
QuantizeOp quantizeBehind(DequantizeOp op) {
  mlir::Value value = op.getInput();
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  auto quantize = value.getDefiningOp<QuantizeOp>();
  const bool one_scale = quantize && quantize.getScales().size() == 1 && op.getScales().size() == 1;
  return one_scale && elementOf(quantize.getInput()).isF32() ? quantize : QuantizeOp();
}

/// The difference is that of integers.
mlir::Value decompose(const Build& build, DequantizeOp op) {
  auto [scales, zeros] = parameters(build, op, build.i32());
  return build.map(build.f32(), {op.getInput(), scales, zeros}, [&](const Scalars& x) {
    return cast(cast(x[0], build.i32()) - x[2], build.f32()) * x[1];
  });
}

mlir::Value decompose(const Build& build, FlattenOp op) {
  return build.reshape(op.getInput(), typeOf(op.getResult()).getShape());
}

mlir::Value decompose(const Build& build, TransposeOp op) {
  return build.transpose(op.getInput(), op.getPerm());
}

mlir::Value decompose(const Build&, IdentityOp op) {
  return op.getInput();
}

bool is_static(mlir::Operation* op) {
  auto known = [](mlir::Type type) {
    auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
    return tensor && tensor.hasStaticShape();
  };
  return llvm::all_of(op->getOperandTypes(), known) && llvm::all_of(op->getResultTypes(), known);
}

struct Decompose : impl::DecomposeBase<Decompose> {
  void runOnOperation() override {
    mlir::Block& body = getOperation().getBody().front();
    for (DequantizeOp op : llvm::make_early_inc_range(body.getOps<DequantizeOp>()))
      if (QuantizeOp quantize = is_static(op) ? quantizeBehind(op) : QuantizeOp()) {
        mlir::OpBuilder builder(op);
        const Build build(builder, op.getLoc());
        op.getResult().replaceAllUsesWith(
            build.reshape(requantised(build, quantize, op), typeOf(op.getResult()).getShape()));
        op.erase();
      }
    for (mlir::Operation& op : llvm::make_early_inc_range(body.without_terminator())) {
      if (!is_static(&op))
        continue;
      try {
        replace(op);
      } catch (const BuildError& error) {
        op.emitError() << "node '" << nodeName(op.getLoc()) << "': " << error.what();
        return signalPassFailure();
      }
    }
    for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (mlir::isOpTriviallyDead(&op))
        op.erase();
  }

  /// The products among what was made between `before` and `op` multiply in the operator's type.
  static void keepPrecision(mlir::Operation* before, mlir::Operation& op) {
    auto precision = op.getAttrOfType<mlir::StringAttr>("precision");
    for (mlir::Operation* made = op.getPrevNode(); precision && made && made != before;
         made = made->getPrevNode())
      if (llvm::isa<ContractOp, ConvolveOp>(made) && elementOf(made->getOperand(0)).isF32())
        made->setAttr("precision", precision);
  }

  static void replace(mlir::Operation& op) {
    mlir::OpBuilder builder(&op);
    mlir::Operation* before = op.getPrevNode();
    Build build(builder, op.getLoc());
    llvm::TypeSwitch<mlir::Operation*>(&op)
        .Case<ConvOp, GemmOp, MatMulOp, AddOp, ReluOp, ClipOp, MaxPoolOp, AveragePoolOp,
              GlobalAveragePoolOp, QuantizeOp, DequantizeOp, FlattenOp, TransposeOp, IdentityOp>(
            [&](auto typed) {
              mlir::Value made = decompose(build, typed);
              if (auto value = networkValue(op.getLoc()); value && !llvm::isa<IdentityOp>(op))
                nameValue(made, value->name);
              typed.getResult().replaceAllUsesWith(made);
              keepPrecision(before, op);
              typed.erase();
            });
  }
};

} // namespace
} // namespace npuforge::graph
