#pragma once
// A text decoded once, and its scalar instructions computed where their operands are known.

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/evaluate.h"

#include "flow_units.h"

namespace npuforge::assembler {

/// The sequencer's registers; none: what it holds is known when the program runs.
using Registers = std::vector<std::optional<int32_t>>;

class ScalarText {
public:
  ScalarText(const Program& program, const isa::Spec& spec);

  uint32_t size() const { return static_cast<uint32_t>(words_.size()); }
  const isa::Decoded& at(uint32_t pc) const { return words_[pc]; }
  isa::Action action(uint32_t pc) const { return words_[pc].instruction->action; }
  uint32_t target(uint32_t pc) const; ///< of a branch or loop
  /// Of a branch: is it taken?
  std::optional<bool> taken(uint32_t pc, const Registers& registers) const;
  std::optional<int32_t> count(uint32_t pc, const Registers& registers) const; ///< of a loop
  /// What the instruction does to the registers of a core.
  void execute(uint32_t pc, int core, Registers& registers) const;
  /// What the instruction's unit is given.
  FlowStep step(uint32_t pc, const Registers& registers) const;
  std::string print(uint32_t pc) const;

private:
  struct Compiled { ///< an instruction of the spec
    std::optional<isa::Kernel> result, condition;
    int destination = -1, target = -1, count = -1, event = -1, cores = -1; ///< operands
  };
  const Compiled& compiled(uint32_t pc) const;
  std::optional<int32_t> operand(uint32_t pc, std::size_t index, const Registers& registers) const;
  std::optional<int32_t> compute(uint32_t pc, const isa::Kernel& kernel,
                                 const Registers& registers) const;

  const isa::Spec& spec_;
  std::vector<isa::Decoded> words_;
  std::vector<Compiled> instructions_;
};

} // namespace npuforge::assembler
