#pragma once
// The core: one module for each unit, the issue arbiter, and what they share. SystemC elaborates
// once in a process, so Simulators share one Core, which is configured for each run.

#include <exception>
#include <functional>
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
  /// In place of `dram`; then the text is decoded as it is fetched: `fetched` hears of it, line by
  /// line, before it executes.
  DramPort* port = nullptr;
  std::function<void(uint64_t address, std::span<const std::byte> bytes)> fetched = {};
  std::function<void(Cycle end)> ended = {}; ///< of Core::begin
};

inline constexpr int kUnits = isa::kUnitCount;
inline constexpr int index(isa::Unit unit) {
  return static_cast<int>(unit);
}

class Core : public sc_core::sc_module {
public:
  /// The one of programs that have no platform of their own.
  static Core& instance();
  explicit Core(sc_core::sc_module_name name);
  /// Runs SystemC until the program has ended.
  RunStats run(const RunContext& context);
  /// For platforms, which run SystemC themselves: the program's cycle 0 is now. `context.ended` is
  /// called when it is known in which cycle the program ends, not later than in that cycle; then
  /// `accounting.stats` are those of the run, and `error` is empty or says what went wrong.
  void begin(const RunContext& context);
  /// Whatever runs ends here; `ended` is not called.
  void abandon() { stopped_ = true; }
  const std::string& error() const { return error_; }
  /// How long a cycle is, between runs; 1 ns if never set.
  void set_cycle(sc_core::sc_time cycle) { tick_ = cycle.value(); }

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
  void reset();
  void stop(Cycle end);
  std::string deadlock_report() const;

  uint64_t tick_ = 1, origin_ = 0;
  bool stopped_ = false;
  std::string error_;
};

/// "cycle 12, pc 3 (add r1, r2, r3): reason"
std::string describe(const RunContext& context, Cycle at, uint32_t pc, const std::string& reason);

} // namespace npuforge::simulator
