#include "dispatch.h"

#include <fmt/format.h>

namespace npuforge::simulator {
namespace {

using isa::Access;
using isa::Action;
using isa::OperandKind;
using isa::Space;

[[noreturn]] void fault(const std::string& message) {
  throw ProgramFault(message);
}

int64_t memory_size(Space space, const isa::Machine& machine) {
  switch (space) {
  case Space::Scratchpad:
    return machine.scratchpad.bytes;
  case Space::Accumulator:
    return machine.accumulator_rows();
  case Space::Dram:
    break;
  }
  return machine.dram.bytes;
}

void check_aligned(const Stream& stream, const StreamPlan& plan, const std::string& name,
                   int row_bytes) {
  if (plan.space != Space::Scratchpad || plan.byte_aligned)
    return;
  // A base below 0 is one of rows outside the window: the first row that is read says whether it is
  // aligned.
  int64_t first = stream.empty ? static_cast<int32_t>(stream.base) : stream.first;
  bool aligned = first % row_bytes == 0;
  for (int l = 0; l < stream.levels; ++l)
    aligned =
        aligned && (stream.generator[l].count == 1 || stream.generator[l].stride % row_bytes == 0);
  if (!aligned)
    fault(fmt::format("stream '{}' is not aligned to rows of {} bytes", name, row_bytes));
}

void resolve_stream(const MicroOp& op, const StreamPlan& plan, std::span<const int32_t> registers,
                    std::span<const Generator> generators, const isa::Machine& machine, Job& job,
                    Stream& stream) {
  const isa::OperandBits& bits = op.operands[plan.operand];
  const std::string& name = op.plan->instruction->operands[plan.operand].name;
  stream.space = plan.space;
  stream.access = plan.access;
  stream.windowed = plan.fill >= 0;
  stream.base = static_cast<uint32_t>(bits.value) + static_cast<uint32_t>(registers[bits.base]);
  stream.levels = machine.sequencer.levels;
  stream.generator = generators[bits.generator];
  stream.unit = plan.space == Space::Accumulator ? 1 : plan.beats * machine.row_bytes();
  if (job.plan->roles.bytes >= 0) {
    stream.unit = static_cast<uint32_t>(job.values[job.plan->roles.bytes]);
    if (stream.unit < 1)
      fault("copies runs of no bytes");
  }
  if (const char* wrong = measure(stream, memory_size(plan.space, machine)))
    fault(fmt::format("stream '{}': {}", name, wrong));
  check_aligned(stream, plan, name, machine.row_bytes());
}

int64_t group_rows(const Job& job) {
  int levels = job.values[job.plan->roles.levels];
  for (int s = 0; s < job.stream_count; ++s) {
    const Stream& stream = job.streams[s];
    if (stream.access != Access::Read)
      continue;
    if (levels < 0 || levels > stream.levels)
      fault(fmt::format("groups of {} generator levels, of which there are {}", levels,
                        stream.levels));
    int64_t rows = 1;
    for (int l = 0; l < levels; ++l)
      rows *= stream.generator[l].count;
    return rows;
  }
  fault("a reduction without a stream to read");
}

/// Rows that the unit walks: those of the first stream that it reads.
int64_t row_count(const Job& job) {
  for (int s = 0; s < job.stream_count; ++s)
    if (job.streams[s].access == Access::Read)
      return job.streams[s].steps;
  return job.stream_count > 0 ? job.streams[0].steps : 1;
}

void check_steps(const Job& job) {
  const Stream* first = nullptr; // all read streams walk as many rows as the first
  for (int s = 0; s < job.stream_count; ++s) {
    const Stream& stream = job.streams[s];
    bool grouped = job.plan->action == Action::Reduce && stream.access == Access::Write;
    int64_t rows = grouped ? stream.steps * job.group : stream.steps;
    if (!first)
      first = &stream;
    bool first_grouped = job.plan->action == Action::Reduce && first->access == Access::Write;
    int64_t wanted = first_grouped ? first->steps * job.group : first->steps;
    if (rows != wanted)
      fault(fmt::format("its streams differ in the number of rows: {} and {}", wanted, rows));
  }
}

void check_limits(const Job& job, const isa::Machine& machine) {
  int64_t steps = job.stream_count > 0 ? job.streams[0].steps : 1;
  if (job.plan->action == Action::Preload && steps > machine.array.rows)
    fault(fmt::format("preloads {} rows into an array of {}", steps, machine.array.rows));
  if (job.plan->action == Action::LoadLanes) {
    int64_t parts = steps * job.plan->streams[0].beats, registers = (parts + 3) / 4;
    int64_t end = job.values[job.plan->roles.lane] + registers;
    if (end > machine.vector.lane_registers)
      fault(fmt::format("loads lane registers up to {}, of which there are {}", end - 1,
                        machine.vector.lane_registers));
  }
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

void check_banks(const Job& job, const Ports& ports) {
  for (int a = 0; a < job.stream_count; ++a)
    for (int b = a + 1; b < job.stream_count; ++b) {
      const Stream &x = job.streams[a], &y = job.streams[b];
      if (x.access != Access::Read || y.access != Access::Read || x.space != y.space ||
          x.space == Space::Dram)
        continue;
      auto [x0, x1] = ports.banks(x);
      auto [y0, y1] = ports.banks(y);
      if (x0 <= x1 && y0 <= y1 && x0 <= y1 && y0 <= x1)
        fault("its two source streams share a bank");
    }
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
  for (int s = 0; s < job.stream_count; ++s)
    resolve_stream(op, op.plan->streams[s], registers, generators, machine, job, job.streams[s]);
  if (op.plan->action == Action::Reduce)
    job.group = group_rows(job);
  check_steps(job);
  check_limits(job, machine);
  if (op.plan->action == Action::Signal || op.plan->action == Action::Await)
    check_event(job, machine);
  check_banks(job, ports);
  job.rows = row_count(job);
  job.occupancy = job.latency = 0;
  job.claim_count = 0;
  if (!op.plan->instruction->timing.dynamic)
    add_claims(ports, job);
}

} // namespace npuforge::simulator
