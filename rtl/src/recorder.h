#pragma once
// Puts the events of the core's trace together: one InstructionEvent for each instruction, when it
// completes.

#include <array>
#include <deque>

#include "npuforge/rtl/model.h"
#include "npuforge/simulator/events.h"

namespace npuforge::rtl {

class Recorder {
public:
  explicit Recorder(simulator::EventSink* sink) : sink_(sink) {}

  /// Takes what the core shows in cycle `now`; false if it shows no event. Throws std::logic_error
  /// if the trace contradicts itself, e.g. a completion without an issue.
  bool observe(const NpuRtlOutputs& shown, int64_t now);
  /// Instructions executed and not complete.
  int64_t open() const { return open_; }
  int64_t executed() const { return static_cast<int64_t>(next_sequence_); }
  uint32_t last_pc() const { return last_pc_; }

private:
  using Queue = std::deque<simulator::InstructionEvent>;
  simulator::EventSink* sink_;
  uint64_t next_sequence_ = 0;
  int64_t open_ = 0;
  uint32_t last_pc_ = 0;
  std::array<Queue, isa::kUnitCount> dispatched_, issued_;
  Queue own_; ///< the sequencer's: complete in the cycle after

  void execute(const NpuRtlOutputs& shown, int64_t now);
  void issue(int unit, Queue& to, int64_t now);
  void complete(Queue& from, int64_t now);
};

} // namespace npuforge::rtl
