// Branches and loops around layers. A condition and a loop's numbers hold registers of their own,
// the layers inside have the rest.
#include "npuforge/compiler/tile/layer_value.h"

#include "lower.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::npu {

using namespace mlir;
using isa::Action;

bool isCode(Operation& op) {
  return mlir::isa<tile::LayerOp, tile::RepeatOp, tile::BranchOp, tile::LeaveOp, tile::StopOp,
                   tile::AwaitOp, tile::SignalOp, tile::CopyInOp, tile::CopyOutOp,
                   tile::LoadScalarOp, tile::StoreScalarOp, tile::CoreOp>(op);
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
      if (&op != &block.back())
        return op.emitError() << "is not the last operation of the loop's body";
      leaves_ = leave.getCondition(); // where the turns are counted
    } else if (auto stop = dyn_cast<tile::StopOp>(op)) {
      StopOp::create(builder_, location_, stop.getReason(), stop.getResumes());
      make(*target_.action(Action::Halt)).emit(location_);
    } else if (isCode(op)) {
      done = operation(op);
    }
    giveTemporaries();
    releaseTurns(op);
    if (needs_register_ && !mlir::isa<tile::LayerOp>(op)) { // a layer says so itself
      needs_register_ = nullptr;
      return op.emitError() << "finds no free scalar register";
    }
    if (failed(done) || failed_)
      return failure();
  }
  return success();
}

/// Numbers of turns hold their registers until the last operation that uses them.
void Lowering::releaseTurns(Operation& op) {
  Block& block = *op.getBlock();
  llvm::erase_if(done_, [&](Value done) {
    if (done.getParentBlock() != &block || llvm::any_of(done.getUsers(), [&](Operation* user) {
          return op.isBeforeInBlock(block.findAncestorOpInBlock(*user));
        }))
      return false;
    registers_.release(done);
    return true;
  });
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
  Value turn = op.getBody().getArgument(0), turns = op.getTurns(), entry = op.getCondition();
  auto count = turns ? getConstantIntValue(turns) : std::nullopt;
  if (!assign(turn))
    return failure();
  const int index = registers_.of(turn);
  addImmediate(index, 0, 0);
  if (!count || *count > 0) {
    if (entry)
      skipIfEmpty(entry, end);
    if (turns && !count)
      skipIfEmpty(turns, end);
    giveTemporaries();
    label(begin);
    if (failed(program(op.getBody().front())))
      return failure();
    location_ = op.getLoc(), current_ = op;
    LayerOp::create(builder_, location_, op.getName());
    again(index, turns, begin, end);
    label(end);
  }
  if (!op.getDone().use_empty()) {
    if (!assign(op.getDone()))
      return failure();
    addImmediate(registers_.of(op.getDone()), index, 0);
    done_.push_back(op.getDone());
  }
  registers_.release(turn);
  for (Value number : {turns, entry})
    if (number)
      registers_.release(number);
  return success();
}

/// The end of a turn: to the next one, if there is one.
void Lowering::again(int index, Value turns, StringRef begin, StringRef end) {
  addImmediate(index, index, 1);
  if (leaves_) {
    skipIfEmpty(leaves_, end);
    registers_.release(leaves_);
    leaves_ = {};
  }
  if (!turns)
    return jump(begin);
  Choice branch = target_.branchIfLess();
  make(*branch.instruction)
      .number(branch.operand("a"), index)
      .number(branch.operand("b"), registerOf(turns))
      .label("target", begin)
      .emit(location_);
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
