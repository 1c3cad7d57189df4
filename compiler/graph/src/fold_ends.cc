#include "fold_ends.h"

#include "npuforge/compiler/graph/bytes.h"
#include "npuforge/compiler/graph/control.h"

#include "unbind.h"

namespace npuforge::graph {
namespace {

using Shape = llvm::SmallVector<int64_t>;

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// The loader finds the elements of one pixel, and those of [1, C, ...].
bool canBeLoaded(const Shape& shape, const Shape& device) {
  return device[2] * device[3] == 1 || (shape.size() > 1 && shape[0] == 1 && shape[1] == device[1]);
}

/// What a chain of reshapes alone makes of an input: quantising commutes with it.
mlir::Value reshaped(mlir::BlockArgument argument) {
  mlir::Value last = argument;
  while (last.hasOneUse()) {
    mlir::Operation* user = *last.getUsers().begin();
    if (!isView(user) || !keepsOrder(user))
      break;
    last = user->getResult(0);
  }
  return last;
}

/// Inputs of other shapes lie as they are, which convolutions of one channel can read.
bool canBeRead(mlir::BlockArgument argument, mlir::Value last) {
  if (!isByteTensor(last) || !hasDeviceShape(ranked(last).getShape()))
    return false;
  const Shape device = deviceShape(ranked(last).getShape());
  auto conv = last.hasOneUse() ? llvm::dyn_cast<QConvOp>(*last.getUsers().begin()) : QConvOp();
  return canBeLoaded(Shape(ranked(argument).getShape()), device) ||
         (conv && device[1] == 1 && conv.getDilations()[1] == 1);
}

} // namespace

/// Does an integer operator read the value or a view of it?
bool NetworkEnds::feedsBlocks(mlir::Value value) const {
  return llvm::any_of(value.getUsers(), [&](mlir::Operation* user) {
    if (isView(user))
      return feedsBlocks(user->getResult(0));
    return isIntegerOperator(*user) ||
           (llvm::isa<MapOp>(user) && in_blocks_.has(user->getResult(0)));
  });
}

void NetworkEnds::argument(mlir::Block* block, mlir::BlockArgument argument) {
  mlir::Value last = reshaped(argument);
  auto type = ranked(argument);
  if (isNetwork(main_) && in_blocks_.has(argument) && feedsBlocks(argument) &&
      canBeRead(argument, last)) {
    auto device = type.clone(llvm::ArrayRef<int64_t>(deviceShape(ranked(last).getShape())));
    values_.setBlocks(argument,
                      {block->addArgument(device, argument.getLoc()),
                       values_.straight(type.getNumElements()), plainSteps(type.getShape()),
                       last == argument ? Layout::Plain : Layout::Other});
    return;
  }
  const unsigned index = argument.getArgNumber();
  Binding binding;
  if (isByteTensor(argument))
    binding = bindingOf(builder_.getContext(), main_.getArgAttrDict(index));
  if (!binding.type)
    return values_.setWords(argument, block->addArgument(type, argument.getLoc()));
  // The loader quantises it all the same: bytes in rows.
  const Build build(builder_, argument.getLoc());
  mlir::Value bytes =
      block->addArgument(type.clone(byteType(builder_.getContext())), argument.getLoc());
  values_.setWords(argument,
                   build.map(builder_.getI8Type(), bytes, [](const Scalars& s) { return s[0]; }));
}

/// A layer must have made it: an input is no output of a program.
bool NetworkEnds::staysInBlocks(unsigned index, mlir::Value output) {
  if (!isNetwork(main_)) // what calls it takes the network's own tensors
    return false;
  const bool bound = main_.getResultAttr(index, "graph.qtype") ||
                     !main_.getResultAttr(index, "graph.name"); // written by hand
  const Mapped* mapped = values_.known(output);
  if (!bound || !mapped || !isIdentity(*mapped->indices))
    return false;
  mlir::Operation* op = mapped->device.getDefiningOp();
  return op && !llvm::isa<ToBlocksOp>(op) &&
         canBeLoaded(Shape(ranked(output).getShape()), Shape(ranked(mapped->device).getShape()));
}

void NetworkEnds::end(mlir::func::ReturnOp op) {
  llvm::SmallVector<mlir::Value> results;
  for (auto [position, operand] : llvm::enumerate(op.getOperands())) {
    const auto index = static_cast<unsigned>(position);
    if (staysInBlocks(index, operand)) {
      results.push_back(values_.known(operand)->device);
      continue;
    }
    Binding binding;
    if (isByteTensor(operand))
      binding = bindingOf(builder_.getContext(), main_.getResultAttrDict(index));
    results.push_back(values_.words(operand));
    if (!binding.type)
      continue;
    results.back() = networkOutput(Build(builder_, op.getLoc()), results.back(), binding);
    unbound_outputs_.push_back(index);
  }
  mlir::func::ReturnOp::create(builder_, op.getLoc(), results);
}

void NetworkEnds::unbind() {
  for (llvm::StringLiteral name : bindingAttributes())
    for (unsigned index : unbound_outputs_)
      main_.removeResultAttr(index, builder_.getStringAttr(name));
}

} // namespace npuforge::graph
