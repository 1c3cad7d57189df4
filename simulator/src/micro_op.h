#pragma once
// Instructions with everything resolved: what the run needs is indices and numbers, never a name.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/spec.h"
#include "npuforge/isa/timing_expression.h"
#include "npuforge/isa/word.h"

#include "generator.h"

namespace npuforge::simulator {

inline constexpr int kMaxOperands = 24;
using isa::TimingExpression;

inline constexpr int kMaxUses = 6;

/// Operands that a unit's hardware knows, as indices; -1 where the instruction has none.
struct Roles {
  int rd = -1, target = -1, count = -1, generator = -1, level = -1, stride = -1, low = -1,
      high = -1, keep = -1;
  int bytes = -1, fill = -1, accumulate = -1, next = -1, lane = -1, value = -1, levels = -1;
  int address = -1, rs = -1, cores = -1, event = -1;
};

struct UsePlan {
  int stream; ///< index into streams
  isa::Access port;
  TimingExpression start, cycles;
  int when; ///< operand, -1: always
};

/// What all words of one instruction share.
struct Plan {
  const isa::Instruction* instruction;
  isa::Unit unit;
  isa::Action action;
  Roles roles;
  std::vector<StreamPlan> streams;
  int destination = -1; ///< stream written, -1: none
  std::vector<UsePlan> uses;
  TimingExpression occupancy, latency;
  int pace = 1; ///< cycles from row to row
  /// Operands in order are the inputs; Reduce: `state` after them.
  std::optional<isa::Kernel> init, step, result, condition;
};

/// One word of the text.
struct MicroOp {
  const Plan* plan = nullptr; ///< null: the word is no instruction
  uint32_t wait = 0, post = 0;
  int32_t layer = -1;
  std::vector<isa::OperandBits> operands;
};

std::vector<std::unique_ptr<Plan>> make_plans(const isa::Spec& spec);
/// Of no layer.
MicroOp decode_word(const isa::Spec& spec, const std::vector<std::unique_ptr<Plan>>& plans,
                    const isa::Word& word);
std::vector<MicroOp> decode_text(const isa::Spec& spec,
                                 const std::vector<std::unique_ptr<Plan>>& plans,
                                 const assembler::Program& program);

} // namespace npuforge::simulator
