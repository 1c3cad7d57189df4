// npu-tokens: await and signal become masks.
//
// An await becomes a bit of the wait mask of the unit's next instruction, a signal one of the post
// mask of its previous instruction, when control always runs from one to the other. Otherwise, at a
// loop's edge or where that bit is already taken, an instruction is made that does nothing but wait
// or signal.
#include "npuforge/compiler/tile/memory_map.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "assembly.h"

namespace npuforge::npu {

using namespace mlir;
using npuforge::isa::Action;
using npuforge::isa::Unit;

namespace {

/// Makes instructions without effect, one for each unit.
class IdleInstructions {
public:
  explicit IdleInstructions(const isa::Spec& spec)
      : target_(spec), idle_(Idle::of(spec.machine)), map_(spec.machine) {}

  /// Makes one at the builder's place and returns it; the builder is then behind it.
  InstOp make(OpBuilder& builder, Location location, StringRef unit) {
    auto start = [&](Action action) { return Instruction(builder, *target_.action(action)); };
    const Address source{map_.idle_source - map_.idle_target, idle_.scratchpad_register,
                         idle_.row_generator};
    const Address pad{0, idle_.scratchpad_register, idle_.row_generator};
    if (unit == "sequencer")
      return start(Action::Nothing).emit(location);
    if (unit == "vector")
      return start(Action::SetLanes).number("lane", idle_.lane).address("value", {}).emit(location);
    if (unit == "load")
      return start(Action::CopyIn)
          .address("pad", pad)
          .address("dram", dram(0))
          .address("bytes", {1, 0, -1})
          .emit(location);
    if (unit == "store")
      return start(Action::CopyOut)
          .address("pad", source)
          .address("dram", dram(1))
          .address("bytes", {1, 0, -1})
          .emit(location);
    // The active weights may be of another type than those of this multiplication, unless the array
    // knows only one: then a set of its own is preloaded for it.
    if (unit == "matrix" && !hasTypes())
      return multiply(builder, location, 0);
    // A weight set that is preloaded must be taken: the array passes over it.
    InstOp preload =
        Instruction(builder, array(Action::Preload)).address("src", source).emit(location);
    InstOp pass = multiply(builder, location, 1);
    return unit == "matrix" ? pass : preload;
  }

private:
  /// What loads read and stores write are different bytes.
  Address dram(int64_t offset) const { return {offset, idle_.dram_register, idle_.row_generator}; }

  /// Does the array multiply elements of more than one type?
  bool hasTypes() const {
    return llvm::count_if(target_.spec().instructions, [](const isa::Instruction& instruction) {
             return instruction.action == Action::Multiply;
           }) > 1;
  }

  /// Which elements they have does not matter, as long as both have the same.
  const isa::Instruction& array(Action action) const {
    return *target_.array(action, target_.arrayElement());
  }

  InstOp multiply(OpBuilder& builder, Location location, int64_t next) {
    const Address source{0, idle_.scratchpad_register, idle_.empty_generator};
    return Instruction(builder, array(Action::Multiply))
        .address("dst", {map_.idle_accumulator, 0, idle_.row_generator})
        .address("src", source)
        .address("fill", {})
        .address("accumulate", {})
        .number("next", next)
        .emit(location);
  }

  Target target_;
  Idle idle_;
  tile::MemoryMap map_;
};

class Tokens {
public:
  explicit Tokens(const isa::Spec& spec) : spec_(spec), idle_(spec) {}

  void run(ProgramOp program) {
    SmallVector<AwaitOp> awaits(program.getBody().getOps<AwaitOp>());
    for (AwaitOp await : awaits)
      place(await);
    SmallVector<SignalOp> signals(program.getBody().getOps<SignalOp>());
    for (SignalOp signal : signals)
      place(signal);
  }

private:
  StringRef unitOf(InstOp inst) { return isa::name(spec_.find(inst.getMnemonic().str())->unit); }

  /// Does control always continue with the operation that follows in the text?
  bool isEdge(Operation& op) {
    if (mlir::isa<LabelOp>(op))
      return true;
    auto inst = dyn_cast<InstOp>(op);
    if (!inst)
      return false;
    const Action action = spec_.find(inst.getMnemonic().str())->action;
    return action == Action::Loop || action == Action::Branch || action == Action::Halt;
  }

  static bool has(ArrayAttr mask, StringRef unit) {
    return mask && llvm::any_of(mask, [&](Attribute entry) {
             return cast<StringAttr>(entry).getValue() == unit;
           });
  }
  static ArrayAttr with(ArrayAttr mask, StringAttr unit) {
    SmallVector<Attribute> units;
    if (mask)
      units.append(mask.begin(), mask.end());
    units.push_back(unit);
    return ArrayAttr::get(unit.getContext(), units);
  }

  void place(AwaitOp await) {
    InstOp taker;
    for (Operation* op = await->getNextNode(); op && !isEdge(*op); op = op->getNextNode()) {
      // The unit's own order holds: a signal that follows must not be given before this wait.
      if (auto signal = dyn_cast<SignalOp>(op); signal && signal.getUnit() == await.getUnit())
        break;
      auto inst = dyn_cast<InstOp>(op);
      if (!inst || unitOf(inst) != await.getUnit())
        continue;
      if (!has(inst.getWaitAttr(), await.getFrom()))
        taker = inst;
      break;
    }
    OpBuilder builder(await);
    if (!taker || await.getUnit() == "sequencer")
      taker = idle_.make(builder, await.getLoc(), await.getUnit());
    taker.setWaitAttr(with(taker.getWaitAttr(), await.getFromAttr()));
    await.erase();
  }

  void place(SignalOp signal) {
    InstOp giver;
    for (Operation* op = signal->getPrevNode(); op && !isEdge(*op); op = op->getPrevNode()) {
      auto inst = dyn_cast<InstOp>(op);
      if (!inst || unitOf(inst) != signal.getUnit())
        continue;
      if (!has(inst.getPostAttr(), signal.getTo()))
        giver = inst;
      break;
    }
    OpBuilder builder(signal);
    if (!giver)
      giver = idle_.make(builder, signal.getLoc(), signal.getUnit());
    giver.setPostAttr(with(giver.getPostAttr(), signal.getToAttr()));
    signal.erase();
  }

  const isa::Spec& spec_;
  IdleInstructions idle_;
};

struct TokensPass : tile::SpecPass<TokensPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TokensPass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "npu-tokens"; }
  StringRef getDescription() const override {
    return "Turn await and signal into wait and post masks";
  }
  void runOnOperation() override {
    for (ProgramOp program : getOperation().getOps<ProgramOp>())
      Tokens(spec()).run(program);
  }
};

} // namespace

void registerTokensPass() {
  PassRegistration<TokensPass>();
}

std::unique_ptr<Pass> createTokensPass(const isa::Spec& spec) {
  return std::make_unique<TokensPass>(spec);
}

} // namespace npuforge::npu
