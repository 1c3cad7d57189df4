// Several cores: which code is whose, and the events by which they wait for each other.
#include "npuforge/compiler/tile/placement.h"

#include "lower.h"

namespace npuforge::npu {

using namespace mlir;
using isa::Action;

/// All cores begin at the same place. Each jumps to its own code, those without any to the end.
LogicalResult Lowering::cores() {
  SmallVector<tile::CoreOp> own(machine_.cores);
  for (Operation& op : *module_.getBody()) {
    auto core = dyn_cast<tile::CoreOp>(op);
    if (!core && isCode(op))
      return op.emitError() << "stands on no core; " << machine_.name << " has " << machine_.cores;
    if (core && core.getNumber() >= own.size())
      return op.emitError() << "is core " << core.getNumber() << "; " << machine_.name << " has "
                            << machine_.cores;
    if (core)
      own[core.getNumber()] = core;
  }
  const Registers registers = registers_;
  auto labelOf = [](size_t core) { return ".core" + std::to_string(core); };
  const isa::Instruction& what = *target_.action(Action::CoreNumber);
  const int number = temporary(), bound = temporary();
  make(what).number(what.operands.front().name, number).emit(location_);
  for (size_t core = 0; core < own.size(); ++core) {
    Choice branch = target_.branchIfLess();
    addImmediate(bound, 0, static_cast<int64_t>(core) + 1);
    make(*branch.instruction)
        .number(branch.operand("a"), number)
        .number(branch.operand("b"), bound)
        .label("target", labelOf(core))
        .emit(location_);
  }
  for (size_t core = 0; core < own.size(); ++core) {
    registers_ = registers;
    temporaries_.clear();
    // What a core begins with belongs to none of the layers of the core before it in the text.
    LayerOp::create(builder_, location_, "start" + (tile::kPartMark + std::to_string(core)));
    label(labelOf(core));
    if (own[core]) {
      start(static_cast<int64_t>(core));
      if (failed(program(own[core].getBody().front())))
        return failure();
    }
    make(*target_.action(Action::Halt)).emit(location_);
  }
  return success();
}

namespace {
int64_t maskOf(ArrayRef<int64_t> cores) {
  int64_t mask = 0;
  for (int64_t core : cores)
    mask |= int64_t{1} << core;
  return mask;
}
} // namespace

LogicalResult Lowering::notify(tile::NotifyOp op) {
  const isa::Instruction* what = target_.action(Action::Signal, op.getUnit().str());
  if (!what)
    return op.emitError() << machine_.name << "'s " << op.getUnit() << " unit signals no event";
  make(*what)
      .address("cores", value({maskOf(op.getCores()), {}}, *what, "cores"))
      .address("event", {static_cast<int64_t>(op.getEvent()), 0})
      .emit(location_);
  return success();
}

LogicalResult Lowering::copyAcross(tile::CopyAcrossOp op) {
  const isa::Instruction* what = target_.action(Action::CopyAcross);
  if (!what)
    return op.emitError() << machine_.name << " has no instruction that copies between cores";
  Address dst = stream(op.getDst(), *what, "dst"), src = stream(op.getSrc(), *what, "src");
  Address bytes = value(number(op.getBytes()), *what, "bytes");
  make(*what)
      .address("dst", dst)
      .address("src", src)
      .address("bytes", bytes)
      .address("cores", value({maskOf(op.getCores()), {}}, *what, "cores"))
      .emit(location_);
  return success();
}

LogicalResult Lowering::expect(tile::ExpectOp op) {
  const isa::Instruction* what = target_.action(Action::Await, op.getUnit().str());
  if (!what)
    return op.emitError() << machine_.name << "'s " << op.getUnit() << " unit awaits no event";
  make(*what)
      .address("event", {static_cast<int64_t>(op.getEvent()), 0})
      .address("count", {1, 0})
      .emit(location_);
  return success();
}

} // namespace npuforge::npu
