// Control flow, scalar arithmetic and the order of things; operands are in lower_operands.cc.
#include "lower.h"

#include "npuforge/compiler/tile/memory_map.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "rematerialise.h"

namespace npuforge::npu {

using namespace mlir;
using isa::Action;

bool isTransparent(Operation& op) {
  if (mlir::isa<arith::ConstantOp, tile::BufferOp, tile::StreamOp>(op))
    return true;
  auto add = dyn_cast<arith::AddIOp>(op);
  // A constant offset disappears into the addresses that are its only uses.
  return add && getConstantIntValue(add.getRhs()) && !add->use_empty() &&
         llvm::all_of(add->getUsers(), [](Operation* user) {
           return mlir::isa<tile::StreamOp>(user) ||
                  (mlir::isa<arith::AddIOp>(user) && isTransparent(*user));
         });
}

Lowering::Lowering(ModuleOp module, const Target& target, const VectorInstructions& vectors)
    : module_(module), target_(target), vectors_(vectors), machine_(target.spec().machine),
      idle_(Idle::of(machine_)), builder_(module), location_(module.getLoc()),
      registers_(1, idle_.dram_register - 1), generators_(idle_.empty_generator) {}

LogicalResult Lowering::run() {
  builder_.setInsertionPointToEnd(module_.getBody());
  auto program = ProgramOp::create(builder_, location_);
  builder_.createBlock(&program.getBody());
  if (machine_.cores > 1) {
    if (failed(cores()))
      return failure();
  } else {
    start(0);
    if (failed(this->program(*module_.getBody())))
      return failure();
    make(*target_.action(Action::Halt)).emit(location_);
  }
  for (Operation& op : llvm::make_early_inc_range(llvm::reverse(*module_.getBody())))
    if (isCode(op))
      op.erase();
  return failure(failed_);
}

/// What instructions that only wait or signal need: see Idle. Each core has a beat of its own.
void Lowering::start(int64_t core) {
  const tile::MemoryMap map(machine_);
  auto idle = module_.lookupSymbol<tile::DataOp>("idle");
  addImmediate(idle_.scratchpad_register, 0, map.idle_target);
  addImmediate(idle_.dram_register, 0,
               idle ? idle.getAddress() + core * machine_.dram.beat_bytes : 0);
  setLevel(idle_.empty_generator, 0, {{1, {}}, 0, true, {0, {}}, {0, {}}});
}

LogicalResult Lowering::layer(tile::LayerOp layer) {
  Rematerialiser rematerialiser(isTransparent);
  const Registers registers = registers_;
  const Generators generators = generators_;
  const int labels = labels_;
  Operation* before = &builder_.getInsertionBlock()->back();
  for (;;) {
    registers_.analyse(layer.getBody(), isTransparent);
    if (succeeded(block(layer.getBody().front())))
      return success();
    if (!needs_register_)
      return failure();
    if (!rematerialiser.free(*needs_register_, registers_.holders()))
      return emitError(location_) << "finds no free scalar register";
    while (&builder_.getInsertionBlock()->back() != before)
      builder_.getInsertionBlock()->back().erase();
    registers_ = registers, generators_ = generators, labels_ = labels;
    temporaries_.clear();
    depth_ = 0, needs_register_ = nullptr, failed_ = false;
  }
}

LogicalResult Lowering::block(Block& block) {
  for (Operation& op : block) {
    if (isTransparent(op) || op.hasTrait<OpTrait::IsTerminator>())
      continue;
    location_ = op.getLoc();
    current_ = &op;
    if (failed(operation(op)) || failed_)
      return failure();
    registers_.finish(op);
    giveTemporaries();
  }
  return success();
}

LogicalResult Lowering::operation(Operation& op) {
  if (auto o = dyn_cast<tile::StoreScalarOp>(op))
    return storeScalar(o);
  if (auto o = dyn_cast<scf::ForOp>(op))
    return loop(o);
  if (auto o = dyn_cast<tile::NotifyOp>(op))
    return notify(o);
  if (auto o = dyn_cast<tile::ExpectOp>(op))
    return expect(o);
  if (auto o = dyn_cast<tile::CopyAcrossOp>(op))
    return copyAcross(o);
  if (mlir::isa<arith::AddIOp>(op))
    return scalar(op, "add");
  if (mlir::isa<arith::SubIOp>(op))
    return scalar(op, "sub");
  if (mlir::isa<arith::MulIOp>(op))
    return scalar(op, "mul");
  if (mlir::isa<arith::MinSIOp>(op))
    return scalar(op, "min");
  if (mlir::isa<arith::MaxSIOp>(op))
    return scalar(op, "max");
  if (mlir::isa<arith::ShRSIOp>(op))
    return scalar(op, "shift");
  if (auto o = dyn_cast<tile::CopyInOp>(op))
    return copy(o, Action::CopyIn, "dst", "src");
  if (auto o = dyn_cast<tile::CopyOutOp>(op))
    return copy(o, Action::CopyOut, "src", "dst");
  if (auto o = dyn_cast<tile::MultiplyOp>(op))
    return multiply(o);
  if (auto o = dyn_cast<tile::LoadScalarOp>(op))
    return loadScalar(o);
  if (auto o = dyn_cast<tile::MapOp>(op))
    return vector(o, 0);
  if (auto o = dyn_cast<tile::ReduceOp>(op))
    return vector(o, o.getLevels());
  if (auto o = dyn_cast<tile::ApplyOp>(op))
    return apply(o);
  if (auto o = dyn_cast<tile::PreloadOp>(op)) {
    const isa::Instruction* what = target_.array(Action::Preload, o.getElement().str());
    if (!what)
      return op.emitError() << machine_.name << " preloads no " << o.getElement();
    Address src = stream(o.getSrc(), *what, "src");
    make(*what).address("src", src).emit(location_);
  } else if (auto o = dyn_cast<tile::LoadLanesOp>(op)) {
    const isa::Instruction& what = *target_.action(Action::LoadLanes);
    Address src = stream(o.getSrc(), what, "src");
    make(what).address("src", src).number("lane", o.getLane()).emit(location_);
  } else if (auto o = dyn_cast<tile::SetLanesOp>(op)) {
    const isa::Instruction& what = *target_.action(Action::SetLanes);
    Address constant = value({static_cast<int64_t>(o.getValue()), {}}, what, "value");
    make(what).number("lane", o.getLane()).address("value", constant).emit(location_);
  } else if (auto o = dyn_cast<tile::AwaitOp>(op)) {
    AwaitOp::create(builder_, location_, o.getUnit(), o.getFrom());
  } else if (auto o = dyn_cast<tile::SignalOp>(op)) {
    SignalOp::create(builder_, location_, o.getUnit(), o.getTo());
  } else {
    return op.emitError() << "has no instruction";
  }
  return success();
}

LogicalResult Lowering::scalar(Operation& op, StringRef function) {
  auto constant = getConstantIntValue(op.getOperand(1));
  const bool subtract = function == "sub";
  if (subtract && constant)
    function = "add", constant = -*constant;
  Choice choice = target_.scalar(function, constant.has_value());
  const int a = registerOf(op.getOperand(0)), b = constant ? 0 : registerOf(op.getOperand(1));
  if (!assign(op.getResult(0)))
    return failure();
  Instruction instruction = make(*choice.instruction);
  instruction.number(choice.operand("result"), registers_.of(op.getResult(0)))
      .number(choice.operand("a"), a);
  instruction.number(choice.operand("b"), constant ? *constant : b).emit(location_);
  return success();
}

void Lowering::label(StringRef name) {
  LabelOp::create(builder_, location_, name);
  generators_.forget();
}

/// Jumps over a loop that a branch closes, when its count is below one.
void Lowering::skipIfEmpty(Value count, StringRef end) {
  Choice branch = target_.branchIfLess();
  const int one = temporary();
  addImmediate(one, 0, 1);
  make(*branch.instruction)
      .number(branch.operand("a"), registerOf(count))
      .number(branch.operand("b"), one)
      .label("target", end)
      .emit(location_);
}

LogicalResult Lowering::loop(scf::ForOp loop) {
  const bool used = !loop.getInductionVar().use_empty();
  // Beyond the hardware's nesting a branch closes the loop; all our loops start at 0 in steps of 1.
  const bool counted = depth_ < machine_.sequencer.loop_depth;
  const std::string begin = ".L" + std::to_string(labels_++), end = begin + "e";
  if ((used || !counted) && !assign(loop.getInductionVar()))
    return failure();
  const int index = registers_.of(loop.getInductionVar());
  if (used || !counted)
    addImmediate(index, 0, 0);
  SmallVector<int> held;
  if (counted) {
    const isa::Instruction& what = *target_.action(Action::Loop);
    Address count = value(number(loop.getUpperBound()), what, "count");
    make(what).address("count", count).label("target", end).emit(location_);
    generators_.forget();
  } else {
    if (!getConstantIntValue(loop.getUpperBound()))
      skipIfEmpty(loop.getUpperBound(), end);
    label(begin);
  }
  std::swap(held, temporaries_);
  ++depth_;
  if (failed(block(*loop.getBody())))
    return failure();
  --depth_;
  current_ = loop;
  std::swap(held, temporaries_);
  if (used || !counted)
    addImmediate(index, index, 1);
  if (counted) {
    label(end);
  } else {
    Choice branch = target_.branchIfLess();
    const int bound = registerOf(loop.getUpperBound());
    make(*branch.instruction)
        .number(branch.operand("a"), index)
        .number(branch.operand("b"), bound)
        .label("target", begin)
        .emit(location_);
    label(end);
  }
  registers_.release(loop.getInductionVar());
  return success();
}

} // namespace npuforge::npu
