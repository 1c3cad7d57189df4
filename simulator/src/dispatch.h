#pragma once
// From a word and the sequencer's registers to a job, with the checks of TIMING.md section 2.

#include <span>
#include <stdexcept>

#include "job.h"

namespace npuforge::simulator {

/// A program error; the core adds cycle, pc and instruction.
class ProgramFault : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Fills in the job's values, streams, claims and times. Throws ProgramFault.
void resolve(const MicroOp& op, std::span<const int32_t> registers,
             std::span<const Generator> generators, const isa::Machine& machine, const Ports& ports,
             Job& job);

/// Value of every operand that is a number or a register read.
void read_operands(const MicroOp& op, std::span<const int32_t> registers,
                   std::span<int32_t> values);

} // namespace npuforge::simulator
