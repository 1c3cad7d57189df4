#include "platforms.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "npuforge/isa/file.h"
#include "npuforge/platform/rtl_npu.h"
#include "npuforge/rtl/runner.h"

namespace npuforge::platform {

int64_t now_ns() {
  return static_cast<int64_t>(sc_core::sc_time_stamp() / sc_core::sc_time(1, sc_core::SC_NS));
}

Recorder::Recorder(sc_core::sc_module_name name) : sc_module(name) {
  in.register_b_transport(this, &Recorder::transport);
}

void Recorder::transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& time) {
  const auto ahead = static_cast<int64_t>(time / sc_core::sc_time(1, sc_core::SC_NS));
  const Call call{now_ns() + ahead, payload.is_write(), payload.get_address(),
                  payload.get_data_length()};
  calls.push_back(call);
  out->b_transport(payload, time);
  if (delay)
    time += sc_core::sc_time(static_cast<double>(delay(call)), sc_core::SC_NS);
}

Side::Side(sc_core::sc_module_name name, const isa::Spec& spec, std::unique_ptr<Npu> its_npu)
    : sc_module(name), layout(isa::registers(spec)), npu(std::move(its_npu)),
      memory("memory", spec.machine.dram.bytes), recorder("recorder") {
  npu->memory.bind(recorder.in);
  recorder.out.bind(memory.socket);
  npu->interrupt.bind(interrupt);
  registers.bind(npu->registers);
}

uint32_t Side::offset(const std::string& name) const {
  return std::ranges::find(layout.all, name, &isa::Register::name)->offset;
}

uint32_t Side::bit(const std::string& name, const std::string& bit) const {
  const auto found = std::ranges::find(layout.all, name, &isa::Register::name);
  return 1u << std::ranges::find(found->bits, bit, &isa::RegisterBit::name)->bit;
}

Side::Answer Side::access(bool write, uint64_t offset, uint32_t value) {
  ::tlm::tlm_generic_payload payload;
  payload.set_command(write ? ::tlm::TLM_WRITE_COMMAND : ::tlm::TLM_READ_COMMAND);
  payload.set_address(offset);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  sc_core::sc_time delay;
  registers->b_transport(payload, delay);
  return {payload.get_response_status(), value};
}

void Side::load(const assembler::Program& program) {
  memory.data().clear();
  rtl::load_program(npu->spec(), program, memory.data());
  entry_ = static_cast<uint32_t>(program.text_address);
  text_bytes_ = static_cast<uint32_t>(program.text.size() * npu->spec().word_bytes());
  recorder.calls.clear();
}

void Side::start() {
  write("entry", entry_);
  write("text_bytes", text_bytes_);
  write("interrupt_pending", ~0u);
  write("interrupt_enable", ~0u);
  write("control", bit("control", "start"));
}

uint32_t Side::finish() {
  if (!interrupt)
    sc_core::wait(interrupt.posedge_event());
  const uint32_t events = read("interrupt_pending");
  write("interrupt_pending", events);
  return events;
}

std::vector<uint64_t> Side::counters() {
  std::vector<uint64_t> all;
  for (const isa::Counter& counter : layout.counters)
    all.push_back(access(false, counter.offset).second |
                  uint64_t{access(false, counter.offset + 4).second} << 32);
  return all;
}

Platforms& Platforms::of(const std::string& machine) {
  // SystemC's own registry outlives main.
  static const auto* all = new std::map<std::string, Platforms*>{{"tile4", new Platforms("tile4")},
                                                                 {"duo4", new Platforms("duo4")}};
  return *all->at(machine);
}

Platforms::Platforms(const std::string& machine)
    : spec(isa::load_spec(isa::find_machine(machine))),
      library(fmt::format("{}/librtl_{}.so", NPUFORGE_RTL_MODEL_DIR, machine)) {
  sides[0] = std::make_unique<Side>((machine + "_with_model").c_str(), spec,
                                    make_model_npu((machine + "_model").c_str(), spec));
  sides[1] = std::make_unique<Side>((machine + "_with_rtl").c_str(), spec,
                                    make_rtl_npu((machine + "_rtl").c_str(), spec, library));
}

std::array<Seen, 2> Platforms::run(const std::function<void(Side&, Seen&)>& thread) {
  std::array<Seen, 2> seen;
  int running = 2;
  for (size_t s = 0; s < 2; ++s)
    sc_core::sc_spawn([&, s] {
      thread(*sides[s], seen[s]);
      if (--running == 0)
        sc_core::sc_pause();
    });
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS), sc_core::SC_EXIT_ON_STARVATION);
  if (running != 0)
    throw std::runtime_error("a host waits for something that does not come");
  return seen;
}

} // namespace npuforge::platform
