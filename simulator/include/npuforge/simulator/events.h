#pragma once
// What a run reports, instruction by instruction: the narrow interface that traces and
// co-simulation stand on.

#include <cstdint>

#include "npuforge/isa/machine.h"

namespace npuforge::simulator {

/// One executed instruction. All cycles as TIMING.md counts them.
struct InstructionEvent {
  uint64_t sequence; ///< 0, 1, .. in the order of execution by its core's sequencer
  uint32_t pc;       ///< index in the text
  isa::Unit unit;
  int64_t dispatch; ///< cycle in which the sequencer executed it
  int64_t issue;    ///< sequencer's instructions: the same cycle
  int64_t complete;
  int core = 0;
};

/// Hears of each instruction as soon as its completion cycle is known. Each unit's instructions
/// come in the order of their sequence; between units, and between cores, there is no order.
class EventSink {
public:
  virtual ~EventSink() = default;
  virtual void on_complete(const InstructionEvent& event) = 0;
};

} // namespace npuforge::simulator
