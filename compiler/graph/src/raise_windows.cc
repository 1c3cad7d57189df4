// graph-raise-windows: convolutions and maxima in one dimension become those of images of height 1,
// which have more forms; so do the element-wise operators behind them.
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/build.h"

#include "transposed.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_RAISEWINDOWS
#include "npuforge/compiler/graph/Passes.h.inc"

using namespace mlir;

namespace {

enum class Order { First, Last }; ///< of channels: [N, C, L] or [N, L, C]

constexpr int64_t kSwap[] = {0, 2, 1}; ///< from one order to the other

bool isLine(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getRank() == 3 && type.getElementType().isF32();
}

bool isSwapped(Value value) {
  auto move = transposed(value);
  return move && Dims(move->perm) == Dims(kSwap);
}

bool isElementwise(Operation& op) {
  return isa<AddOp, ReluOp, ClipOp, MapOp>(op) && isLine(op.getResult(0)) &&
         llvm::all_of(op.getOperands(),
                      [](Value value) { return elementOf(value).isF32() && rankOf(value) <= 3; });
}

RankedTensorType imageType(Value like, Dims shape) {
  return RankedTensorType::get(shape, elementOf(like));
}

struct RaiseWindows : impl::RaiseWindowsBase<RaiseWindows> {
  void runOnOperation() override {
    images.clear();
    Block& body = getOperation().getBody().front();
    for (Operation& op : llvm::make_early_inc_range(body))
      raise(op);
    for (Operation& op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isa_and_present<GraphDialect>(op.getDialect()) && !op.hasTrait<OpTrait::IsTerminator>() &&
          op.use_empty())
        op.erase();
  }

  void raise(Operation& op) {
    OpBuilder builder(&op);
    const Build build(builder, op.getLoc());
    if (auto convolve = dyn_cast<ConvolveOp>(op))
      raise(build, convolve);
    else if (auto pool = dyn_cast<PoolOp>(op))
      raise(build, pool);
    else if (isElementwise(op))
      raiseMap(build, op);
    else if (isa<MoveOp>(op) && isLine(op.getResult(0)) && isSwapped(op.getResult(0)))
      swap(build, op);
  }

  void raise(const Build& build, ConvolveOp op) {
    if (!isLine(op.getInput()) || !isLine(op.getResult()) || !constantValue(op.getWeights()))
      return;
    const Dims shape = shapeOf(op.getResult()), kernel = shapeOf(op.getWeights());
    Value weights = build.reshape(build.transpose(op.getWeights(), {2, 1, 0}),
                                  {kernel[2], kernel[1], 1, kernel[0]});
    Value image = build.create<ConvOp>(
        imageType(op.getResult(), {shape[0], shape[2], 1, shape[1]}), imageOf(build, op.getInput()),
        weights, Value(), Shape{1, op.getStrides()[0]},
        Shape{0, op.getPads()[0], 0, op.getPads()[1]}, Shape{1, op.getDilations()[0]},
        op.getGroups(), StringAttr());
    image.getDefiningOp()->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    replace(build, op, image, Order::Last);
  }

  void raise(const Build& build, PoolOp op) {
    if (!isLine(op.getInput()) || op.getKind() != "max")
      return;
    const Dims shape = shapeOf(op.getResult());
    const int64_t stride = op.getStrides()[0],
                  span = (op.getKernel()[0] - 1) * op.getDilations()[0] + 1,
                  room = shapeOf(op.getInput())[1] + op.getPads()[0] + op.getPads()[1] - span;
    Value image = build.create<MaxPoolOp>(
        imageType(op.getResult(), {shape[0], shape[2], 1, shape[1]}), imageOf(build, op.getInput()),
        Shape{1, op.getKernel()[0]}, Shape{1, stride},
        Shape{0, op.getPads()[0], 0, op.getPads()[1]}, Shape{1, op.getDilations()[0]},
        shape[1] > room / stride + 1, StringAttr());
    replace(build, op, image, Order::Last);
  }

  void raiseMap(const Build& build, Operation& op) {
    auto found = llvm::find_if(op.getOperands(), [&](Value operand) {
      return images.contains(operand) && shapeOf(operand) == shapeOf(op.getResult(0));
    });
    if (found == op.getOperands().end())
      return;
    auto [like, order] = images.lookup(*found);
    IRMapping mapping;
    for (Value operand : op.getOperands())
      mapping.map(operand, imageLike(build, operand, order));
    Operation* made = build.builder().clone(op, mapping);
    made->getResult(0).setType(imageType(like, shapeOf(like)));
    replace(build, &op, made->getResult(0), order);
  }

  /// An operand of an element-wise operator, which broadcasts.
  Value imageLike(const Build& build, Value value, Order order) {
    if (auto found = images.find(value); found != images.end() && found->second.order == order)
      return found->second.image;
    Value line = build.raise(value, 3);
    if (order == Order::Last)
      line = build.transpose(line, kSwap);
    const Dims shape = shapeOf(line);
    return build.reshape(line, {shape[0], shape[1], 1, shape[2]});
  }

  void swap(const Build& build, Operation& op) {
    auto found = images.find(op.getOperand(0));
    if (found == images.end())
      return;
    const Image image = found->second;
    if (image.order == Order::First)
      images[op.getResult(0)] = {image.image, Order::Last};
    else
      replace(build, &op, image.image, Order::First);
  }

  /// The image of a tensor with channels last.
  Value imageOf(const Build& build, Value line) {
    if (auto found = images.find(line); found != images.end() && found->second.order == Order::Last)
      return found->second.image;
    Value first = isSwapped(line) ? transposed(line)->input : build.transpose(line, kSwap);
    const Dims shape = shapeOf(first);
    return build.reshape(first, {shape[0], shape[1], 1, shape[2]});
  }

  /// Gives those who read an operation the image in its place, as a line in this order.
  void replace(const Build& build, Operation* op, Value image, Order order) {
    const Dims shape = shapeOf(image);
    Value line = build.reshape(image, {shape[0], shape[1], shape[3]});
    images[line] = {image, Order::First};
    if (order == Order::Last) {
      line = build.transpose(line, kSwap);
      images[line] = {image, Order::Last};
    }
    op->getResult(0).replaceAllUsesWith(line);
  }

  struct Image {
    Value image; ///< [N, C, 1, L]
    Order order = Order::First;
  };
  DenseMap<Value, Image> images; ///< of lines
};

} // namespace
} // namespace npuforge::graph
