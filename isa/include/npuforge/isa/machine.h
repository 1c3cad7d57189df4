#pragma once
// The sizes of a machine, as the `machine` section of a spec gives them. Units: bytes, rows,
// cycles, instructions.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "npuforge/isa/type.h"

namespace npuforge::isa {

/// The units of a core. Their order is the bit order of wait and post masks.
enum class Unit : uint8_t { Sequencer, Load, Weights, Matrix, Vector, Store };
inline constexpr int kUnitCount = 6;

struct ArrayParams {
  int rows, cols, weight_sets, pipeline;
  int stages = 1; ///< cycles that sums take from one row of processing elements to the next
  std::vector<Type> types{Type::I8}; ///< what it multiplies: of activations and of weights
  bool multiplies(Type type) const {
    return std::find(types.begin(), types.end(), type) != types.end();
  }
};
struct ScratchpadParams {
  int64_t bytes;
  int banks;
};
struct AccumulatorParams {
  int64_t bytes;
  int banks;
};
struct VectorParams {
  int lanes, lane_registers, pipeline;
};
struct SequencerParams {
  int registers, generators, levels, loop_depth, cache_lines, line_bytes;
};
struct DmaParams {
  int fifo_beats, instructions;
};
struct DramParams {
  int64_t bytes;
  int beat_bytes, burst_beats, latency;
};
/// The event counters of each core, by which cores wait for each other.
struct EventParams {
  int count = 0;   ///< counters; 0: the machine has none
  int max = 0;     ///< that one holds
  int latency = 0; ///< cycles from a signal's completion until a counter shows it
};

struct Machine {
  std::string name;
  std::string prose;
  ArrayParams array;
  ScratchpadParams scratchpad;
  AccumulatorParams accumulator;
  VectorParams vector;
  SequencerParams sequencer;
  DmaParams load, store;
  int token_max;
  DramParams dram;
  int queue[kUnitCount]; ///< depth in instructions; [Sequencer] is 0
  int cores = 1;         ///< that share the DRAM; all that stands above is each one's own but that
  EventParams events;

  int row_bytes() const { return array.cols; }                 ///< bytes of a scratchpad row
  int accumulator_row_bytes() const { return 4 * array.cols; } ///< bytes of an accumulator row
  int64_t accumulator_rows() const { return accumulator.bytes / accumulator_row_bytes(); }
  int64_t bank_bytes() const { return scratchpad.bytes / scratchpad.banks; }
  int64_t accumulator_bank_rows() const { return accumulator_rows() / accumulator.banks; }
};

/// Of the `cores` of a machine.
inline constexpr int kMaxCores = 16;

const char* name(Unit unit); ///< "sequencer", "load", ...: the one name in YAML, traces and reports

} // namespace npuforge::isa
