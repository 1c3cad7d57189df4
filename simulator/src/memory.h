#pragma once
// The memory module: the read and the write arbiter over all cores, and DRAM behind them (TIMING.md
// section 6), beside it the bus of copies between cores. It is advanced when somebody asks what has
// happened up to a cycle; between bursts nothing of it runs.

#include <optional>
#include <vector>

#include "cluster.h"
#include "copies.h"
#include "credits.h"
#include "runs.h"

namespace npuforge::simulator {

class Memory : public sc_core::sc_module {
public:
  SC_HAS_PROCESS(Memory);
  Memory(sc_core::sc_module_name name, Cluster& cluster);
  void reset();

  /// Everything of loads, stores and DRAM up to and including cycle `until` has happened
  /// afterwards. `until` is at most now: what an issue arbiter grants at now holds ports from now +
  /// 1 on.
  void advance(Cycle until);

  /// A core's instruction cache asks for `beats` from `address` on, presented from cycle `at` on.
  /// One fill at a time.
  void fill(int core, uint64_t address, int beats, Cycle at);
  /// A load or store engine has something to do.
  void started();
  /// The cycle of the next write's response, which is there in cycle `ready`: all cores' come in
  /// the order of their bursts, one a cycle.
  Cycle respond(Cycle ready) { return responded_ = std::max(ready, responded_ + 1); }
  /// Cycle from which on the line asked for is valid; kNever while that is not known.
  Cycle fill_valid_at(int core) const { return fills_[static_cast<size_t>(core)].valid_at; }
  /// The line is not valid before this cycle, which is later than now; everything up to now - 1 has
  /// happened.
  Cycle fill_bound(int core, Cycle now) const;

private:
  struct Fill {
    uint64_t address = 0;          ///< of the line
    int to_ask = 0, to_accept = 0; ///< beats
    Cycle asked = 0, present = kNever, valid_at = kNever;
    std::vector<std::byte> line; ///< from a port: what has come so far
  };
  struct Slot {
    int core;
    bool is_fill;
    int beats;
    Cycle shown_from;
    Piece piece; ///< of a load
  };

  Cycle next() const;
  void drain(Cycle until);
  Cycle copies_from(Cycle next) const;
  void step(Cycle at);
  void choose_writer(Cycle at);
  void accept_write(Cycle at);
  void accept_read(Cycle at);
  Cycle read(const Slot& slot, Cycle at);
  bool moving() const;
  void grant(Cycle at);
  void grant_fill(int core, Cycle at);
  void grant_load(int core, Cycle at);
  Fill& fill_of(int core) { return fills_[static_cast<size_t>(core)]; }
  void watch();

  Cluster& cluster_;
  sc_core::sc_event due_;
  std::optional<DramTiming> dram_;
  Copies copies_;
  std::vector<Fill> fills_;     ///< of each core
  Cycle responded_ = -1;        ///< the last response
  Cycle stepped_ = -1;          ///< last cycle in which something happened
  std::vector<std::byte> data_; ///< of a burst from a port

  // read arbiter
  std::optional<Slot> slot_;
  int reader_ = 0; ///< core granted last

  // write arbiter
  int writer_ = 0;           ///< core accepted last
  std::optional<int> on_aw_; ///< core whose burst is on the channel
  Cycle aw_free_ = 0;        ///< all beats of the burst before are sent
};

} // namespace npuforge::simulator
