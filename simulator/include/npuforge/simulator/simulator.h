#pragma once
// The cycle-accurate model as a library: load a program, set inputs, run, read outputs, observe
// events.

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/spec.h"
#include "npuforge/simulator/dram.h"
#include "npuforge/simulator/events.h"

namespace npuforge::simulator {

/// Why a unit's cycle was not spent issuing or working. A cycle has the first cause that explains
/// it, in this order: units other than the sequencer: Empty (no instruction in the queue), Token,
/// Post, then WeightSet (weights, matrix) or Engine (load, store: the engine is full or its request
/// or read side busy), Event (an await's counter), Port (held, or claimed by an older candidate);
/// the sequencer: Fetch (its line is not valid), Token, Post, Queue (the unit's is full), Drain
/// (halt waits for all units, and one that the host lets go on for the host).
enum class Stall : uint8_t {
  Empty,
  Token,
  Post,
  Port,
  WeightSet,
  Engine,
  Fetch,
  Queue,
  Drain,
  Event
};
inline constexpr int kStallCount = 10;
const char* name(Stall stall);

/// Cycles of one unit; busy + sum(stalls) == cycles of the run. Busy is, of the sequencer: an
/// instruction was executed or dispatched; of weights, matrix, vector: the front was occupied; of
/// load, store: the engine held an instruction (so a wait for the engine never counts as a stall,
/// but among the waits).
struct UnitStats {
  int64_t instructions = 0, busy = 0;
  std::array<int64_t, kStallCount> stalls{};
  /// Cycles in which the head of the queue waited for the cause, also while the unit was working on
  /// older instructions.
  std::array<int64_t, kStallCount> waits{};
};

/// The instructions of one layer; several layers may be under way at once.
struct LayerStats {
  std::string layer;
  int64_t first_issue = 0, last_complete = 0, macs = 0, matrix_busy = 0, vector_busy = 0,
          dram_read = 0, dram_written = 0;
};

/// What a bank's port is for: a memory read or written.
inline constexpr int kPortKinds = 4;
constexpr int port_kind(isa::Space space, isa::Access port) {
  return (space == isa::Space::Accumulator ? 2 : 0) + (port == isa::Access::Write ? 1 : 0);
}
/// Cycles for which a unit waited at bank ports: [waiting unit][holding unit, or the one with the
/// older claim].
using Conflicts = std::array<std::array<int64_t, isa::kUnitCount>, isa::kUnitCount>;

struct RunStats {
  int64_t cycles = 0;
  int64_t macs = 0; ///< rows streamed x weight rows loaded x array columns
  int64_t dram_read = 0, dram_written = 0, fetched = 0; ///< bytes
  int64_t copied = 0; ///< bytes that went to scratchpads of other cores, each burst counted once
  int64_t round_trips = 0; ///< times that the host let the program go on
  std::array<UnitStats, isa::kUnitCount> units{};
  std::vector<LayerStats> layers;
  Conflicts port_conflicts{};                            ///< of all ports; DMA too
  std::array<Conflicts, kPortKinds> port_conflicts_of{}; ///< the same by port_kind
  /// Of each core, if there are several: then `cycles` above are those of the last one to end, and
  /// all else is summed.
  std::vector<RunStats> cores;
};

/// What isa::registers' counters hold after such a run, in their order.
std::vector<uint64_t> counters(const RunStats& stats);

/// A program did something that TIMING.md calls an error, or never ends; what() names cycle, pc,
/// instruction and reason.
class SimulationError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

struct Options {
  bool timing_only = false; ///< no values: outputs stay zero
  int64_t max_cycles = 1'000'000'000'000;
  int64_t host_latency = 1000; ///< cycles until the host lets a program that it halts for go on
  bool check_hazards = true;   ///< stop at unordered overlapping accesses
  /// Of several cores: fail where accesses to DRAM are unordered, or counters can hold too much, in
  /// some timing of the same instructions. Takes time in proportion to the square of the run.
  bool check_order = false;
};

/// A machine, its cores and their DRAM. Not copyable. SystemC allows one elaboration a process: a
/// Simulator may be reset and run again, with the same or another program of the same spec, as
/// often as wanted.
class Simulator {
public:
  Simulator(const isa::Spec& spec, Options options);
  ~Simulator();
  void
  load(const assembler::Program& program); ///< resets everything, copies text and segments to DRAM
  DramData& dram();                        ///< contents, before and after a run
  RunStats run(EventSink* sink);           ///< to the end of the program; throws SimulationError
  std::span<const std::byte> scratchpad(int core = 0) const; ///< contents after a run
  std::span<const int32_t> accumulator(int core = 0) const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace npuforge::simulator
