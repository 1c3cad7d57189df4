#pragma once
// How operands reach the RTL: which slot of the decoded instruction holds what. Shared by the
// printers of the package, the decoder and the ALUs.

#include <optional>
#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa::sv {

/// Every scalar operand is `offset + register base`; a decoded instruction has four such values.
inline constexpr int kValues = 4;
/// Slots by role. The streams of an instruction: A and B are read, D is written.
enum ValueRole { kStreamA = 0, kStreamB = 1, kStreamD = 2, kExtra = 3 };
/// Other names of the same slots.
inline constexpr int kScalar =
    kStreamB;                      ///< bytes of a copy, fill of a multiply, value of set_lanes
inline constexpr int kAddress = 0; // of a word of the scratchpad
inline constexpr int kCores = 0, kEvent = kScalar; // of a signal; an await has a count
inline constexpr int kCount = 0, kStride = 1, kLow = 2, kHigh = 3;

/// Where an instruction's operands go; numbers are indices into Instruction::operands, -1: none.
struct Layout {
  int values[kValues] = {-1, -1, -1, -1};
  int write_register = -1;
  std::vector<int> lanes; ///< lane registers read, slot by slot
  int write_lane = -1;
  int fill_a = -1, fill_b = -1; ///< lane operand (vector) of the stream's fill
  bool window_a = false, window_b = false;
  int generator = -1, level = -1, flag = -1, target = -1;
  int scalar_op = 0, vector_op = 0;          ///< dense, from 1; 0: none
  int pace = 1;                              ///< cycles from row to row (pace.h)
  int beats_a = 1, beats_b = 1, beats_d = 1; ///< of the rows of the streams (pace.h)
  std::optional<Type> array_type;            ///< what a preload or a multiply reads
};

struct Layouts {
  std::vector<Layout> of; ///< parallel to Spec::instructions
  int lane_slots = 1, scalar_ops = 0, vector_ops = 0;
  int state_bits = 32;
  int pace = 1; ///< the largest
  // Of the vector unit's streams in the scratchpad: beats of the longest rows.
  int vector_beats_a = 1, vector_beats_b = 1, vector_beats_d = 1;
  bool vector_a_sums = false, vector_b_sums = false, vector_d_sums = false; ///< in the accumulator
  Field opcode; ///< the same bits in every format
};

/// Throws GenerateError for what the RTL cannot be.
Layouts lay_out(const Spec& spec);

inline constexpr int kActionBits = 5;
static_assert(kActionCount <= 1 << kActionBits);

/// The number by which the RTL knows what the array multiplies.
int array_element(Type type);

/// Smallest n with 2^n >= value; at least 1.
int index_bits(int64_t value);
bool is_power_of_two(int64_t value);

} // namespace npuforge::isa::sv
