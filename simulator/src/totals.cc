#include "totals.h"

#include <algorithm>

namespace npuforge::simulator {
namespace {

void add(UnitStats& to, const UnitStats& from) {
  to.instructions += from.instructions;
  to.busy += from.busy;
  for (size_t s = 0; s < to.stalls.size(); ++s) {
    to.stalls[s] += from.stalls[s];
    to.waits[s] += from.waits[s];
  }
}

void add(LayerStats& to, const LayerStats& from) {
  if (from.last_complete == 0) // that core has no part in it
    return;
  to.first_issue =
      to.last_complete == 0 ? from.first_issue : std::min(to.first_issue, from.first_issue);
  to.last_complete = std::max(to.last_complete, from.last_complete);
  to.macs += from.macs;
  to.matrix_busy += from.matrix_busy;
  to.vector_busy += from.vector_busy;
  to.dram_read += from.dram_read;
  to.dram_written += from.dram_written;
}

void add(Conflicts& to, const Conflicts& from) {
  for (size_t waiting = 0; waiting < to.size(); ++waiting)
    for (size_t holding = 0; holding < to[waiting].size(); ++holding)
      to[waiting][holding] += from[waiting][holding];
}

void add(RunStats& to, const RunStats& from) {
  to.cycles = std::max(to.cycles, from.cycles);
  to.macs += from.macs;
  to.dram_read += from.dram_read;
  to.dram_written += from.dram_written;
  to.fetched += from.fetched;
  to.copied += from.copied;
  to.round_trips += from.round_trips;
  for (size_t u = 0; u < to.units.size(); ++u)
    add(to.units[u], from.units[u]);
  for (size_t l = 0; l < to.layers.size(); ++l)
    add(to.layers[l], from.layers[l]);
  add(to.port_conflicts, from.port_conflicts);
  for (size_t kind = 0; kind < to.port_conflicts_of.size(); ++kind)
    add(to.port_conflicts_of[kind], from.port_conflicts_of[kind]);
}

} // namespace

RunStats total_of(std::vector<RunStats> cores) {
  RunStats total = cores.front();
  if (cores.size() == 1)
    return total;
  for (size_t core = 1; core < cores.size(); ++core)
    add(total, cores[core]);
  total.cores = std::move(cores);
  return total;
}

} // namespace npuforge::simulator
