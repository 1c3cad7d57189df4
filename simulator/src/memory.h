#pragma once
// The memory module: the read arbiter in front of AR, and DRAM behind it (TIMING.md section 6). It
// is advanced when somebody asks what has happened up to a cycle; between bursts nothing of it
// runs.

#include <optional>

#include "core.h"
#include "runs.h"

namespace npuforge::simulator {

class Memory : public sc_core::sc_module {
public:
  SC_HAS_PROCESS(Memory);
  Memory(sc_core::sc_module_name name, Core& core);
  void reset();

  /// Everything of load, store and DRAM up to and including cycle `until` has happened afterwards.
  /// `until` is at most now: what the issue arbiter grants at now holds ports from now + 1 on.
  void advance(Cycle until);

  /// The instruction cache asks for `beats` from `address` on, presented from cycle `at` on. One
  /// fill at a time.
  void fill(uint64_t address, int beats, Cycle at);
  /// Load or store has something to do.
  void started();
  /// Cycle from which on the line asked for is valid; kNever while that is not known.
  Cycle fill_valid_at() const { return fill_valid_at_; }
  /// The line is not valid before this cycle, which is later than now; everything up to now - 1 has
  /// happened.
  Cycle fill_bound(Cycle now) const {
    return fill_valid_at_ < kNever
               ? kNever
               : std::max(now, fill_asked_ + 1) + core_.machine().dram.latency + fill_to_accept_;
  }

private:
  struct Slot {
    bool is_fill;
    int beats;
    Cycle shown_from;
    Piece piece; ///< of a load
  };

  Cycle next() const;
  void step(Cycle at);
  void accept(Cycle at, bool read_shown, bool write_shown);
  void grant(Cycle at);
  Cycle read(const Slot& slot, Cycle at);
  void watch();

  Core& core_;
  sc_core::sc_event due_;
  std::optional<DramTiming> dram_;
  std::optional<Slot> slot_;
  Cycle stepped_ = -1; ///< last cycle in which something happened
  int fill_to_ask_ = 0, fill_to_accept_ = 0;
  uint64_t fill_address_ = 0;          ///< of the line
  std::vector<std::byte> line_, data_; ///< from a port: of the line so far, of a burst
  Cycle fill_asked_ = 0, fill_present_ = kNever, fill_valid_at_ = kNever;
};

} // namespace npuforge::simulator
