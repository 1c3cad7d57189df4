#pragma once
// One core: a module for each unit, the issue arbiter, and what they share.

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "npuforge/simulator/events.h"
#include "npuforge/simulator/simulator.h"

#include "accounting.h"
#include "cluster.h"
#include "dispatch.h"
#include "memories.h"
#include "signals.h"

namespace npuforge::simulator {

class Sequencer;
class Issue;
class Load;
class Store;
class Weights;
class Matrix;
class Vector;

inline constexpr int kUnits = isa::kUnitCount;
inline constexpr int index(isa::Unit unit) {
  return static_cast<int>(unit);
}

class Core : public sc_core::sc_module {
public:
  Core(sc_core::sc_module_name name, Cluster& cluster, int number);
  void reset();
  /// Forgets wake-ups that are pending.
  void cancel();

  // --- time
  // -----------------------------------------------------------------------------------------------------------
  Cycle now() const { return cluster.now(); }
  void wake(sc_core::sc_event& event, Cycle at) const { cluster.wake(event, at); }

  // --- shared state, registered by the times that it carries
  // ----------------------------------------------------------
  Cluster& cluster;
  const int number;
  Memory* const memory;
  const RunContext& context;
  const isa::Machine& machine() const { return context.spec->machine; }
  Memories& memories() const { return (*context.memories)[static_cast<size_t>(number)]; }
  bool values() const { return !context.options->timing_only; }
  std::array<std::array<Credits, kUnits>, kUnits> tokens; ///< [from][to]
  std::array<std::array<Credits, kUnits>, kUnits>
      room; ///< [from][to]: tokens.max less the reserved ones
  Ports ports;
  Signals signals;
  Accounting accounting;

  // --- what modules tell each other
  // -----------------------------------------------------------------------------------
  /// The job's completion cycle is known: posts its tokens, sends its signals, reports it.
  void completes(Job& job);
  /// Something that the sequencer may wait for is known, for cycle `at`.
  void wake_sequencer(Cycle at);
  void wake_issue(Cycle at);
  /// The sequencer's halt has executed; `cycles` are the core's.
  void finish(Cycle cycles);
  /// Ends the run with an error at a cycle.
  void fail(Cycle at, uint32_t pc, const std::string& reason);
  /// Fails if a counter holds more than it can, as it is in cycle `at`.
  void check_signals(Cycle at);
  bool stopped() const { return ended_ || cluster.stopped(); }
  std::string describe(Cycle at, uint32_t pc, const std::string& reason) const {
    return simulator::describe(context, number, at, pc, reason);
  }
  /// A line for each instruction that waits, for the report of a deadlock.
  std::vector<std::string> waiting() const;

  std::unique_ptr<Sequencer> sequencer;
  std::unique_ptr<Issue> issue;
  std::unique_ptr<Load> load;
  std::unique_ptr<Weights> weights;
  std::unique_ptr<Matrix> matrix;
  std::unique_ptr<Vector> vector;
  std::unique_ptr<Store> store;

  ~Core() override;

private:
  bool ended_ = false;
};

} // namespace npuforge::simulator
