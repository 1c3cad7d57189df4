#pragma once
// The core: one module for each unit, the issue arbiter, and what they share. SystemC elaborates
// once in a process, so there is one Core, which is configured for each run. 1 cycle = 1 ns.

#include <exception>
#include <memory>
#include <systemc>

#include "npuforge/simulator/events.h"
#include "npuforge/simulator/simulator.h"

#include "accounting.h"
#include "dispatch.h"
#include "memories.h"

namespace npuforge::simulator {

class Sequencer;
class Issue;
class Load;
class Store;
class Memory;
class Weights;
class Matrix;
class Vector;

/// What one run works on. Everything outlives the run.
struct RunContext {
  const isa::Spec* spec = nullptr;
  const assembler::Program* program = nullptr;
  const std::vector<MicroOp>* text = nullptr;
  const Options* options = nullptr;
  DramData* dram = nullptr;
  Memories* memories = nullptr;
  EventSink* sink = nullptr;
};

inline constexpr int kUnits = isa::kUnitCount;
inline constexpr int index(isa::Unit unit) {
  return static_cast<int>(unit);
}

class Core : public sc_core::sc_module {
public:
  static Core& instance();
  RunStats run(const RunContext& context);

  // --- time
  // -----------------------------------------------------------------------------------------------------------
  Cycle now() const {
    return static_cast<Cycle>((sc_core::sc_time_stamp().value() - origin_) / tick_);
  }
  /// Wakes an event at a cycle, or at once when that is now or past; an earlier wake-up that is
  /// pending stays.
  void wake(sc_core::sc_event& event, Cycle at) const;

  // --- shared state, registered by the times that it carries
  // ----------------------------------------------------------
  RunContext context;
  const isa::Machine& machine() const { return context.spec->machine; }
  bool values() const { return !context.options->timing_only; }
  std::array<std::array<Credits, kUnits>, kUnits> tokens; ///< [from][to]
  std::array<std::array<Credits, kUnits>, kUnits>
      room; ///< [from][to]: tokens.max less the reserved ones
  Ports ports;
  Accounting accounting;

  // --- what modules tell each other
  // -----------------------------------------------------------------------------------
  /// The job's completion cycle is known: posts its tokens, reports it.
  void completes(Job& job);
  /// Something that the sequencer may wait for is known, for cycle `at`.
  void wake_sequencer(Cycle at);
  void wake_issue(Cycle at);
  /// Ends the run after the sequencer's halt; `cycles` are the run's.
  void finish(Cycle cycles);
  /// Ends the run with an error at a cycle.
  void fail(Cycle at, uint32_t pc, const std::string& reason);
  bool stopped() const { return stopped_; }

  std::unique_ptr<Sequencer> sequencer;
  std::unique_ptr<Issue> issue;
  std::unique_ptr<Load> load;
  std::unique_ptr<Weights> weights;
  std::unique_ptr<Matrix> matrix;
  std::unique_ptr<Vector> vector;
  std::unique_ptr<Store> store;
  std::unique_ptr<Memory> memory;

  ~Core() override;

private:
  explicit Core(sc_core::sc_module_name name);
  void reset();
  std::string deadlock_report() const;

  uint64_t tick_ = 1, origin_ = 0;
  bool stopped_ = false;
  std::string error_;
};

/// "cycle 12, pc 3 (add r1, r2, r3): reason"
std::string describe(const RunContext& context, Cycle at, uint32_t pc, const std::string& reason);

} // namespace npuforge::simulator
