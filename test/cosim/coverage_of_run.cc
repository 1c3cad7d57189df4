#include "coverage_of_run.h"

#include <set>
#include <utility>

#include <fmt/format.h>

namespace npuforge::cosim {
namespace {

using isa::Unit;
using simulator::Stall;

using PortKinds = std::set<int>; // simulator::port_kind of ports that a unit's instructions use

PortKinds claimed_ports(const isa::Spec& spec, Unit unit) {
  PortKinds kinds;
  for (const isa::Instruction& instruction : spec.instructions) {
    if (instruction.unit != unit)
      continue;
    for (const isa::PortUse& use : instruction.timing.uses)
      kinds.insert(simulator::port_kind(instruction.operands[use.stream].space, use.port));
  }
  return kinds;
}

// Load and store claim nothing: their beats wait for a port that a pipeline has claimed.
PortKinds dma_ports(const isa::Spec& spec, Unit unit) {
  PortKinds kinds;
  for (const isa::Instruction& instruction : spec.instructions) {
    if (instruction.unit != unit || !instruction.timing.dynamic)
      continue;
    for (const isa::Operand& operand : instruction.operands)
      if (operand.kind == isa::OperandKind::Stream && operand.space != isa::Space::Dram)
        kinds.insert(simulator::port_kind(operand.space, operand.access));
  }
  return kinds;
}

constexpr const char* kPortNames[simulator::kPortKinds] = {"scratchpad read", "scratchpad write",
                                                           "accumulator read", "accumulator write"};

bool awaits(const isa::Spec& spec, Unit unit) {
  for (const isa::Instruction& instruction : spec.instructions)
    if (instruction.unit == unit && instruction.action == isa::Action::Await)
      return true;
  return false;
}

// Which causes a unit's stream of instructions can wait for.
bool can_wait(const isa::Spec& spec, Unit unit, Stall stall) {
  switch (stall) {
  case Stall::Empty:
    return unit != Unit::Sequencer;
  case Stall::Token:
  case Stall::Post:
    return true;
  case Stall::Port:
    return unit == Unit::Weights || unit == Unit::Matrix ||
           unit == Unit::Vector; // DMA waits beat by beat
  case Stall::WeightSet:
    return unit == Unit::Weights || unit == Unit::Matrix;
  case Stall::Engine:
    return unit == Unit::Load || unit == Unit::Store;
  case Stall::Fetch:
  case Stall::Queue:
  case Stall::Drain:
    return unit == Unit::Sequencer;
  case Stall::Event:
    return awaits(spec, unit);
  }
  return false;
}

} // namespace

RunCoverage::RunCoverage(const isa::Spec& spec) {
  for (int u = 0; u < kUnits; ++u)
    for (int s = 0; s < simulator::kStallCount; ++s)
      can_wait_[u][s] = can_wait(spec, static_cast<Unit>(u), static_cast<Stall>(s));
  for (int waiting = 0; waiting < kUnits; ++waiting)
    for (int holding = 0; holding < kUnits; ++holding) {
      if (waiting == holding)
        continue;
      const auto w = static_cast<Unit>(waiting), h = static_cast<Unit>(holding);
      PortKinds waits = claimed_ports(spec, w);
      waits.merge(dma_ports(spec, w));
      for (int kind : claimed_ports(spec, h))
        can_conflict_[kind][waiting][holding] = waits.contains(kind);
    }
}

void RunCoverage::add(const simulator::RunStats& stats) {
  for (int u = 0; u < kUnits; ++u) {
    for (int s = 0; s < simulator::kStallCount; ++s)
      waits_[u][s] += stats.units[u].stalls[s] + stats.units[u].waits[s];
    for (int v = 0; v < kUnits; ++v)
      for (int kind = 0; kind < simulator::kPortKinds; ++kind)
        conflicts_[kind][u][v] += stats.port_conflicts_of[kind][u][v];
  }
}

std::string RunCoverage::table() const {
  std::string text = fmt::format("{:<12}", "waits for");
  for (int s = 0; s < simulator::kStallCount; ++s)
    text += fmt::format("{:>12}", simulator::name(static_cast<Stall>(s)));
  for (int u = 0; u < kUnits; ++u) {
    text += fmt::format("\n{:<12}", isa::name(static_cast<Unit>(u)));
    for (int s = 0; s < simulator::kStallCount; ++s)
      text += can_wait_[u][s] ? fmt::format("{:>12}", waits_[u][s]) : fmt::format("{:>12}", "-");
  }
  text += "\n\nbank conflicts: unit that waited, unit that held the port, port, cycles\n";
  for (int w = 0; w < kUnits; ++w)
    for (int h = 0; h < kUnits; ++h)
      for (int kind = 0; kind < simulator::kPortKinds; ++kind)
        if (can_conflict_[kind][w][h])
          text += fmt::format("  {:<10} {:<10} {:<18} {:>8}\n", isa::name(static_cast<Unit>(w)),
                              isa::name(static_cast<Unit>(h)), kPortNames[kind],
                              conflicts_[kind][w][h]);
  return text;
}

std::vector<std::string> RunCoverage::missing() const {
  std::vector<std::string> missing;
  for (int u = 0; u < kUnits; ++u) {
    for (int s = 0; s < simulator::kStallCount; ++s)
      if (can_wait_[u][s] && waits_[u][s] == 0)
        missing.push_back(fmt::format("{} waiting for {}", isa::name(static_cast<Unit>(u)),
                                      simulator::name(static_cast<Stall>(s))));
    for (int v = 0; v < kUnits; ++v)
      for (int kind = 0; kind < simulator::kPortKinds; ++kind)
        if (can_conflict_[kind][u][v] && conflicts_[kind][u][v] == 0)
          missing.push_back(fmt::format("{} waiting for a {} port that {} holds",
                                        isa::name(static_cast<Unit>(u)), kPortNames[kind],
                                        isa::name(static_cast<Unit>(v))));
  }
  return missing;
}

} // namespace npuforge::cosim
