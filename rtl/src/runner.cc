#include "npuforge/rtl/runner.h"

#include <cstring>
#include <optional>

#include <dlfcn.h>
#include <fmt/format.h>

#include "npuforge/isa/word.h"

#include "axi_memory.h"
#include "recorder.h"
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
  throw RtlError(
      fmt::format("RTL, cycle {}: {} ({} instructions executed, {} not complete, last pc {})", now,
                  reason, recorder.executed(), recorder.open(), recorder.last_pc()));
}

std::unique_ptr<Memory> make_memory(const isa::Spec& spec, simulator::DramData& dram,
                                    uint64_t seed) {
  if (seed == 0)
    return std::make_unique<AxiMemory>(spec.machine.dram, dram);
  return std::make_unique<RoughMemory>(spec.machine.dram, dram, seed);
}

NpuRtlOutputs reset(Core& core, const isa::Spec& spec, const assembler::Program& program) {
  NpuRtlOutputs shown{};
  core.model().reset(core.handle(), static_cast<uint32_t>(program.text_address),
                     static_cast<uint32_t>(program.text.size() * spec.word_bytes()), &shown);
  return shown;
}

/// The first cycles of the program, on a memory of its own.
void run_for(Core& core, const isa::Spec& spec, const assembler::Program& program, int64_t cycles,
             uint64_t memory_seed) {
  simulator::DramData dram(spec.machine.dram.bytes);
  load_program(spec, program, dram);
  const auto memory = make_memory(spec, dram, memory_seed);
  NpuRtlOutputs shown = reset(core, spec, program);
  for (int64_t now = 0; now < cycles && !shown.done && !shown.error; ++now)
    core.model().step(core.handle(), &memory->answer(shown, now), &shown);
}

int64_t simulate(Core& core, Memory& memory, const assembler::Program& program,
                 const isa::Spec& spec, Recorder& recorder, const Limits& limits) {
  NpuRtlOutputs shown = reset(core, spec, program);
  int64_t last_event = 0;
  for (int64_t now = 0;; ++now) {
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
    core.model().step(core.handle(), &memory.answer(shown, now), &shown);
  }
}

} // namespace

RtlResult run(const Library& library, const isa::Spec& spec, const assembler::Program& program,
              simulator::DramData& dram, simulator::EventSink* sink, const Limits& limits,
              const Stress& stress) {
  std::optional<Core> own;
  Core& core = stress.core ? *stress.core : own.emplace(library, stress.state_seed);
  const auto memory = make_memory(spec, dram, stress.memory_seed);
  Recorder recorder(sink);
  RtlResult result;
  try {
    if (stress.reset_after > 0)
      run_for(core, spec, program, stress.reset_after, stress.memory_seed);
    result.cycles = simulate(core, *memory, program, spec, recorder, limits);
  } catch (const std::logic_error& error) { // also an address beyond the memory
    fail(recorder, -1, error.what());
  }
  result.scratchpad.resize(spec.machine.scratchpad.bytes);
  result.accumulator.resize(spec.machine.accumulator.bytes);
  core.model().scratchpad(core.handle(), result.scratchpad.data());
  core.model().accumulator(core.handle(), result.accumulator.data());
  return result;
}

} // namespace npuforge::rtl
