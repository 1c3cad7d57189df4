#pragma once
// The load unit: DRAM to scratchpad (TIMING.md section 6). Its request side presents bursts to the
// read arbiter; its drain side moves beats from the FIFO into rows. Both are advanced by the memory
// module, in loops, not an event a beat; an event only wakes it where it may complete an
// instruction.

#include <deque>

#include "core.h"
#include "runs.h"

namespace npuforge::simulator {

class Load : public sc_core::sc_module {
public:
  SC_HAS_PROCESS(Load);
  Load(sc_core::sc_module_name name, Core& core);
  void reset();
  void cancel() { due_.cancel(); }

  /// Earliest cycle in which a test finds that the engine can accept; kNever while that is not
  /// known.
  Cycle accept_time() const { return requesting_ ? kNever : std::max(idle_from_, held_.ready()); }
  /// Not before this cycle, when accept_time() is not known; later than now.
  Cycle accept_bound(Cycle now) const;
  void issue(Job& job);

  // --- for the memory module
  // ------------------------------------------------------------------------------------------
  /// Cycle from which on the next burst is presented; kNever while there is none or its room is not
  /// known.
  Cycle present_time() const {
    return requesting_ ? std::max(next_request_, places_.ready(bursts_.beats())) : kNever;
  }
  int burst_beats() const { return bursts_.beats(); }
  Piece piece() const { return bursts_.piece(); }
  void granted(Cycle at);
  /// The burst granted earliest of those not yet accepted is accepted; beat k is on the bus in
  /// start + k.
  void accepted(int beats, Cycle start) { arrivals_.push_back({start, beats}); }
  /// Another core's copy has the port in a cycle, up to which it has not drained.
  void gives_way(int port, Cycle at);
  /// Drains up to and including cycle `until`.
  void drain(Cycle until);
  bool idle() const { return !requesting_ && held_jobs_.empty(); }

private:
  struct Arrival {
    Cycle start;
    int beats;
  };

  void start_run();
  void finish_run(Cycle at);
  void finish_job(Cycle at);
  void pop(Cycle at);
  Cycle past_copies(int port, Cycle at) const;
  int64_t beat_needed() const; ///< by the row that comes next
  Cycle next_beat(Cycle now) const;
  Cycle beat_time() const {
    return arrivals_.empty() ? kNever : arrivals_.front().start + popped_ + 1;
  }
  Cycle completion_bound(Cycle now) const;
  void watch();
  void copy(const Job& job);

  Core& core_;
  sc_core::sc_event due_;

  Credits held_;   ///< instructions that it may take
  Credits places_; ///< of the FIFO

  // request side
  bool requesting_ = false;
  Job* request_job_ = nullptr;
  BurstCursor bursts_;
  Cycle next_request_ = 0, idle_from_ = 0;

  // drain side
  std::deque<Job*> held_jobs_;
  std::deque<Arrival> arrivals_;
  int popped_ = 0; ///< beats of the first arrival
  RunCursor runs_;
  bool draining_ = false; ///< runs_ stands in the first held job
  Cycle next_step_ = 0;
  struct Taken {
    Cycle at;
    int port;
  };
  std::deque<Taken> taken_; ///< by copies of other cores, from next_step_ on
  Run run_;
  int64_t far_offset_ = 0, pad_offset_ = 0, row_ = 0, rows_ = 0, run_pops_ = 0;
};

} // namespace npuforge::simulator
