#pragma once
// Statistics of a run, gathered where things happen; see UnitStats for what a cycle counts as.

#include <vector>

#include "npuforge/simulator/simulator.h"

#include "job.h"

namespace npuforge::simulator {

class Accounting {
public:
  void reset(const assembler::Program& program, const isa::Machine& machine);

  /// A pipeline's instruction was granted: the unit works in [issue, issue + occupancy).
  void pipeline_issued(const Job& job);
  /// A DMA instruction completed: the unit worked in [issue, complete). In order of issue.
  void dma_completed(const Job& job);
  /// Bytes moved on the bus for a job (read: false = written).
  void moved(const Job& job, bool read, int64_t bytes);
  /// Bytes moved to other cores.
  void copied(int64_t bytes) { stats.copied += bytes; }
  void multiplied(const Job& job, int64_t macs);
  void completed(const Job& job);
  void sequencer_executed(const MicroOp& op, Cycle at);
  void sequencer_stalled(Stall cause, Cycle cycles) {
    stats.units[0].stalls[static_cast<int>(cause)] += cycles;
  }
  /// Cycles in which an instruction of the sequencer had its port, before that in which it
  /// executes.
  void sequencer_accessed(Cycle cycles) { stats.units[0].busy += cycles; }
  /// `kind`: port_kind of the port.
  void port_conflict(isa::Unit waiting, isa::Unit holding, int kind, Cycle cycles) {
    stats.port_conflicts[static_cast<int>(waiting)][static_cast<int>(holding)] += cycles;
    stats.port_conflicts_of[kind][static_cast<int>(waiting)][static_cast<int>(holding)] += cycles;
  }
  /// Closes the books at the end of the run.
  void finish(Cycle cycles);

  RunStats stats;

private:
  void blame(const Job& job, Cycle worked_until, Cycle until);
  LayerStats* layer(const MicroOp& op) { return op.layer < 0 ? nullptr : &stats.layers[op.layer]; }
  void touch(LayerStats& layer, Cycle issue, Cycle complete);

  std::array<Cycle, isa::kUnitCount> worked_until_{};
  std::array<Cycle, isa::kUnitCount> issued_{};
};

} // namespace npuforge::simulator
