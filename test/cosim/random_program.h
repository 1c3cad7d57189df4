#pragma once
// Random legal programs from a spec: every instruction, every operand over its range, no race, no
// deadlock. Nothing here knows a mnemonic; instructions are built from their action and the kinds
// of their operands.

#include <cstdint>
#include <map>
#include <string>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/spec.h"

namespace npuforge::random_programs {

struct Settings {
  uint64_t seed = 1;
  int length = 120; ///< instructions of units, roughly; scalar instructions come on top
  bool looping =
      false; ///< many loops, nested, by counts and by branches on data, which leave early
};

assembler::Program random_program(const isa::Spec& spec, const Settings& settings);

/// What a set of programs used: per instruction how often, per operand field the values seen.
class Coverage {
public:
  explicit Coverage(const isa::Spec& spec) : spec_(spec) {}
  void add(const assembler::Program& program);
  /// Instructions of the spec that no program used.
  std::vector<std::string> unused() const;
  /// A table: instruction, times used, per operand the smallest and largest value against its
  /// range, registers and generators used.
  std::string table() const;

private:
  struct OperandSeen {
    int64_t low = INT64_MAX, high = INT64_MIN;
    uint64_t bases = 0, generators = 0;
  };
  struct Seen {
    int64_t times = 0;
    uint32_t waits = 0, posts = 0;
    std::map<int, OperandSeen> operands;
  };
  const isa::Spec& spec_;
  std::map<const isa::Instruction*, Seen> seen_;
};

} // namespace npuforge::random_programs
