#include "dispatch.h"

#include <fmt/format.h>

namespace npuforge::simulator {
namespace {

using isa::Access;
using isa::Action;
using isa::OperandKind;

[[noreturn]] void fault(const std::string& message) {
  throw ProgramFault(message);
}

/// Rows that the unit walks: those of the first stream that it reads.
int64_t row_count(const Job& job) {
  for (int s = 0; s < job.stream_count; ++s)
    if (job.streams[s].access == Access::Read)
      return job.streams[s].steps;
  return job.stream_count > 0 ? job.streams[0].steps : 1;
}

/// What a signal and an await name.
void check_event(const Job& job, const isa::Machine& machine) {
  const Roles& roles = job.plan->roles;
  const isa::EventParams& events = machine.events;
  if (const auto event = static_cast<uint32_t>(job.values[roles.event]);
      event >= static_cast<uint32_t>(events.count))
    fault(fmt::format("event {}; there are 0 to {}", event, events.count - 1));
  if (job.plan->action == Action::Await) {
    const auto count = static_cast<uint32_t>(job.values[roles.count]);
    if (count < 1 || count > static_cast<uint32_t>(events.max))
      fault(fmt::format("awaits {} signals; a counter holds 1 to {}", count, events.max));
    return;
  }
  const auto mask = static_cast<uint32_t>(job.values[roles.cores]);
  if (mask == 0 || mask >> machine.cores != 0)
    fault(fmt::format("signals the cores of mask {:#x}; the machine has {}, so 1 to {:#x}", mask,
                      machine.cores, (1u << machine.cores) - 1));
}

void resolve_streams(const MicroOp& op, std::span<const int32_t> registers,
                     std::span<const Generator> generators, const isa::Machine& machine, Job& job) {
  const std::vector<StreamPlan>& plans = op.plan->streams;
  for (size_t s = 0; s < plans.size(); ++s) {
    const isa::OperandBits& bits = op.operands[plans[s].operand];
    job.streams[s].base =
        static_cast<uint32_t>(bits.value) + static_cast<uint32_t>(registers[bits.base]);
    job.streams[s].generator = generators[bits.generator];
  }
  if (std::string wrong = isa::resolve_streams(machine, *op.plan->instruction, plans, job.values,
                                               std::span(job.streams.data(), plans.size()));
      !wrong.empty())
    fault(wrong);
}

void add_claims(const Ports& ports, Job& job) {
  std::array<int64_t, kMaxStreams> steps{};
  for (int s = 0; s < job.stream_count; ++s)
    steps[s] = job.streams[s].steps;
  std::span<const int64_t> rows(steps.data(), job.stream_count);
  job.occupancy = job.plan->occupancy.value(rows);
  job.latency = job.plan->latency.value(rows);
  for (const UsePlan& use : job.plan->uses) {
    if (use.when >= 0 && job.values[use.when] == 0)
      continue;
    Claim claim = ports.claim(job.streams[use.stream], use.port);
    claim.start = use.start.value(rows);
    claim.cycles = use.cycles.value(rows);
    job.claims[job.claim_count++] = claim;
  }
}

} // namespace

void read_operands(const MicroOp& op, std::span<const int32_t> registers,
                   std::span<int32_t> values) {
  const auto& operands = op.plan->instruction->operands;
  for (size_t o = 0; o < operands.size(); ++o) {
    const isa::OperandBits& bits = op.operands[o];
    uint32_t value = static_cast<uint32_t>(bits.value);
    if (operands[o].kind == OperandKind::Value)
      value += static_cast<uint32_t>(registers[bits.base]);
    else if (operands[o].kind == OperandKind::Register)
      value = static_cast<uint32_t>(registers[bits.value]);
    values[o] = static_cast<int32_t>(value);
  }
}

void resolve(const MicroOp& op, std::span<const int32_t> registers,
             std::span<const Generator> generators, const isa::Machine& machine, const Ports& ports,
             Job& job) {
  job.op = &op;
  job.plan = op.plan;
  job.stream_count = static_cast<int>(op.plan->streams.size());
  read_operands(op, registers, job.values);
  resolve_streams(op, registers, generators, machine, job);
  if (op.plan->action == Action::Reduce)
    job.group = isa::group_rows(std::span(job.streams.data(), op.plan->streams.size()),
                                job.values[op.plan->roles.levels]);
  if (op.plan->action == Action::Signal || op.plan->action == Action::Await)
    check_event(job, machine);
  job.rows = row_count(job);
  job.occupancy = job.latency = 0;
  job.claim_count = 0;
  if (!op.plan->instruction->timing.dynamic)
    add_claims(ports, job);
}

} // namespace npuforge::simulator
