#pragma once
// Puts the events of the cores' traces together: one InstructionEvent for each instruction, when it
// completes.

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "npuforge/rtl/model.h"
#include "npuforge/simulator/events.h"

namespace npuforge::rtl {

/// Of one core.
class CoreRecorder {
public:
  CoreRecorder(int core, simulator::EventSink* sink) : core_(core), sink_(sink) {}

  /// Takes what the core shows in cycle `now`; false if it shows no event. Throws std::logic_error
  /// if the trace contradicts itself, e.g. a completion without an issue.
  bool observe(const NpuRtlTrace& shown, int64_t now);
  /// Instructions executed and not complete.
  int64_t open() const { return open_; }
  int64_t executed() const { return static_cast<int64_t>(next_sequence_); }
  uint32_t last_pc() const { return last_pc_; }

private:
  using Queue = std::deque<simulator::InstructionEvent>;
  int core_;
  simulator::EventSink* sink_;
  uint64_t next_sequence_ = 0;
  int64_t open_ = 0;
  uint32_t last_pc_ = 0;
  std::array<Queue, isa::kUnitCount> dispatched_, issued_;
  Queue own_; ///< the sequencer's: complete in the cycle after

  void execute(const NpuRtlTrace& shown, int64_t now);
  void issue(int unit, Queue& to, int64_t now);
  void complete(Queue& from, int64_t now);
};

/// Of all cores.
class Recorder {
public:
  Recorder(int cores, simulator::EventSink* sink) {
    for (int core = 0; core < cores; ++core)
      cores_.emplace_back(core, sink);
  }
  /// As CoreRecorder's.
  bool observe(const NpuRtlOutputs& shown, int64_t now);
  /// "5 instructions executed, 2 not complete, last pc 3", of each core.
  std::string state() const;

private:
  std::vector<CoreRecorder> cores_;
};

} // namespace npuforge::rtl
