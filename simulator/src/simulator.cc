#include "npuforge/simulator/simulator.h"

#include <algorithm>

#include "cluster.h"
#include "generator.h"

// libsystemc brings a main() that calls this one; programs here have their own main(). Weak: who
// writes an sc_main has it.
__attribute__((weak)) int sc_main(int, char**) {
  return 0;
}

namespace npuforge::simulator {

const char* name(Stall stall) {
  static constexpr std::array<const char*, kStallCount> kNames{
      "empty", "token", "post", "port", "weight set", "engine", "fetch", "queue", "drain", "event"};
  return kNames[static_cast<size_t>(stall)];
}

std::vector<uint64_t> counters(const RunStats& stats) {
  std::vector<int64_t> all{stats.cycles};
  auto add = [&all](const RunStats& core) {
    all.insert(all.end(), {core.dram_read, core.dram_written, core.fetched});
    for (const UnitStats& unit : core.units)
      all.push_back(unit.instructions);
  };
  if (stats.cores.empty())
    add(stats);
  for (const RunStats& core : stats.cores)
    add(core);
  return {all.begin(), all.end()};
}

struct Simulator::Impl {
  Impl(const isa::Spec& s, Options o)
      : spec(s), options(o), dram(spec.machine.dram.bytes), plans(make_plans(spec)) {
    reset_memories();
    if (spec.machine.sequencer.levels > kMaxLevels)
      throw std::invalid_argument("the model has generators of up to " +
                                  std::to_string(kMaxLevels) + " levels");
  }

  void reset_memories() {
    memories.resize(static_cast<size_t>(spec.machine.cores));
    for (Memories& one : memories)
      one.reset(spec.machine);
  }

  isa::Spec spec;
  Options options;
  DramData dram;
  std::vector<Memories> memories; ///< of each core
  std::vector<std::unique_ptr<Plan>> plans;
  assembler::Program program;
  std::vector<MicroOp> text;
};

Simulator::Simulator(const isa::Spec& spec, Options options)
    : impl_(std::make_unique<Impl>(spec, options)) {}
Simulator::~Simulator() = default;

void Simulator::load(const assembler::Program& program) {
  Impl& s = *impl_;
  s.program = program;
  s.text = decode_text(s.spec, s.plans, s.program);
  s.dram.clear();
  s.reset_memories();
  size_t word = static_cast<size_t>(s.spec.word_bytes());
  for (size_t i = 0; i < program.text.size(); ++i)
    isa::store_word(s.spec, program.text[i], s.dram.at(program.text_address + i * word, word));
  for (const assembler::Segment& segment : program.segments) {
    auto to = s.dram.at(segment.address, segment.size);
    std::copy(segment.bytes.begin(), segment.bytes.end(), to.begin());
  }
}

DramData& Simulator::dram() {
  return impl_->dram;
}

RunStats Simulator::run(EventSink* sink) {
  Impl& s = *impl_;
  return Cluster::instance().run(
      {&s.spec, &s.program, &s.text, &s.options, &s.dram, &s.memories, sink, nullptr, {}, {}});
}

std::span<const std::byte> Simulator::scratchpad(int core) const {
  return std::as_bytes(std::span(impl_->memories[static_cast<size_t>(core)].scratchpad));
}

std::span<const int32_t> Simulator::accumulator(int core) const {
  return impl_->memories[static_cast<size_t>(core)].accumulator;
}

} // namespace npuforge::simulator
