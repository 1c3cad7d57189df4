#include "accounting.h"

#include <algorithm>

namespace npuforge::simulator {
namespace {

/// Adds [cursor, end) to the cause and moves the cursor.
void charge(std::array<int64_t, kStallCount>& causes, Stall cause, Cycle& cursor, Cycle end) {
  if (end <= cursor)
    return;
  causes[static_cast<int>(cause)] += end - cursor;
  cursor = end;
}

Stall own_cause(isa::Unit unit) {
  if (unit == isa::Unit::Vector)
    return Stall::Port; // its own, which the results of the instruction before still need
  return unit == isa::Unit::Load || unit == isa::Unit::Store ? Stall::Engine : Stall::WeightSet;
}

} // namespace

void Accounting::reset(const assembler::Program& program, const isa::Machine&) {
  stats = RunStats{};
  for (const assembler::LayerRange& range : program.layers) {
    LayerStats layer;
    layer.layer = range.layer;
    layer.first_issue = kNever;
    stats.layers.push_back(layer);
  }
  worked_until_.fill(0);
  issued_.fill(-1);
}

void Accounting::blame(const Job& job, Cycle worked_until, Cycle until) {
  // The test for an issue in cycle c is made in c - 1: a condition that holds from g on explains
  // cycles up to g.
  int u = static_cast<int>(job.unit());
  const Gates& g = job.gates;
  UnitStats& unit = stats.units[u];
  auto end = [&](Cycle gate) { return std::min(until, gate + 1); };
  Cycle cursor = worked_until;
  charge(unit.stalls, Stall::Empty, cursor, end(g.arrive));
  charge(unit.stalls, Stall::Token, cursor, end(g.token));
  charge(unit.stalls, Stall::Post, cursor, end(g.post));
  charge(unit.stalls, own_cause(job.unit()), cursor, end(g.own));
  charge(unit.stalls, Stall::Event, cursor, end(g.event));
  charge(unit.stalls, Stall::Port, cursor, until);

  cursor = std::max(g.arrive, issued_[u]) + 1;
  charge(unit.waits, Stall::Token, cursor, end(g.token));
  charge(unit.waits, Stall::Post, cursor, end(g.post));
  charge(unit.waits, own_cause(job.unit()), cursor, end(g.own));
  charge(unit.waits, Stall::Event, cursor, end(g.event));
  cursor = std::max(cursor, worked_until);
  charge(unit.waits, Stall::Port, cursor, until);
  issued_[u] = job.issue;
}

void Accounting::pipeline_issued(const Job& job) {
  int u = static_cast<int>(job.unit());
  blame(job, worked_until_[u], job.issue);
  worked_until_[u] = job.issue + job.occupancy;
  stats.units[u].busy += job.occupancy;
  ++stats.units[u].instructions;
  if (LayerStats* l = layer(*job.op)) {
    if (job.unit() == isa::Unit::Matrix)
      l->matrix_busy += job.occupancy;
    if (job.unit() == isa::Unit::Vector)
      l->vector_busy += job.occupancy;
  }
}

void Accounting::dma_completed(const Job& job) {
  int u = static_cast<int>(job.unit());
  blame(job, worked_until_[u], std::max(job.issue, worked_until_[u]));
  stats.units[u].busy += job.complete - std::max(job.issue, worked_until_[u]);
  worked_until_[u] = job.complete;
  ++stats.units[u].instructions;
}

void Accounting::moved(const Job& job, bool read, int64_t bytes) {
  (read ? stats.dram_read : stats.dram_written) += bytes;
  if (LayerStats* l = layer(*job.op))
    (read ? l->dram_read : l->dram_written) += bytes;
}

void Accounting::multiplied(const Job& job, int64_t macs) {
  stats.macs += macs;
  if (LayerStats* l = layer(*job.op))
    l->macs += macs;
}

void Accounting::touch(LayerStats& layer, Cycle issue, Cycle complete) {
  layer.first_issue = std::min(layer.first_issue, issue);
  layer.last_complete = std::max(layer.last_complete, complete);
}

void Accounting::completed(const Job& job) {
  if (LayerStats* l = layer(*job.op))
    touch(*l, job.issue, job.complete);
}

void Accounting::sequencer_executed(const MicroOp& op, Cycle at) {
  ++stats.units[0].busy;
  if (op.plan->unit != isa::Unit::Sequencer)
    return;
  ++stats.units[0].instructions;
  if (LayerStats* l = layer(op))
    touch(*l, at, at + 1);
}

void Accounting::finish(Cycle cycles) {
  stats.cycles = cycles;
  for (int u = 1; u < isa::kUnitCount; ++u)
    stats.units[u].stalls[static_cast<int>(Stall::Empty)] += cycles - worked_until_[u];
  for (LayerStats& layer : stats.layers)
    if (layer.first_issue == kNever)
      layer.first_issue = 0;
}

} // namespace npuforge::simulator
