// graph-signed-products: products of ui8 become products of i8, with sums that make up for it.
//
// The array multiplies i8. With x = x' + 128 (x of ui8, x' of i8), and the same for w:
//     sum(x w) = sum(x' w') + 128 sum(w') + 128 sum(x') + 128 * 128 * terms
// where a sum stands only if the other operand was unsigned. A convolution's padding is zero, which
// is -128 for x': it is written around x first.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_SIGNEDPRODUCTS
#include "npuforge/compiler/graph/Passes.h.inc"

using namespace mlir;

namespace {

constexpr double kOffset = 128;

bool isUnsigned(Value value) {
  return elementOf(value).isUnsignedInteger(8);
}

Value lessOffset(const Build& build, Value value) {
  Value wide = build.cast(value, build.i32());
  wide = build.map({wide}, [](const Scalars& s) { return s[0] - kOffset; });
  return build.cast(wide, IntegerType::get(build.context(), 8));
}

Value plusScaled(const Build& build, Value sum, Value other) {
  return build.map({sum, other}, [](const Scalars& s) { return s[0] + s[1] * kOffset; });
}

Value plusTerms(const Build& build, Value sum, int64_t terms) {
  const double all = kOffset * kOffset * static_cast<double>(terms);
  return build.map({sum}, [=](const Scalars& s) { return s[0] + all; });
}

Value sumOf(const Build& build, Value value, Dims axes) {
  return build.reduce(build.cast(value, build.i32()), "sum", axes, true);
}

Value rewritten(const Build& build, ContractOp op) {
  Value left = op.getLhs(), right = op.getRhs();
  const bool l = isUnsigned(left), r = isUnsigned(right);
  left = l ? lessOffset(build, left) : left;
  right = r ? lessOffset(build, right) : right;
  Value sum = build.contract(left, right);
  if (l)
    sum = plusScaled(build, sum, sumOf(build, right, {1}));
  if (r)
    sum = plusScaled(build, sum, sumOf(build, left, {2}));
  return l && r ? plusTerms(build, sum, shapeOf(left)[2]) : sum;
}

Value rewritten(const Build& build, ConvolveOp op) {
  Value input = op.getInput(), weights = op.getWeights();
  const bool l = isUnsigned(input), r = isUnsigned(weights);
  Shape pads(op.getPads());
  const size_t dims = pads.size() / 2;
  if (l) {
    Shape before{0}, after{0};
    // As far as the last window reaches; pads that no window sees are left out.
    before.append(pads.begin(), pads.begin() + dims), after.append(pads.begin() + dims, pads.end());
    before.push_back(0), after.push_back(0);
    input = lessOffset(build, build.pad(input, before, after, 0));
    pads.assign(pads.size(), 0);
  }
  weights = r ? lessOffset(build, weights) : weights;
  auto convolve = [&](Value kernel) {
    return build.create<ConvolveOp>(op.getType(), input, kernel, op.getStrides(), pads,
                                    op.getDilations(), op.getGroups(), op.getPrecisionAttr());
  };
  Value sum = convolve(weights);
  const Dims kernel = shapeOf(weights);
  Shape taps; // and channels
  int64_t terms = 1;
  for (size_t i = 0; i + 1 < kernel.size(); ++i)
    taps.push_back(static_cast<int64_t>(i)), terms *= kernel[i];
  if (l)
    sum = plusScaled(build, sum, build.reshape(sumOf(build, weights, taps), {kernel.back()}));
  if (r)
    sum = plusScaled(build, sum, convolve(build.number(elementOf(weights), 1, kernel)));
  return l && r ? plusTerms(build, sum, terms) : sum;
}

struct SignedProductsPass : impl::SignedProductsBase<SignedProductsPass> {
  void runOnOperation() override {
    for (Operation& op : llvm::make_early_inc_range(getOperation().getBody().front())) {
      if (!isa<ContractOp, ConvolveOp>(op) || llvm::none_of(op.getOperands(), isUnsigned))
        continue;
      OpBuilder builder(&op);
      Build build(builder, op.getLoc());
      Value made = isa<ContractOp>(op) ? rewritten(build, cast<ContractOp>(op))
                                       : rewritten(build, cast<ConvolveOp>(op));
      giveValue(&op, made);
      op.getResult(0).replaceAllUsesWith(made);
      op.erase();
    }
  }
};

} // namespace

} // namespace npuforge::graph
