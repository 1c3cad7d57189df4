// graph-fold-scales: a factor and an offset for each channel behind a convolution or a gemm, as
// batch normalisation is, go into its weights and its bias.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/graph/optimisations.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_FOLDSCALES
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

namespace arith = mlir::arith;

/// Is the body x * factor + offset of its three operands?
bool isScale(MapOp map) {
  mlir::Block& body = map.getBody().front();
  if (map.getInputs().size() != 3 || std::distance(body.begin(), body.end()) != 3)
    return false;
  auto product = llvm::dyn_cast<arith::MulFOp>(body.front());
  auto sum = llvm::dyn_cast<arith::AddFOp>(body.front().getNextNode());
  auto yield = llvm::cast<YieldOp>(body.getTerminator());
  return product && sum && product.getLhs() == body.getArgument(0) &&
         product.getRhs() == body.getArgument(1) && sum.getLhs() == product.getResult() &&
         sum.getRhs() == body.getArgument(2) && yield.getValue() == sum.getResult();
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

/// bias * factor + offset
mlir::Value scaled(const Build& build, mlir::Value bias, mlir::Value factor, mlir::Value offset) {
  return bias ? build.add(build.multiply(bias, factor), offset) : offset;
}

/// The product with factor and offset inside; null if they do not fit.
mlir::Value folded(const Build& build, ConvOp conv, MapOp map) {
  const int64_t channels = shapeOf(conv.getWeights())[0];
  mlir::Value factor = perChannel(build, map.getInputs()[1], 4, channels),
              offset = perChannel(build, map.getInputs()[2], 4, channels);
  if (!factor || !offset)
    return {};
  mlir::Value weights =
      build.multiply(conv.getWeights(), build.reshape(factor, {channels, 1, 1, 1}));
  return ConvOp::create(build.builder(), conv.getLoc(), conv.getType(), conv.getInput(), weights,
                        scaled(build, conv.getBias(), factor, offset), conv.getStrides(),
                        conv.getPads(), conv.getDilations(), conv.getGroups(),
                        conv.getAutoPadAttr());
}

mlir::Value folded(const Build& build, GemmOp gemm, MapOp map) {
  const int64_t columns = shapeOf(gemm.getResult())[1];
  mlir::Value factor = perChannel(build, map.getInputs()[1], 2, columns),
              offset = perChannel(build, map.getInputs()[2], 2, columns);
  if (!factor || !offset)
    return {};
  mlir::Value turned = gemm.getTransB() ? build.reshape(factor, {columns, 1}) : factor,
              c = gemm.getC();
  if (c)
    c = build.multiply(c, build.number(elementOf(c), gemm.getBeta().convertToDouble()));
  return GemmOp::create(build.builder(), gemm.getLoc(), gemm.getType(), gemm.getA(),
                        build.multiply(gemm.getB(), turned), scaled(build, c, factor, offset),
                        gemm.getAlpha(), llvm::APFloat(1.0f), gemm.getTransA(), gemm.getTransB());
}

/// Why factors cannot go into the product; "" if they can.
std::string obstacle(mlir::Operation* product, MapOp map) {
  if (!product->hasOneUse())
    return "the product's result has other readers";
  for (mlir::Value operand : llvm::drop_begin(product->getOperands()))
    if (!constantValue(operand))
      return "the product's weights are not constant";
  return map.getType() == product->getResult(0).getType() ? "" : "the result has another shape";
}

void fold(MapOp map) {
  mlir::Operation* product = map.getInputs().empty() ? nullptr : map.getInputs()[0].getDefiningOp();
  if (!llvm::isa_and_present<ConvOp, GemmOp>(product) || !isScale(map))
    return;
  if (std::string why = obstacle(product, map); !why.empty())
    return refused(map.getLoc(), kFoldScales, why);
  mlir::OpBuilder builder(map);
  Build build(builder, product->getLoc());
  auto conv = llvm::dyn_cast<ConvOp>(product);
  mlir::Value result =
      conv ? folded(build, conv, map) : folded(build, llvm::cast<GemmOp>(product), map);
  if (!result)
    return refused(map.getLoc(), kFoldScales, "factors or offsets are no constants of channels");
  taken(map.getLoc(), kFoldScales, "is in the weights of '" + nodeName(product->getLoc()) + "'");
  result.getDefiningOp()->setDiscardableAttrs(product->getDiscardableAttrDictionary()); // precision
  map.getResult().replaceAllUsesWith(result);
  map.erase();
  product->erase();
}

struct FoldScales : impl::FoldScalesBase<FoldScales> {
  void runOnOperation() override {
    if (!allowed(getOperation(), kFoldScales))
      return;
    for (mlir::Operation& op : llvm::make_early_inc_range(getOperation().getBody().front()))
      if (auto map = llvm::dyn_cast<MapOp>(op))
        fold(map);
  }
};

} // namespace
} // namespace npuforge::graph
