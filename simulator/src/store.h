#pragma once
// The store unit: scratchpad to DRAM (TIMING.md section 6), or to other cores' scratchpads (section
// 7). Its read side makes beats from rows; its write side sends a burst when all its beats are in
// the FIFO. Advanced by the memory module, as the load unit is.

#include <deque>
#include <optional>

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
  /// Cycle from which on the next burst is shown on AW; kNever while its beats are not there, or if
  /// it does not go to DRAM.
  Cycle show_time() const { return next_is_across() ? kNever : next_show(); }
  int burst_beats() const { return bursts_.front().beats; }
  /// DRAM accepts the burst shown; its response comes in start + beats, or when the port says.
  void accepted(Cycle at, Cycle start);
  bool idle() const { return held_jobs_.empty(); }

  // --- for the copy bus
  // ------------------------------------------------------------------------------------------
  /// As show_time(), of a burst to other cores.
  Cycle cross_time() const { return next_is_across() ? next_show() : kNever; }
  /// It holds a copy to other cores.
  bool crosses() const { return crossings_ > 0; }
  struct Crossing {
    uint32_t address = 0; ///< of its first beat
    uint32_t cores = 0;   ///< a mask
  };
  /// The bus accepts the burst shown.
  Crossing cross();
  /// It has written the burst's next beat in a cycle. Returns whether that was the last one.
  bool crossed(Cycle at);

private:
  struct Ready {
    int beats;
    Cycle full_at;  ///< all beats are in the FIFO
    bool last;      ///< of its instruction
    uint32_t cores; ///< to which it goes; 0: to DRAM
    Piece piece;
  };

  bool next_is_across() const { return !bursts_.empty() && bursts_.front().cores != 0; }
  Cycle next_show() const;

  void start_run();
  void made(Cycle at);
  void next_run(Cycle at);
  void finish_job(Cycle complete);
  void finish_events();
  Cycle bound(Cycle now) const;
  void watch();
  void copy(const Job& job);
  void copy_across(const Job& job);
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
  int64_t far_offset_ = 0, pad_offset_ = 0, beat_ = 0, beats_ = 0, rows_read_ = 0;
  Cycle next_step_ = 0, idle_from_ = 0;

  // write side
  std::deque<Job*> held_jobs_;
  std::deque<Ready> bursts_;
  Cycle sending_until_ = 0;
  bool across_ = false;           ///< where the burst before went
  Cycle answered_ = 0;            ///< its response
  std::optional<Ready> crossing_; ///< on the copy bus; `beats` are left
  int crossings_ = 0;             ///< copies to other cores that it holds
  Cycle last_complete_ = 0;       ///< of the instructions that have completed
  std::vector<std::byte> data_;   ///< of a burst to a port
  std::vector<unsigned char> masks_;
};

} // namespace npuforge::simulator
