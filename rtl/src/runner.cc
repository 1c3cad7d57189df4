#include "npuforge/rtl/runner.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <dlfcn.h>
#include <fmt/format.h>

#include "npuforge/isa/registers.h"
#include "npuforge/isa/word.h"

#include "axi_memory.h"
#include "recorder.h"
#include "register_port.h"
#include "rough_memory.h"

namespace npuforge::rtl {

Library::Library(const std::filesystem::path& file, const isa::Spec& spec) {
  handle_ = dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle_)
    throw RtlError(fmt::format("cannot load the RTL model: {}", dlerror()));
  auto entry = reinterpret_cast<const NpuRtlModel* (*)()>(dlsym(handle_, "npuforge_rtl_model"));
  model_ = entry ? entry() : nullptr;
  std::string problem;
  if (!model_)
    problem = "is not an RTL model";
  else if (spec.hash != model_->spec_hash)
    problem = fmt::format("was built from another spec of {}; build it again", model_->machine);
  if (problem.empty())
    return;
  dlclose(handle_);
  throw RtlError(fmt::format("{}: {}", file.string(), problem));
}

Library::~Library() {
  dlclose(handle_);
}

Core::Core(const Library& library, uint32_t seed)
    : model_(library.model()), handle_(model_.create(seed)) {}

Core::~Core() {
  model_.destroy(handle_);
}

void load_program(const isa::Spec& spec, const assembler::Program& program,
                  simulator::DramData& dram) {
  auto word_bytes = static_cast<uint64_t>(spec.word_bytes());
  for (size_t i = 0; i < program.text.size(); ++i)
    isa::store_word(spec, program.text[i],
                    dram.at(program.text_address + i * word_bytes, word_bytes));
  for (const assembler::Segment& segment : program.segments)
    if (!segment.bytes.empty())
      std::memcpy(dram.at(segment.address, segment.bytes.size()).data(), segment.bytes.data(),
                  segment.bytes.size());
}

namespace {

[[noreturn]] void fail(const Recorder& recorder, int64_t now, const std::string& reason) {
  throw RtlError(fmt::format("RTL, cycle {}: {} ({})", now, reason, recorder.state()));
}

/// The spec's memory on contents that are at hand.
struct OrderlyMemory : Memory {
  OrderlyMemory(const isa::DramParams& params, simulator::DramData& dram)
      : port(dram), axi(params, port) {}
  const NpuRtlInputs& answer(const NpuRtlOutputs& shown, simulator::Cycle now) override {
    return axi.answer(shown, now);
  }
  simulator::DataPort port;
  AxiMemory axi;
};

std::unique_ptr<Memory> make_memory(const isa::Spec& spec, simulator::DramData& dram,
                                    uint64_t seed) {
  if (seed == 0)
    return std::make_unique<OrderlyMemory>(spec.machine.dram, dram);
  return std::make_unique<RoughMemory>(spec.machine.dram, dram, seed);
}

/// The host's side of a program on a core: its registers, then its cycles.
class Host {
public:
  Host(Core& core, const isa::Spec& spec)
      : core_(core), registers_(isa::registers(spec)), port_(core.model(), core.handle(), shown_) {}

  void reset() { core_.model().reset(core_.handle(), &shown_); }

  /// Afterwards the core is in the program's cycle 0.
  void start(const isa::Spec& spec, const assembler::Program& program) {
    if (port_.read(offset("identification")) != isa::identification(spec))
      throw std::logic_error("the core's identification is that of another spec");
    port_.write(offset("entry"), static_cast<uint32_t>(program.text_address));
    port_.write(offset("text_bytes"),
                static_cast<uint32_t>(program.text.size() * spec.word_bytes()));
    port_.write(offset("interrupt_pending"), ~0u);
    port_.write(offset("interrupt_enable"), ~0u);
    port_.write(offset("control"), 1u << bit("control", "start"));
    if (!shown_.run || shown_.interrupt)
      throw std::logic_error("the core does not start");
    core_.model().clear_memories(core_.handle());
  }

  void step(Memory& memory, int64_t now) {
    core_.model().step(core_.handle(), &memory.answer(shown_, now), &shown_);
  }
  const NpuRtlOutputs& shown() const { return shown_; }

  /// What a driver reads when the interrupt has come.
  std::vector<uint64_t> finish() {
    port_.read(offset("status")); // a cycle, in which the interrupt rises
    const uint32_t done = 1u << bit("status", "done");
    if (!shown_.interrupt || port_.read(offset("status")) != done ||
        port_.read(offset("interrupt_pending")) != done)
      throw std::logic_error("the core has ended without an interrupt");
    std::vector<uint64_t> counters;
    for (const isa::Counter& counter : registers_.counters)
      counters.push_back(port_.counter(counter.offset));
    return counters;
  }

private:
  const isa::Register& named(std::string_view name) const {
    return *std::ranges::find(registers_.all, name, &isa::Register::name);
  }
  uint32_t offset(std::string_view name) const { return named(name).offset; }
  int bit(std::string_view name, std::string_view bit) const {
    return std::ranges::find(named(name).bits, bit, &isa::RegisterBit::name)->bit;
  }

  Core& core_;
  isa::Registers registers_;
  NpuRtlOutputs shown_{};
  RegisterPort port_;
};

/// The first cycles of the program, on a memory of its own.
void run_for(Host& host, const isa::Spec& spec, const assembler::Program& program, int64_t cycles,
             uint64_t memory_seed) {
  simulator::DramData dram(spec.machine.dram.bytes);
  load_program(spec, program, dram);
  const auto memory = make_memory(spec, dram, memory_seed);
  host.start(spec, program);
  for (int64_t now = 0; now < cycles && !host.shown().done && !host.shown().error; ++now)
    host.step(*memory, now);
}

int64_t simulate(Host& host, Memory& memory, Recorder& recorder, const Limits& limits) {
  int64_t last_event = 0;
  for (int64_t now = 0;; ++now) {
    const NpuRtlOutputs& shown = host.shown();
    if (recorder.observe(shown, now))
      last_event = now;
    if (shown.done)
      return now;
    if (shown.error)
      fail(recorder, now, "the word at the next pc is no instruction");
    if (now - last_event > limits.max_silence)
      fail(recorder, now, fmt::format("no progress for {} cycles: a deadlock", limits.max_silence));
    if (now >= limits.max_cycles)
      fail(recorder, now, "the limit of cycles is reached");
    if (limits.progress && now % 65536 == 0)
      limits.progress(now);
    host.step(memory, now);
  }
}

} // namespace

RtlResult run(const Library& library, const isa::Spec& spec, const assembler::Program& program,
              simulator::DramData& dram, simulator::EventSink* sink, const Limits& limits,
              const Stress& stress) {
  std::optional<Core> own;
  Core& core = stress.core ? *stress.core : own.emplace(library, stress.state_seed);
  const auto memory = make_memory(spec, dram, stress.memory_seed);
  Host host(core, spec);
  Recorder recorder(spec.machine.cores, sink);
  RtlResult result;
  try {
    host.reset();
    if (stress.reset_after > 0)
      run_for(host, spec, program, stress.reset_after, stress.memory_seed);
    if (stress.reset_after % 2 != 0) // else a start alone must do
      host.reset();
    host.start(spec, program);
    result.cycles = simulate(host, *memory, recorder, limits);
    result.counters = host.finish();
  } catch (const std::logic_error& error) { // also an address beyond the memory
    fail(recorder, -1, error.what());
  }
  result.scratchpad.resize(spec.machine.cores * spec.machine.scratchpad.bytes);
  result.accumulator.resize(spec.machine.cores * spec.machine.accumulator.bytes);
  core.model().scratchpad(core.handle(), result.scratchpad.data());
  core.model().accumulator(core.handle(), result.accumulator.data());
  return result;
}

} // namespace npuforge::rtl
