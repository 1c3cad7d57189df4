// The control flow of a random program: loops, branches.
#include "npuforge/isa/evaluate.h"

#include "builder.h"

namespace npuforge::random_programs {

using isa::Action;
using isa::Decoded;
using isa::Instruction;
using isa::OperandKind;

/// Loops and conditions in one another, at most; each takes up to four turns.
constexpr int kNesting = 3;

bool compares_registers(const Instruction& branch) {
  return branch.operands.size() == 3 && branch.operands[0].kind == OperandKind::Register &&
         branch.operands[1].kind == OperandKind::Register;
}

void Builder::segment(int length, bool in_loop) {
  const bool may_nest = !in_loop || (settings_.looping && nesting_ < kNesting);
  const auto chance = [&](int usual, int looping) {
    return may_nest && random_.chance(settings_.looping ? looping / (1 + 2 * nesting_) : usual);
  };
  for (int done = 0, tries = 0; done < length && tries < 20 * length; ++tries) {
    if (chance(4, 12))
      counted_loop();
    else if (chance(3, 9))
      branch_loop();
    else if (settings_.looping && chance(0, 9))
      conditional();
    else if (random_.chance(4))
      forward_branch();
    else if (random_.chance(3))
      barrier();
    else if (random_.chance(3))
      sequencer_token();
    else
      done += one_instruction();
  }
  if (in_loop)
    drain_sets();
}

void Builder::counted_loop() {
  const Instruction* instruction = emit_.choose(Action::Loop);
  if (!instruction || depth_ >= m_.sequencer.loop_depth)
    return;
  drain_sets();
  barrier();
  Decoded decoded = emit_.blank(*instruction);
  const int64_t count = random_.chance(10) ? 0 : random_.between(1, 4);
  const int operand = instruction->index_of("count");
  const bool of_turn = settings_.looping && count != 0 && !counters_.empty() && random_.chance(50);
  if (of_turn) // a triangle: it is positive in every turn of the loop around
    decoded.operands[operand] = {0, counters_.back(), decoded.operands[operand].generator};
  else
    emit_.set_value(decoded, operand, count);
  const auto entered = emit_.state();
  const size_t position = emit_.emit(std::move(decoded));
  emit_.forget();
  active_types_.clear();
  ++depth_;
  const auto next_turn = body(2, 8);
  if (depth_ < m_.sequencer.loop_depth && random_.chance(30))
    counted_loop();
  barrier();
  --depth_;
  emit_.at(position).operands[instruction->index_of("target")].value =
      static_cast<int64_t>(emit_.position());
  join(next_turn);
  if (count == 0) {
    emit_.restore(entered);
    active_types_.clear();
  }
}

// A loop by a branch: a counter falls to zero; the branch is any whose condition can tell the last
// turn from the others.
void Builder::branch_loop() {
  const Instruction* branch = emit_.choose(Action::Branch);
  if (!branch || !compares_registers(*branch))
    return;
  drain_sets();
  barrier();
  const int counter = emit_.clobber();
  const int turns = static_cast<int>(random_.between(1, 4));
  emit_.load_constant(counter, turns);
  emit_.forget();
  active_types_.clear();
  emit_.reserve(counter);
  counters_.push_back(counter);
  const auto head = static_cast<int64_t>(emit_.position());
  const auto leave = body(2, 6);
  barrier();
  counters_.pop_back();
  const auto condition = [&](int64_t left, int64_t right) {
    const auto& names = branch->operands;
    return isa::evaluate(*branch->condition, [&](std::string_view name) {
             return name == names[0].name ? left : right;
           }) != 0;
  };
  bool counter_left = true, fits = false;
  for (bool left : {true, false}) {
    bool good = !condition(0, 0);
    for (int i = 1; i <= turns; ++i)
      good = good && (left ? condition(i, 0) : condition(0, i));
    if (good)
      counter_left = left, fits = true;
  }
  emit_.decrement(counter);
  if (fits) {
    Decoded decoded = emit_.blank(*branch);
    decoded.operands[counter_left ? 0 : 1].value = counter;
    decoded.operands[branch->index_of("target")].value = head;
    emit_.emit(std::move(decoded));
  }
  join(leave);
  emit_.release(counter);
}

// The turns of a loop; in programs that loop much some may end early, by the branch returned.
std::optional<size_t> Builder::body(int least, int most) {
  ++nesting_;
  segment(static_cast<int>(random_.between(least, most)), true);
  std::optional<size_t> end;
  if (settings_.looping && random_.chance(40)) {
    barrier();
    end = branch_on_data();
    segment(static_cast<int>(random_.between(1, least)), true);
  }
  --nesting_;
  return end;
}

// Something that is only done if registers compare so.
void Builder::conditional() {
  drain_sets();
  barrier();
  const auto skip = branch_on_data();
  ++nesting_;
  segment(static_cast<int>(random_.between(1, 5)), true);
  --nesting_;
  barrier();
  join(skip);
}

// A branch on registers that may hold anything, a turn's number or what was computed in earlier
// turns, so that other turns take it. No unit is at work before it, nor where it leads.
std::optional<size_t> Builder::branch_on_data() {
  const Instruction* branch = emit_.choose(Action::Branch);
  if (!branch || !compares_registers(*branch))
    return {};
  for (int64_t i = random_.between(0, 3); i > 0; --i)
    emit_.random_computation();
  Decoded decoded = emit_.blank(*branch);
  decoded.operands[0].value = emit_.random_register();
  decoded.operands[1].value =
      counters_.empty() || random_.chance(50) ? emit_.random_register() : counters_.back();
  return emit_.emit(std::move(decoded));
}

// The branch leads here, whence two ways come.
void Builder::join(std::optional<size_t> branch) {
  if (!branch)
    return;
  const int target = emit_.at(*branch).instruction->index_of("target");
  emit_.at(*branch).operands[target].value = static_cast<int64_t>(emit_.position());
  emit_.forget();
  active_types_.clear();
}

void Builder::forward_branch() {
  const Instruction* branch = emit_.choose(Action::Branch);
  if (!branch || !compares_registers(*branch))
    return;
  const int a = emit_.random_register(), b = random_.chance(30) ? a : emit_.random_register();
  const auto left = emit_.value(a), right = emit_.value(b);
  if (!left || !right)
    return;
  const bool taken = isa::evaluate(*branch->condition, [&](std::string_view name) {
                       return name == branch->operands[0].name ? *left : *right;
                     }) != 0;
  Decoded decoded = emit_.blank(*branch);
  decoded.operands[0].value = a;
  decoded.operands[1].value = b;
  const size_t position = emit_.emit(std::move(decoded));
  const auto state = emit_.state();
  const int64_t skipped = random_.between(0, 40);
  for (int64_t i = 0; i < skipped; ++i)
    emit_.random_computation();
  if (taken)
    emit_.restore(state);
  emit_.at(position).operands[branch->index_of("target")].value =
      static_cast<int64_t>(emit_.position());
}

} // namespace npuforge::random_programs
