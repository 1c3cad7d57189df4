// What a program may not do with an instruction's streams (TIMING.md section 2).
#include <algorithm>

#include <fmt/format.h>

#include "npuforge/isa/pace.h"
#include "npuforge/isa/stream.h"

namespace npuforge::isa {
namespace {

int64_t memory_size(Space space, const Machine& machine) {
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

bool aligned(const Stream& stream, const StreamPlan& plan, int row_bytes) {
  if (plan.space != Space::Scratchpad || plan.byte_aligned)
    return true;
  // A base below 0 is one of rows outside the window: the first row that is read says whether it is
  // aligned.
  const int64_t first = stream.empty ? static_cast<int32_t>(stream.base) : stream.first;
  bool good = first % row_bytes == 0;
  for (int l = 0; l < stream.levels; ++l)
    good = good && (stream.generator[l].count == 1 || stream.generator[l].stride % row_bytes == 0);
  return good;
}

class Resolver {
public:
  Resolver(const Machine& machine, const Instruction& instruction,
           std::span<const StreamPlan> plans, std::span<const int32_t> values,
           std::span<Stream> streams)
      : machine_(machine), instruction_(instruction), plans_(plans), values_(values),
        streams_(streams) {}

  std::string run() {
    for (std::size_t s = 0; s < plans_.size(); ++s)
      if (std::string wrong = resolve(plans_[s], streams_[s]); !wrong.empty())
        return wrong;
    std::string wrong = check_steps();
    if (wrong.empty())
      wrong = check_limits();
    if (wrong.empty() && sources_share_bank())
      wrong = "its two source streams share a bank";
    return wrong;
  }

private:
  int32_t value(int operand) const { return values_[static_cast<std::size_t>(operand)]; }

  std::string resolve(const StreamPlan& plan, Stream& stream) {
    stream.space = plan.space;
    stream.access = plan.access;
    stream.windowed = plan.fill >= 0;
    stream.levels = machine_.sequencer.levels;
    stream.unit = plan.space == Space::Accumulator ? 1 : plan.beats * machine_.row_bytes();
    if (is_copy(instruction_.action)) {
      stream.unit = static_cast<uint32_t>(value(instruction_.index_of("bytes")));
      if (stream.unit < 1)
        return "copies runs of no bytes";
    }
    const std::string& name = instruction_.operands[static_cast<std::size_t>(plan.operand)].name;
    if (const char* wrong = measure(stream, memory_size(plan.space, machine_)))
      return fmt::format("stream '{}': {}", name, wrong);
    if (!aligned(stream, plan, machine_.row_bytes()))
      return fmt::format("stream '{}' is not aligned to rows of {} bytes", name,
                         machine_.row_bytes());
    return {};
  }

  /// All streams walk as many rows as the first, but a reduction's destination one a group.
  std::string check_steps() const {
    const bool reduces = instruction_.action == Action::Reduce;
    int64_t group = 1;
    if (reduces) {
      const int levels = value(instruction_.levels);
      if (levels < 0 || levels > machine_.sequencer.levels)
        return fmt::format("groups of {} generator levels, of which there are {}", levels,
                           machine_.sequencer.levels);
      group = group_rows(streams_, levels);
    }
    auto rows = [&](const Stream& stream) {
      return reduces && stream.access == Access::Write ? stream.steps * group : stream.steps;
    };
    for (const Stream& stream : streams_)
      if (rows(stream) != rows(streams_[0]))
        return fmt::format("its streams differ in the number of rows: {} and {}", rows(streams_[0]),
                           rows(stream));
    return {};
  }

  std::string check_limits() const {
    const int64_t steps = streams_.empty() ? 1 : streams_[0].steps;
    if (instruction_.action == Action::Preload && steps > machine_.array.rows)
      return fmt::format("preloads {} rows into an array of {}", steps, machine_.array.rows);
    if (instruction_.action == Action::LoadLanes) {
      const int64_t registers = (steps * plans_[0].beats + 3) / 4;
      const int64_t end = value(instruction_.index_of("lane")) + registers;
      if (end > machine_.vector.lane_registers)
        return fmt::format("loads lane registers up to {}, of which there are {}", end - 1,
                           machine_.vector.lane_registers);
    }
    return {};
  }

  bool sources_share_bank() const {
    for (std::size_t a = 0; a < streams_.size(); ++a)
      for (std::size_t b = a + 1; b < streams_.size(); ++b) {
        const Stream &x = streams_[a], &y = streams_[b];
        if (x.access != Access::Read || y.access != Access::Read || x.space != y.space ||
            x.space == Space::Dram)
          continue;
        const auto [x0, x1] = banks(machine_, x);
        const auto [y0, y1] = banks(machine_, y);
        if (x0 <= x1 && y0 <= y1 && x0 <= y1 && y0 <= x1)
          return true;
      }
    return false;
  }

  const Machine& machine_;
  const Instruction& instruction_;
  const std::span<const StreamPlan> plans_;
  const std::span<const int32_t> values_;
  const std::span<Stream> streams_;
};

} // namespace

std::vector<StreamPlan> stream_plans(const Machine& machine, const Instruction& instruction) {
  std::vector<StreamPlan> plans;
  for (std::size_t o = 0; o < instruction.operands.size(); ++o) {
    const Operand& operand = instruction.operands[o];
    if (operand.kind == OperandKind::Stream)
      plans.push_back({static_cast<int>(o), operand.space, operand.access, operand.type,
                       operand.byte_aligned,
                       operand.fill.empty() ? -1 : instruction.index_of(operand.fill),
                       beats(machine, instruction, operand)});
  }
  return plans;
}

std::string resolve_streams(const Machine& machine, const Instruction& instruction,
                            std::span<const StreamPlan> plans, std::span<const int32_t> values,
                            std::span<Stream> streams) {
  return Resolver(machine, instruction, plans, values, streams).run();
}

std::string wrong_cores(const Machine& machine, uint32_t mask, int core) {
  if (mask == 0 || mask >> machine.cores != 0)
    return fmt::format("copies to the cores of mask {:#x}; the machine has {}, so 1 to {:#x}", mask,
                       machine.cores, (1u << machine.cores) - 1);
  if (mask >> core & 1)
    return fmt::format("copies to the cores of mask {:#x}, which names its own, {}", mask, core);
  return {};
}

int64_t group_rows(std::span<const Stream> streams, int levels) {
  const auto source = std::find_if(streams.begin(), streams.end(), [](const Stream& stream) {
    return stream.access == Access::Read;
  });
  int64_t rows = 1;
  for (int l = 0; source != streams.end() && l < levels; ++l)
    rows *= source->generator[static_cast<std::size_t>(l)].count;
  return rows;
}

} // namespace npuforge::isa
