#include "npuforge/rtl/runner.h"

#include <cstring>

#include <dlfcn.h>
#include <fmt/format.h>

#include "npuforge/isa/word.h"

#include "axi_memory.h"
#include "recorder.h"

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

/// A core for the length of a run.
class Core {
public:
  explicit Core(const NpuRtlModel& model) : model_(model), handle_(model.create()) {}
  ~Core() { model_.destroy(handle_); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  void* handle() const { return handle_; }

private:
  const NpuRtlModel& model_;
  void* handle_;
};

[[noreturn]] void fail(const Recorder& recorder, int64_t now, const std::string& reason) {
  throw RtlError(
      fmt::format("RTL, cycle {}: {} ({} instructions executed, {} not complete, last pc {})", now,
                  reason, recorder.executed(), recorder.open(), recorder.last_pc()));
}

int64_t simulate(const NpuRtlModel& model, void* core, const assembler::Program& program,
                 const isa::Spec& spec, simulator::DramData& dram, Recorder& recorder,
                 const Limits& limits) {
  AxiMemory memory(spec.machine.dram, dram);
  NpuRtlOutputs shown{};
  model.reset(core, static_cast<uint32_t>(program.text_address),
              static_cast<uint32_t>(program.text.size() * spec.word_bytes()), &shown);
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
    model.step(core, &memory.answer(shown, now), &shown);
  }
}

} // namespace

RtlResult run(const Library& library, const isa::Spec& spec, const assembler::Program& program,
              simulator::DramData& dram, simulator::EventSink* sink, const Limits& limits) {
  const NpuRtlModel& model = library.model();
  Core core(model);
  Recorder recorder(sink);
  RtlResult result;
  try {
    result.cycles = simulate(model, core.handle(), program, spec, dram, recorder, limits);
  } catch (const std::logic_error& error) { // also an address beyond the memory
    fail(recorder, -1, error.what());
  }
  result.scratchpad.resize(spec.machine.scratchpad.bytes);
  result.accumulator.resize(spec.machine.accumulator.bytes);
  model.scratchpad(core.handle(), result.scratchpad.data());
  model.accumulator(core.handle(), result.accumulator.data());
  return result;
}

} // namespace npuforge::rtl
