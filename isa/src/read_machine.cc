// The sections `machine` and `units`: one line a size, with the range that this version takes.
#include <algorithm>

#include <fmt/format.h>

#include "npuforge/isa/pace.h"

#include "names.h"
#include "readers.h"
#include "section.h"

namespace npuforge::isa {
namespace {

constexpr int64_t kMaxBytes = int64_t{1} << 32; // addresses have 32 bits

/// Reads one section of the machine.
class Sizes {
public:
  Sizes(Section& machine, const char* name, Problems& problems) : problems_(problems) {
    if (const Node* node = machine.required(name))
      section_.emplace(*node, fmt::format("'{}'", name), problems);
  }
  template <class Int>
  void read(const char* key, Int& size, int64_t high, int64_t low = 1) {
    if (section_)
      size = static_cast<Int>(section_->integer(key, low, high).value_or(0));
  }
  /// As above, of a section that need not be there.
  Sizes(Section& machine, const char* name, Problems& problems, std::nullopt_t)
      : problems_(problems) {
    if (const Node* node = machine.optional(name))
      section_.emplace(*node, fmt::format("'{}'", name), problems);
  }
  /// A size that stays as it is where the key is missing.
  void read_or(const char* key, int& size, int64_t high) {
    if (section_ && section_->optional(key))
      read(key, size, high);
  }
  /// A list of element types, each once; it stays as it is where the key is missing.
  void read_types(const char* key, std::vector<Type>& types, const std::vector<Type>& known) {
    const Node* node = section_ ? section_->optional(key) : nullptr;
    if (!node)
      return;
    types.clear();
    for (const Node& item : node->items)
      add_type(item, key, types, known);
    if (node->items.empty())
      problems_.add(*node, fmt::format("'{}' must be a list of types, e.g. [i8, f32]", key));
  }

private:
  void add_type(const Node& item, const char* key, std::vector<Type>& types,
                const std::vector<Type>& known) {
    const std::optional<Type> type = item.is_scalar() ? find_type(item.text) : std::nullopt;
    std::vector<std::string> names;
    for (Type one : known)
      names.emplace_back(name(one));
    if (!type || std::find(known.begin(), known.end(), *type) == known.end())
      problems_.add(item, fmt::format("'{}' has '{}'; there are {}", key, item.text, list(names)));
    else if (std::find(types.begin(), types.end(), *type) != types.end())
      problems_.add(item, fmt::format("'{}' has '{}' twice", key, item.text));
    else
      types.push_back(*type);
  }

  Problems& problems_;
  std::optional<Section> section_;
};

void read_memories(Section& section, Machine& machine, Problems& problems) {
  Sizes scratchpad(section, "scratchpad", problems);
  scratchpad.read("bytes", machine.scratchpad.bytes, kMaxBytes);
  scratchpad.read("banks", machine.scratchpad.banks, 64);
  Sizes accumulator(section, "accumulator", problems);
  accumulator.read("bytes", machine.accumulator.bytes, kMaxBytes);
  accumulator.read("banks", machine.accumulator.banks, 64);
  Sizes dram(section, "dram", problems);
  dram.read("bytes", machine.dram.bytes, kMaxBytes);
  dram.read("beat_bytes", machine.dram.beat_bytes, 128);
  dram.read("burst_beats", machine.dram.burst_beats, 256);
  dram.read("latency", machine.dram.latency, 100'000);
}

void read_units_sizes(Section& section, Machine& machine, Problems& problems) {
  Sizes array(section, "array", problems);
  array.read("rows", machine.array.rows, 256);
  array.read("cols", machine.array.cols, 128);
  array.read("weight_sets", machine.array.weight_sets, 16, 2);
  array.read("pipeline", machine.array.pipeline, 64);
  array.read_or("stages", machine.array.stages, 16);
  array.read_types("types", machine.array.types, {kArrayTypes.begin(), kArrayTypes.end()});
  Sizes vector(section, "vector", problems);
  vector.read("lanes", machine.vector.lanes, 128);
  vector.read("lane_registers", machine.vector.lane_registers, 64);
  vector.read("pipeline", machine.vector.pipeline, 64, 3);
  Sizes sequencer(section, "sequencer", problems);
  sequencer.read("registers", machine.sequencer.registers, 64, 2);
  sequencer.read("generators", machine.sequencer.generators, 64);
  sequencer.read("levels", machine.sequencer.levels, 8);
  sequencer.read("loop_depth", machine.sequencer.loop_depth, 64);
  sequencer.read("cache_lines", machine.sequencer.cache_lines, 4096);
  sequencer.read("line_bytes", machine.sequencer.line_bytes, 4096);
  Sizes load(section, "load", problems);
  load.read("fifo_beats", machine.load.fifo_beats, 4096);
  load.read("instructions", machine.load.instructions, 64);
  Sizes store(section, "store", problems);
  store.read("fifo_beats", machine.store.fifo_beats, 4096);
  store.read("instructions", machine.store.instructions, 64);
  Sizes tokens(section, "tokens", problems);
  tokens.read("max", machine.token_max, 255);
}

void read_cores(Section& section, Machine& machine, Problems& problems) {
  if (section.optional("cores"))
    machine.cores = static_cast<int>(section.integer("cores", 1, kMaxCores).value_or(1));
  Sizes events(section, "events", problems, std::nullopt);
  events.read("count", machine.events.count, 64);
  events.read("max", machine.events.max, 255);
  events.read("latency", machine.events.latency, 1000);
}

void read_queues(const Node& node, Machine& machine, Problems& problems) {
  Section units(node, "'units'", problems);
  for (int i = 0; i < kUnitCount; ++i) {
    const Node* unit = units.required(kUnitNames[i]);
    if (!unit)
      continue;
    Section section(*unit, fmt::format("unit '{}'", kUnitNames[i]), problems);
    if (static_cast<Unit>(i) != Unit::Sequencer) // it runs ahead of the queues and has none
      machine.queue[i] = static_cast<int>(section.integer("queue", 1, 64).value_or(0));
  }
  // The order is the bit order of the masks; a file that shows another one would mislead.
  std::size_t next = 0;
  for (const auto& [key, value] : node.entries) {
    if (next < kUnitNames.size() && key.text != kUnitNames[next] &&
        node.entries.size() == kUnitNames.size() && node.find(kUnitNames[next])) {
      problems.add(key, fmt::format("the units stand in the order of the mask bits: {}",
                                    list(words(kUnitNames))));
      return;
    }
    ++next;
  }
}

} // namespace

void read_machine(Section& spec, Machine& machine, Problems& problems) {
  machine.name = spec.text("name");
  if (const Node* name = spec.node().find("name");
      name && !machine.name.empty() && !is_identifier(machine.name))
    problems.add(
        *name, fmt::format("'{}' is not a name: lower-case letters, digits and '_'", machine.name));
  machine.prose = spec.text("prose");
  std::size_t before = problems.count();
  const Node* sizes = spec.required("machine");
  if (sizes) {
    Section section(*sizes, "'machine'", problems);
    read_units_sizes(section, machine, problems);
    read_memories(section, machine, problems);
    read_cores(section, machine, problems);
  }
  if (const Node* units = spec.required("units"))
    read_queues(*units, machine, problems);
  if (sizes && problems.count() == before)
    check_machine(*sizes, machine, problems);
}

} // namespace npuforge::isa
