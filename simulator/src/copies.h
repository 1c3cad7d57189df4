#pragma once
// The bus on which store units write into the scratchpads of other cores (TIMING.md section 7).
// Advanced by the memory module.

#include <optional>

#include "cluster.h"
#include "credits.h"
#include "store.h"

namespace npuforge::simulator {

class Copies {
public:
  explicit Copies(Cluster& cluster) : cluster_(cluster) {}
  void reset();

  /// The next cycle in which it accepts a burst or writes a row; kNever while there is none. What
  /// is known of ports and bursts up to a cycle says what it does up to that.
  Cycle next() const;
  /// Does so, and sends all of the burst that goes by cycle `until`, which is next() at least.
  void run(Cycle until);

private:
  void accept(Cycle at);
  void write(Cycle at);
  /// Of the step, the port in a core.
  int port(int core) const;
  template <class Do>
  void each_target(Do action) const;

  Cluster& cluster_;
  int last_ = 0;              ///< core accepted last
  std::optional<int> sender_; ///< whose burst is on its way
  Store::Crossing burst_{};   ///< which
  uint32_t address_ = 0;      ///< of the next step
  int step_ = 1, beat_ = 1;   ///< bytes
  Cycle next_step_ = 0;       ///< not before: of a burst, or of the next one's acceptance
};

} // namespace npuforge::simulator
