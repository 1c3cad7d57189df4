#pragma once
// A text decoded once, its scalar instructions computed and its streams followed where their
// operands are known.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/stream.h"
#include "npuforge/isa/timing_expression.h"

#include "flow_units.h"

namespace npuforge::assembler {

/// The sequencer's registers; none: what it holds is known when the program runs.
using Registers = std::vector<std::optional<int32_t>>;

/// What the sequencer's instructions change, as far as it is known.
struct Scalars {
  using Generator = std::array<std::optional<isa::Level>, isa::kMaxLevels>;

  Registers registers;
  std::vector<Generator> generators;

  static Scalars at_reset(const isa::SequencerParams& sequencer);
  /// What differs is not known. Did anything become so?
  bool widen(const Scalars& others);
};

class ScalarText {
public:
  ScalarText(const Program& program, const isa::Spec& spec);

  uint32_t size() const { return static_cast<uint32_t>(words_.size()); }
  const isa::Decoded& at(uint32_t pc) const { return words_[pc]; }
  isa::Action action(uint32_t pc) const { return words_[pc].instruction->action; }
  uint32_t target(uint32_t pc) const; ///< of a branch or loop
  /// Of a branch: is it taken?
  std::optional<bool> taken(uint32_t pc, const Scalars& scalars) const;
  std::optional<int32_t> count(uint32_t pc, const Scalars& scalars) const; ///< of a loop
  /// What the instruction does to what a core's sequencer holds.
  void execute(uint32_t pc, int core, Scalars& scalars) const;
  /// What the instruction's unit is given; without what it touches.
  FlowStep step(uint32_t pc, const Scalars& scalars) const;

  /// What an instruction touches, and how long it takes.
  struct Touched {
    bool known = true; ///< all of it?
    std::string wrong; ///< what the program may not do; "": nothing
    int count = 0;     ///< of streams, those that are known
    std::array<isa::Stream, isa::kMaxStreams> streams;
    FlowTiming timing;
  };
  void touch(uint32_t pc, const Scalars& scalars, Touched& touched) const;

  std::string print(uint32_t pc) const;

private:
  static constexpr std::size_t kMostOperands = 24;

  struct Compiled { ///< an instruction of the spec
    std::optional<isa::Kernel> result, condition;
    /// operands
    int destination = -1, target = -1, count = -1, event = -1, cores = -1, next = -1, address = -1,
        generator = -1, level = -1, stride = -1, low = -1, high = -1, keep = -1, bytes = -1,
        levels = -1;
    std::vector<isa::StreamPlan> streams;
    std::optional<isa::TimingExpression> occupancy, latency; ///< of the vector unit
    int pace = 1;
  };
  const Compiled& compiled(uint32_t pc) const;
  static Compiled compile(const isa::Machine& machine, const isa::Instruction& instruction);
  std::optional<int32_t> operand(uint32_t pc, int index, const Scalars& scalars) const;
  /// Of an operand that the instruction may not have: then `otherwise`.
  std::optional<int32_t> operand_or(uint32_t pc, int index, std::optional<int32_t> otherwise,
                                    const Scalars& scalars) const;
  std::optional<int32_t> compute(uint32_t pc, const isa::Kernel& kernel,
                                 const Scalars& scalars) const;
  void set_level(uint32_t pc, Scalars& scalars) const;
  void touch_word(uint32_t pc, const Scalars& scalars, Touched& touched) const;
  void touch_streams(uint32_t pc, const Scalars& scalars, Touched& touched) const;
  bool place(uint32_t pc, const isa::StreamPlan& plan, const Scalars& scalars,
             isa::Stream& stream) const;

  const isa::Spec& spec_;
  std::vector<isa::Decoded> words_;
  std::vector<Compiled> instructions_;
};

} // namespace npuforge::assembler
