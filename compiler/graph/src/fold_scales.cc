// graph-fold-scales: a factor and an offset for each channel behind a convolution, as batch
// normalisation is, go into its weights and its bias.
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

/// A constant that gives each channel of [N, C, H, W] a number, as [C]; null for others.
mlir::Value perChannel(const Build& build, mlir::Value value, int64_t channels) {
  if (!constantValue(value) || rankOf(value) > 4)
    return {};
  mlir::Value raised = build.raise(value, 4);
  Dims shape = shapeOf(raised);
  if (shape[0] != 1 || shape[2] != 1 || shape[3] != 1 || (shape[1] != channels && shape[1] != 1))
    return {};
  return build.expand(build.reshape(raised, shape[1]), channels);
}

/// Why factors cannot go into the convolution; "" if they can.
std::string obstacle(ConvOp conv, MapOp map) {
  if (!conv.getResult().hasOneUse())
    return "the convolution's result has other readers";
  if (!constantValue(conv.getWeights()) || (conv.getBias() && !constantValue(conv.getBias())))
    return "the convolution's weights are not constant";
  return map.getType() == conv.getType() ? "" : "the result has another shape";
}

void fold(MapOp map) {
  auto conv = map.getInputs().empty() ? ConvOp() : map.getInputs()[0].getDefiningOp<ConvOp>();
  if (!conv || !isScale(map))
    return;
  if (std::string why = obstacle(conv, map); !why.empty())
    return refused(map.getLoc(), kFoldScales, why);
  mlir::OpBuilder builder(map);
  Build build(builder, conv.getLoc());
  const int64_t channels = shapeOf(conv.getWeights())[0];
  mlir::Value factor = perChannel(build, map.getInputs()[1], channels);
  mlir::Value offset = perChannel(build, map.getInputs()[2], channels);
  if (!factor || !offset)
    return refused(map.getLoc(), kFoldScales, "factors or offsets are no constants of channels");
  taken(map.getLoc(), kFoldScales, "is in the weights of '" + nodeName(conv.getLoc()) + "'");
  mlir::Value weights =
      build.multiply(conv.getWeights(), build.reshape(factor, {channels, 1, 1, 1}));
  mlir::Value bias =
      conv.getBias() ? build.add(build.multiply(conv.getBias(), factor), offset) : offset;
  auto folded = ConvOp::create(builder, conv.getLoc(), conv.getType(), conv.getInput(), weights,
                               bias, conv.getStrides(), conv.getPads(), conv.getDilations(),
                               conv.getGroups(), conv.getAutoPadAttr());
  folded->setDiscardableAttrs(conv->getDiscardableAttrDictionary()); // precision
  map.getResult().replaceAllUsesWith(folded.getResult());
  map.erase();
  conv.erase();
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
