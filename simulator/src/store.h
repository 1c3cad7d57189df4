#pragma once
// The store unit: scratchpad to DRAM (TIMING.md section 6). Its read side makes beats from rows;
// its write side sends a burst when all its beats are in the FIFO. Advanced by the memory module,
// as the load unit is.

#include <deque>

#include "core.h"
#include "runs.h"

namespace npuforge::simulator {

class Store : public sc_core::sc_module {
public:
  SC_HAS_PROCESS(Store);
  Store(sc_core::sc_module_name name, Core& core);
  void reset();
  void cancel() { due_.cancel(); }

  /// Earliest cycle in which a test finds that the engine can accept; kNever while that is not
  /// known.
  Cycle accept_time() const { return reading_ ? kNever : std::max(idle_from_, held_.ready()); }
  void issue(Job& job);

  // --- for the memory module
  // ------------------------------------------------------------------------------------------
  /// Makes beats up to and including cycle `until`.
  void read(Cycle until);
  /// Cycle from which on the next burst is shown on AW; kNever while its beats are not there.
  Cycle show_time() const {
    return bursts_.empty() ? kNever : std::max(sending_until_, bursts_.front().full_at) + 1;
  }
  int burst_beats() const { return bursts_.front().beats; }
  /// DRAM accepts the burst shown; its response comes in start + beats, or when the port says.
  void accepted(Cycle at, Cycle start);
  bool idle() const { return held_jobs_.empty(); }

private:
  struct Ready {
    int beats;
    Cycle full_at; ///< all beats are in the FIFO
    bool last;     ///< of its instruction
    Piece piece;
  };

  void start_run();
  void made(Cycle at);
  void next_run(Cycle at);
  void finish_job(Cycle complete);
  void finish_events();
  Cycle bound(Cycle now) const;
  void watch();
  void copy(const Job& job);
  Cycle write(const Piece& piece, Cycle last);

  Core& core_;
  sc_core::sc_event due_;
  Credits held_, places_;

  // read side
  bool reading_ = false;
  Job* read_job_ = nullptr;
  RunCursor runs_;
  BurstCursor cut_;
  int burst_made_ = 0; ///< beats made of the burst that cut_ stands at
  Run run_;
  int64_t dram_offset_ = 0, pad_offset_ = 0, beat_ = 0, beats_ = 0, rows_read_ = 0;
  Cycle next_step_ = 0, idle_from_ = 0;

  // write side
  std::deque<Job*> held_jobs_;
  std::deque<Ready> bursts_;
  Cycle sending_until_ = 0;
  Cycle last_complete_ = 0;     ///< of the instructions that have completed
  std::vector<std::byte> data_; ///< of a burst to a port
  std::vector<unsigned char> masks_;
};

} // namespace npuforge::simulator
