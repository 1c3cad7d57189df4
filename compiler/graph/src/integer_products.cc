// graph-integer-products: products of dequantised tensors that no integer operator stands for
// become products of their integers, which the array multiplies faster than f32, and which arrays
// of integers alone multiply at all:
//     (a - za) sa * (b - zb) sb = (a b - za * sums of b - zb * sums of a + terms za zb) sa sb
// A convolution's padding is zero behind dequantize, so its sums of b are over the taps inside.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_INTEGERPRODUCTS
#include "npuforge/compiler/graph/Passes.h.inc"

using namespace mlir;

namespace {

/// An i8 tensor with one scale, or one for each slice of the axis that stays in the product.
struct Factor {
  Value value;
  SmallVector<double> scales;
  double zero = 0; ///< 0 where there are several scales
};

/// None where the value is not dequantised, or has scales along another axis than `axis`.
std::optional<Factor> factorOf(Value value, std::optional<int64_t> axis) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  if (!dequantize || !elementOf(dequantize.getInput()).isSignlessInteger(8))
    return {};
  Factor factor{dequantize.getInput(), SmallVector<double>(dequantize.getScales())};
  const auto zeros = dequantize.getZeroPoints();
  if (factor.scales.size() == 1) {
    factor.zero = zeros[0];
    return factor;
  }
  const bool symmetric = llvm::all_of(zeros, [](int32_t zero) { return zero == 0; });
  if (!symmetric || dequantize.getAxis() != axis)
    return {};
  return factor;
}

/// The scales of a product whose last dimension is the outputs', each times a factor.
Value scalesOf(const Build& build, const Factor& a, const Factor& b, double factor) {
  SmallVector<double> scales;
  for (double scale : b.scales)
    scales.push_back(scale * a.scales[0] * factor);
  if (scales.size() == 1)
    return build.reals(scales, build.f32(), {});
  return build.reals(scales, build.f32(), {static_cast<int64_t>(scales.size())});
}

Value sums(const Build& build, Value value, int64_t axis) {
  const int64_t inner = shapeOf(value)[static_cast<size_t>(axis)];
  if (constantValue(value))
    return build.reduce(build.cast(value, build.i32()), "sum", {axis}, true);
  // The array adds, too: products with ones.
  if (axis == rankOf(value) - 1)
    return build.matmul(value, build.number(elementOf(value), 1, {inner, 1}));
  return build.matmul(build.number(elementOf(value), 1, {1, inner}), value);
}

/// The quantize that alone reads a product and rounds it to i8 with one scale.
QuantizeOp quantizeOf(Value product) {
  auto quantize = product.hasOneUse() ? dyn_cast<QuantizeOp>(*product.user_begin()) : QuantizeOp();
  const bool is_simple = quantize && quantize.getScales().size() == 1 &&
                         elementOf(quantize.getResult()).isSignlessInteger(8);
  return is_simple ? quantize : QuantizeOp();
}

/// The sum of integers times its scales: f32, or what `quantize` makes of it. Scales are divided by
/// that of the result first, as those of quantised convolutions are.
Scalar finished(QuantizeOp quantize, const Scalar& sum, const Scalar& scale) {
  if (!quantize)
    return sum * scale;
  const Scalar steps = round_even(sum * scale) + static_cast<double>(quantize.getZeroPoints()[0]);
  return steps.make(ToIntOp::create(*steps.builder, steps.location, elementOf(quantize.getResult()),
                                    steps.value));
}

/// The product of matrices of any rank of at least two, `sum` being that of the integers: f32, or
/// quantised. What makes up for zero points is added in f32, too: exact while no sum has more than
/// 24 bits, and beyond that rounded as a product of f32 rounds its sums, but two or three times for
/// each result.
Value product(const Build& build, const Factor& a, const Factor& b, Value sum,
              QuantizeOp quantize = {}) {
  const int64_t inner = rankOf(a.value) - 1, count = shapeOf(a.value)[inner];
  const double factor = quantize ? 1 / static_cast<double>(quantize.getScales()[0]) : 1;
  const double terms = a.zero * b.zero * static_cast<double>(count);
  Values operands{sum, scalesOf(build, a, b, factor)};
  if (a.zero != 0)
    operands.push_back(sums(build, b.value, rankOf(b.value) - 2));
  if (b.zero != 0)
    operands.push_back(sums(build, a.value, inner));
  Type element = quantize ? elementOf(quantize.getResult()) : Type(build.f32());
  return build.map(element, operands, [&](const Scalars& s) {
    auto real = [&](size_t operand) { return cast(s[operand], build.f32()); };
    Scalar total = real(0);
    if (a.zero != 0 && terms != 0)
      total = total - (real(2) * a.zero - terms);
    else if (a.zero != 0)
      total = total - real(2) * a.zero;
    if (b.zero != 0)
      total = total - real(operands.size() - 1) * b.zero;
    return finished(quantize, total, s[1]);
  });
}

bool areMatrices(Value a, Value b) {
  return rankOf(a) >= 2 && rankOf(b) >= 2;
}

Value rewritten(const Build& build, MatMulOp op, QuantizeOp quantize) {
  auto a = factorOf(op.getA(), {}), b = factorOf(op.getB(), rankOf(op.getB()) - 1);
  return a && b && areMatrices(op.getA(), op.getB())
             ? product(build, *a, *b, build.matmul(a->value, b->value), quantize)
             : Value();
}

Value rewritten(const Build& build, ContractOp op, QuantizeOp quantize) {
  auto a = factorOf(op.getLhs(), {}), b = factorOf(op.getRhs(), 2);
  return a && b ? product(build, *a, *b, build.contract(a->value, b->value), quantize) : Value();
}

Value rewritten(const Build& build, GemmOp op) {
  auto a = factorOf(op.getA(), {}), b = factorOf(op.getB(), op.getTransB() ? 0 : 1);
  if (!a || !b)
    return {};
  if (op.getTransA())
    a->value = build.transpose(a->value, {1, 0});
  if (op.getTransB())
    b->value = build.transpose(b->value, {1, 0});
  const double alpha = op.getAlpha().convertToFloat(), beta = op.getBeta().convertToFloat();
  Values operands{product(build, *a, *b, build.matmul(a->value, b->value))};
  if (op.getC() && beta != 0)
    operands.push_back(op.getC());
  return build.map(operands, [&](const Scalars& s) {
    Scalar sum = alpha == 1 ? s[0] : s[0] * alpha;
    return s.size() == 1 ? sum : sum + (beta == 1 ? s[1] : s[1] * beta);
  });
}

Value rewritten(const Build& build, ConvOp op) {
  auto x = factorOf(op.getInput(), {}), w = factorOf(op.getWeights(), 0);
  if (!x || !w || w->zero != 0)
    return {};
  Value input = build.transpose(x->value, {0, 2, 3, 1}),
        weights = build.transpose(w->value, {2, 3, 1, 0});
  auto convolve = [&](Value of) {
    Shape shape(shapeOf(op.getResult()));
    auto type = RankedTensorType::get({shapeOf(of)[0], shape[2], shape[3], shape[1]}, build.i32());
    return build.create<ConvolveOp>(type, of, weights, op.getStrides(), op.getPads(),
                                    op.getDilations(), op.getGroups(), StringAttr());
  };
  Value sum = convolve(input);
  if (x->zero != 0) {
    Shape one_image(shapeOf(input));
    one_image[0] = 1;
    sum = build.map({sum, convolve(build.number(elementOf(input), 1, one_image))},
                    [&](const Scalars& s) { return s[0] - s[1] * x->zero; });
  }
  Value result = build.map(build.f32(), {sum, scalesOf(build, *x, *w, 1)},
                           [&](const Scalars& s) { return cast(s[0], build.f32()) * s[1]; });
  if (op.getBias())
    result = build.add(result, op.getBias());
  return build.transpose(result, {0, 3, 1, 2});
}

struct IntegerProducts : impl::IntegerProductsBase<IntegerProducts> {
  void runOnOperation() override {
    for (Operation& op : llvm::make_early_inc_range(getOperation().getBody().front()))
      if (isa<MatMulOp, ContractOp, GemmOp, ConvOp>(op) && isStatic(op))
        rewrite(op);
    for (Operation* op : dead_)
      op->erase();
    dead_.clear();
  }

  static bool isStatic(Operation& op) {
    auto known = [](Type type) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      return tensor && tensor.hasStaticShape();
    };
    return llvm::all_of(op.getOperandTypes(), known) && known(op.getResult(0).getType());
  }

  void rewrite(Operation& op) {
    OpBuilder builder(&op);
    QuantizeOp quantize =
        isa<MatMulOp, ContractOp>(op) ? quantizeOf(op.getResult(0)) : QuantizeOp();
    const Build build(builder, quantize ? quantize.getLoc() : op.getLoc());
    try {
      Value made;
      if (auto product = dyn_cast<MatMulOp>(op))
        made = rewritten(build, product, quantize);
      else if (auto product = dyn_cast<ContractOp>(op))
        made = rewritten(build, product, quantize);
      else if (auto product = dyn_cast<GemmOp>(op))
        made = rewritten(build, product);
      else
        made = rewritten(build, cast<ConvOp>(op));
      if (!made)
        return;
      if (quantize) {
        quantize.getResult().replaceAllUsesWith(made);
        dead_.push_back(quantize); // may be what comes next
      } else {
        op.getResult(0).replaceAllUsesWith(made);
      }
      dead_.push_back(&op);
    } catch (const BuildError&) {
      // too large for its parts: it stays f32
    }
  }

  SmallVector<Operation*> dead_;
};

} // namespace

} // namespace npuforge::graph
