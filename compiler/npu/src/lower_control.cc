// Branches and loops around layers. A condition and a loop's numbers hold registers of their own,
// the layers inside have the rest.
#include "npuforge/compiler/tile/layer_value.h"

#include "lower.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::npu {

using namespace mlir;
using isa::Action;

bool isCode(Operation& op) {
  return mlir::isa<tile::LayerOp, tile::RepeatOp, tile::BranchOp, tile::LeaveOp, tile::AwaitOp,
                   tile::SignalOp, tile::CopyInOp, tile::CopyOutOp, tile::LoadScalarOp,
                   tile::StoreScalarOp>(op);
}

LogicalResult Lowering::program(Block& block) {
  for (Operation& op : block) {
    location_ = op.getLoc();
    current_ = &op;
    LogicalResult done = success();
    if (auto layer = dyn_cast<tile::LayerOp>(op)) {
      auto made = LayerOp::create(builder_, location_, layer.getName());
      if (Attribute value = layer->getAttr(tile::kLayerValueAttr))
        made->setAttr(tile::kLayerValueAttr, value);
      done = this->layer(layer);
    } else if (auto loop = dyn_cast<tile::RepeatOp>(op)) {
      done = repeat(loop);
    } else if (auto two = dyn_cast<tile::BranchOp>(op)) {
      done = branch(two);
    } else if (auto leave = dyn_cast<tile::LeaveOp>(op)) {
      skipIfEmpty(leave.getCondition(), behind_loop_);
      registers_.release(leave.getCondition());
    } else if (isCode(op)) {
      done = operation(op);
    }
    giveTemporaries();
    if (needs_register_ && !mlir::isa<tile::LayerOp>(op)) { // a layer says so itself
      needs_register_ = nullptr;
      return op.emitError() << "finds no free scalar register";
    }
    if (failed(done) || failed_)
      return failure();
  }
  return success();
}

void Lowering::jump(StringRef label) {
  Choice branch = target_.branchIfLess();
  const int one = temporary();
  addImmediate(one, 0, 1);
  make(*branch.instruction)
      .number(branch.operand("a"), 0)
      .number(branch.operand("b"), one)
      .label("target", label)
      .emit(location_);
  giveTemporaries();
}

LogicalResult Lowering::repeat(tile::RepeatOp op) {
  const std::string begin = ".L" + std::to_string(labels_++), end = begin + "e";
  LayerOp::create(builder_, location_, op.getName());
  Value turn = op.getBody().getArgument(0), turns = op.getTurns();
  auto count = turns ? getConstantIntValue(turns) : std::nullopt;
  if (count && *count < 1)
    return success();
  if (!assign(turn))
    return failure();
  const int index = registers_.of(turn);
  addImmediate(index, 0, 0);
  if (turns && !count)
    skipIfEmpty(turns, end);
  giveTemporaries();
  label(begin);
  std::string outer = std::exchange(behind_loop_, end);
  if (failed(program(op.getBody().front())))
    return failure();
  behind_loop_ = outer;
  location_ = op.getLoc(), current_ = op;
  LayerOp::create(builder_, location_, (op.getName() + ".again").str());
  addImmediate(index, index, 1);
  if (turns) {
    Choice branch = target_.branchIfLess();
    make(*branch.instruction)
        .number(branch.operand("a"), index)
        .number(branch.operand("b"), registerOf(turns))
        .label("target", begin)
        .emit(location_);
  } else {
    jump(begin);
  }
  label(end);
  registers_.release(turn);
  if (turns)
    registers_.release(turns);
  return success();
}

LogicalResult Lowering::branch(tile::BranchOp op) {
  const std::string otherwise = ".L" + std::to_string(labels_++), end = otherwise + "e";
  LayerOp::create(builder_, location_, op.getName());
  skipIfEmpty(op.getCondition(), otherwise);
  registers_.release(op.getCondition());
  giveTemporaries();
  auto arm = [&](Region& region) { return region.empty() ? success() : program(region.front()); };
  if (failed(arm(op.getThen())))
    return failure();
  location_ = op.getLoc(), current_ = op;
  jump(end);
  label(otherwise);
  if (failed(arm(op.getOtherwise())))
    return failure();
  label(end);
  return success();
}

} // namespace npuforge::npu
