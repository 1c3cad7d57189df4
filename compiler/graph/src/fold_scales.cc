// graph-fold-scales: a factor and an offset for each channel behind a convolution or a gemm, as
// batch normalisation or a bias of its own is, go into its weights and its bias.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/graph/optimisations.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_FOLDSCALES
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

namespace arith = mlir::arith;

/// A product's result * factor + offset; one of these may be missing.
struct Scaled {
  mlir::Operation* product;
  mlir::Value factor, offset;
};

mlir::Operation* productOf(mlir::Value value) {
  mlir::Operation* op = value.getDefiningOp();
  return llvm::isa_and_present<ConvOp, GemmOp>(op) ? op : nullptr;
}

/// A body of one operation on both arguments, in order, or of two on three.
std::optional<Scaled> scaled(MapOp map) {
  mlir::Block& body = map.getBody().front();
  const auto operations = std::distance(body.begin(), body.end()) - 1;
  auto arguments = body.getArguments();
  auto inputs = map.getInputs();
  auto isOf = [](mlir::Operation& op, mlir::Value a, mlir::Value b) {
    return op.getNumOperands() == 2 && op.getOperand(0) == a && op.getOperand(1) == b;
  };
  mlir::Operation &first = body.front(), &last = *body.getTerminator()->getPrevNode();
  if (operations < 1 || map.getInputs().size() != static_cast<size_t>(operations) + 1 ||
      !isOf(first, arguments[0], arguments[1]) ||
      llvm::cast<YieldOp>(body.getTerminator()).getValue() != last.getResult(0))
    return {};
  mlir::Operation* product = productOf(inputs[0]);
  if (operations == 1 && !constantValue(inputs[1]))
    return {};
  if (operations == 1 && llvm::isa<arith::MulFOp>(first))
    return Scaled{product, inputs[1], {}};
  if (operations == 1 && llvm::isa<arith::AddFOp>(first))
    return Scaled{product, {}, inputs[1]};
  if (operations == 2 && llvm::isa<arith::MulFOp>(first) && llvm::isa<arith::AddFOp>(last) &&
      isOf(last, first.getResult(0), arguments[2]))
    return Scaled{product, inputs[1], inputs[2]};
  return {};
}

/// With a product, if there is anything to fold.
std::optional<Scaled> scaled(mlir::Operation& op) {
  if (auto map = llvm::dyn_cast<MapOp>(op)) {
    auto found = map.getInputs().empty() || map.getBody().front().without_terminator().empty()
                     ? std::nullopt
                     : scaled(map);
    return found && found->product ? found : std::nullopt;
  }
  auto add = llvm::dyn_cast<AddOp>(op);
  if (!add)
    return {};
  for (auto [sum, offset] : {std::pair(add.getOperand(0), add.getOperand(1)),
                             std::pair(add.getOperand(1), add.getOperand(0))})
    if (productOf(sum) && constantValue(offset))
      return Scaled{productOf(sum), {}, offset};
  return {};
}

/// A constant that gives each channel (dimension 1 of `rank`) a number, as [C]; null for others.
mlir::Value perChannel(const Build& build, mlir::Value value, int64_t rank, int64_t channels) {
  if (!constantValue(value) || rankOf(value) > rank)
    return {};
  mlir::Value raised = build.raise(value, rank);
  Dims shape = shapeOf(raised);
  if (elements(shape) != shape[1] || (shape[1] != channels && shape[1] != 1))
    return {};
  return build.expand(build.reshape(raised, shape[1]), channels);
}

/// Factor and offset as [C], where there are any.
struct Channels {
  mlir::Value factor, offset;

  /// value * factor + offset; null for neither.
  mlir::Value apply(const Build& build, mlir::Value value) const {
    if (value && factor)
      value = build.multiply(value, factor);
    return value && offset ? build.add(value, offset) : value ? value : offset;
  }
};

/// None if they are no constants of channels.
std::optional<Channels> channelsOf(const Build& build, const Scaled& scaled, int64_t rank,
                                   int64_t channels) {
  Channels result;
  for (auto [from, to] :
       {std::pair(scaled.factor, &result.factor), std::pair(scaled.offset, &result.offset)})
    if (from && !(*to = perChannel(build, from, rank, channels)))
      return {};
  return result;
}

/// The product with factor and offset inside; null if they do not fit.
mlir::Value folded(const Build& build, ConvOp conv, const Scaled& scaled) {
  const int64_t channels = shapeOf(conv.getWeights())[0];
  auto found = channelsOf(build, scaled, 4, channels);
  if (!found)
    return {};
  mlir::Value weights = conv.getWeights();
  if (found->factor)
    weights = build.multiply(weights, build.reshape(found->factor, {channels, 1, 1, 1}));
  return ConvOp::create(build.builder(), conv.getLoc(), conv.getType(), conv.getInput(), weights,
                        found->apply(build, conv.getBias()), conv.getStrides(), conv.getPads(),
                        conv.getDilations(), conv.getGroups(), conv.getAutoPadAttr());
}

mlir::Value folded(const Build& build, GemmOp gemm, const Scaled& scaled) {
  const int64_t columns = shapeOf(gemm.getResult())[1];
  auto found = channelsOf(build, scaled, 2, columns);
  if (!found)
    return {};
  mlir::Value weights = gemm.getB(), c = gemm.getC();
  if (found->factor)
    weights = build.multiply(weights, gemm.getTransB() ? build.reshape(found->factor, {columns, 1})
                                                       : found->factor);
  if (c)
    c = build.multiply(c, build.number(elementOf(c), gemm.getBeta().convertToDouble()));
  return GemmOp::create(build.builder(), gemm.getLoc(), gemm.getType(), gemm.getA(), weights,
                        found->apply(build, c), gemm.getAlpha(), llvm::APFloat(1.0f),
                        gemm.getTransA(), gemm.getTransB());
}

/// Why factors cannot go into the product; "" if they can.
std::string obstacle(mlir::Operation* product, mlir::Value result) {
  if (!product->hasOneUse())
    return "the product's result has other readers";
  for (mlir::Value operand : llvm::drop_begin(product->getOperands()))
    if (!constantValue(operand))
      return "the product's weights are not constant";
  return result.getType() == product->getResult(0).getType() ? "" : "the result has another shape";
}

void fold(mlir::Operation& op, const Scaled& scaled) {
  mlir::Operation* product = scaled.product;
  if (std::string why = obstacle(product, op.getResult(0)); !why.empty())
    return refused(op.getLoc(), kFoldScales, why);
  mlir::OpBuilder builder(&op);
  Build build(builder, product->getLoc());
  auto conv = llvm::dyn_cast<ConvOp>(product);
  mlir::Value result =
      conv ? folded(build, conv, scaled) : folded(build, llvm::cast<GemmOp>(product), scaled);
  if (!result)
    return refused(op.getLoc(), kFoldScales, "factors or offsets are no constants of channels");
  taken(op.getLoc(), kFoldScales, "is in the weights of '" + nodeName(product->getLoc()) + "'");
  result.getDefiningOp()->setDiscardableAttrs(product->getDiscardableAttrDictionary()); // precision
  giveValue(&op, result);
  op.getResult(0).replaceAllUsesWith(result);
  op.erase();
  product->erase();
}

struct FoldScales : impl::FoldScalesBase<FoldScales> {
  void runOnOperation() override {
    if (!allowed(getOperation(), kFoldScales))
      return;
    for (mlir::Operation& op : llvm::make_early_inc_range(getOperation().getBody().front()))
      if (auto found = scaled(op))
        fold(op, *found);
  }
};

} // namespace
} // namespace npuforge::graph
