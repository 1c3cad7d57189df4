#pragma once
// The cores of a machine, the memory module that they share, and the time. SystemC elaborates once
// in a process, so Simulators share one cluster, with as many cores as a machine may have; it is
// configured for each run, which uses the first of them.

#include <functional>
#include <memory>
#include <span>
#include <systemc>
#include <vector>

#include "npuforge/simulator/events.h"
#include "npuforge/simulator/simulator.h"

#include "memories.h"
#include "micro_op.h"
#include "order.h"

namespace npuforge::simulator {

class Core;
class Memory;
struct Job;

/// What one run works on. Everything outlives the run.
struct RunContext {
  const isa::Spec* spec = nullptr;
  const assembler::Program* program = nullptr;
  const std::vector<MicroOp>* text = nullptr;
  const Options* options = nullptr;
  DramData* dram = nullptr;
  std::vector<Memories>* memories = nullptr; ///< of each core
  EventSink* sink = nullptr;
  /// In place of `dram`; then the text is decoded as it is fetched: `fetched` hears of it, line by
  /// line, before it executes.
  DramPort* port = nullptr;
  std::function<void(uint64_t address, std::span<const std::byte> bytes)> fetched = {};
  std::function<void(Cycle end)> ended = {}; ///< of Cluster::begin
};

class Cluster : public sc_core::sc_module {
public:
  SC_HAS_PROCESS(Cluster);
  /// The one of programs that have no platform of their own.
  static Cluster& instance();
  Cluster(sc_core::sc_module_name name, int most_cores);
  /// Runs SystemC until the program has ended.
  RunStats run(const RunContext& context);
  /// For platforms, which run SystemC themselves: the program's cycle 0 is now. `context.ended` is
  /// called when it is known in which cycle the program ends, not later than in that cycle; then
  /// `stats` are those of the run, and `error` is empty or says what went wrong.
  void begin(const RunContext& context);
  /// Whatever runs ends here; `ended` is not called.
  void abandon() { stopped_ = true; }
  const std::string& error() const { return error_; }
  RunStats stats() const;
  /// How long a cycle is, between runs; 1 ns if never set.
  void set_cycle(sc_core::sc_time cycle) { tick_ = cycle.value(); }

  Cycle now() const {
    return static_cast<Cycle>((sc_core::sc_time_stamp().value() - origin_) / tick_);
  }
  /// Wakes an event at a cycle, or at once when that is now or past; an earlier wake-up that is
  /// pending stays.
  void wake(sc_core::sc_event& event, Cycle at) const;

  const RunContext& context() const { return context_; }
  const isa::Machine& machine() const { return context_.spec->machine; }
  /// Those of the run.
  int cores() const { return machine().cores; }
  /// What the run's instructions are, if Options::check_order asks for it.
  Order& order() { return order_; }
  Core& core(int number) { return *cores_[static_cast<size_t>(number)]; }
  const Core& core(int number) const { return *cores_[static_cast<size_t>(number)]; }
  Memory& memory() { return *memory_; }

  /// A core has completed a signal: counters rise.
  void signal(int from, const Job& job);
  /// A core has ended, at a cycle; the run does with the last one.
  void core_ended(Cycle at);
  /// Ends the run with an error, unless something else has.
  void fail(Cycle at, const std::string& error);
  bool stopped() const { return stopped_; }

  ~Cluster() override;

private:
  void finish();
  void check_signals();
  void check_order();
  std::string deadlock_report() const;

  RunContext context_;
  std::unique_ptr<Memory> memory_;
  std::vector<std::unique_ptr<Core>> cores_;
  Order order_;
  sc_core::sc_event end_due_;
  uint64_t tick_ = 1, origin_ = 0;
  int running_ = 0; ///< cores that have not ended
  Cycle end_ = 0;
  bool stopped_ = false;
  std::string error_;
};

/// "cycle 12, pc 3 (add r1, r2, r3): reason"; of a machine with several cores "core 1, cycle .."
std::string describe(const RunContext& context, int core, Cycle at, uint32_t pc,
                     const std::string& reason);

} // namespace npuforge::simulator
