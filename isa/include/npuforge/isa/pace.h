#pragma once
// How many cycles a row takes (TIMING.md section 5): what follows from sizes and element types
// alone. The spec's timing expressions say the same in closed form; co-simulation shows that they
// do.

#include <algorithm>
#include <array>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

/// Rows of its memory that one row of the stream is long, which are cycles of the memory's port. A
/// row of the vector unit or of a preload has array.cols elements, one of a multiply's activations
/// array.rows. Streams of load and store have 1.
int beats(const Machine& machine, const Instruction& instruction, const Operand& stream);

/// Cycles from one row of the instruction to the next; 1 for what has no rows.
int pace(const Machine& machine, const Instruction& instruction);

/// What an array may multiply.
inline constexpr std::array kArrayTypes{Type::I8, Type::BF16, Type::F16, Type::F32};

// The checks of a spec ask also where a size is missing, and so 0.

/// Cycles in which the lanes compute a row.
inline int passes(const Machine& machine) {
  return machine.vector.lanes > 0 ? machine.array.cols / machine.vector.lanes : 1;
}

/// Rows of the scratchpad that the array's rows of activations are long.
inline int multiply_beats(const Machine& machine, Type type) {
  const int cols = machine.array.cols;
  return cols > 0 ? (machine.array.rows * bytes_of(type) + cols - 1) / cols : 1;
}

/// X of TIMING.md section 5: from the cycle in which a row's last beat is asked for, plus one,
/// until its sums are written.
inline int array_flight(const Machine& machine) {
  return machine.array.rows * machine.array.stages + machine.array.cols + machine.array.pipeline;
}

/// From a preload's issue until a multiply may take its set: max(0, first + row * (rows - 1))
/// cycles (TIMING.md section 4).
struct Lead {
  int first, row;
};
inline Lead load_lead(const Machine& machine, Type type) {
  const int bytes = bytes_of(type);
  return {bytes - multiply_beats(machine, type), std::max(0, bytes - machine.array.stages)};
}

} // namespace npuforge::isa
