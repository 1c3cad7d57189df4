#include "npuforge/platform/rtl_npu.h"

#include <memory>

#include "npuforge/platform/socket_port.h"
#include "npuforge/rtl/runner.h"

#include "axi_memory.h"

namespace npuforge::platform {
namespace {

/// Cycles in which nothing is to be done before the clock stops: the interrupt has risen by then.
constexpr int kSettled = 8;

class RtlNpu : public Npu {
public:
  SC_HAS_PROCESS(RtlNpu);
  RtlNpu(const sc_core::sc_module_name& name, const isa::Spec& spec,
         const std::filesystem::path& library, const sc_core::sc_time& cycle);

private:
  bool access(Access& access) override;
  bool busy() const;
  void clock();
  void sleep();
  void step(Cycle cycle);
  bool drive(NpuRtlInputs& inputs, Cycle cycle);
  void renew_memory() { memory_ = std::make_unique<rtl::AxiMemory>(spec().machine.dram, port_); }

  rtl::Library library_;
  rtl::Core core_;
  SocketPort port_;
  std::unique_ptr<rtl::AxiMemory> memory_; ///< the other side of the AXI4 master
  NpuRtlOutputs shown_{};
  int settled_ = kSettled;

  // The host's access under way.
  Access* wanted_ = nullptr;
  Cycle begins_ = 0;
  bool asked_ = false, taken_ = false;
  sc_core::sc_event asks_, answered_;
};

RtlNpu::RtlNpu(const sc_core::sc_module_name& name, const isa::Spec& the_spec,
               const std::filesystem::path& library, const sc_core::sc_time& cycle)
    : Npu(name, the_spec, cycle), library_(library, spec()), core_(library_), port_(memory, cycle) {
  core_.model().reset(core_.handle(), &shown_);
  core_.model().clear_memories(core_.handle());
  renew_memory();
  SC_THREAD(clock);
}

bool RtlNpu::access(Access& access) {
  wanted_ = &access;
  begins_ = now() + 1;
  asked_ = false;
  asks_.notify();
  sc_core::wait(answered_);
  return taken_;
}

/// Does something happen without the host?
bool RtlNpu::busy() const {
  const bool runs = shown_.run && !shown_.done && !shown_.error;
  return wanted_ || runs || shown_.ar_valid || shown_.aw_valid || shown_.w_valid ||
         !memory_->idle();
}

void RtlNpu::clock() {
  for (;;) {
    settled_ = busy() ? 0 : settled_ + 1;
    if (settled_ > kSettled)
      sleep();
    step(now());
  }
}

/// Until the first cycle of an access.
void RtlNpu::sleep() {
  if (!wanted_)
    sc_core::wait(asks_);
  settled_ = 0;
  sc_core::wait(time_of(begins_) - sc_core::sc_time_stamp());
}

void RtlNpu::step(Cycle cycle) {
  NpuRtlInputs inputs = memory_->answer(shown_, cycle);
  const bool answers = drive(inputs, cycle), ran = shown_.run;
  core_.model().step(core_.handle(), &inputs, &shown_);
  if (ran && !shown_.run)
    renew_memory(); // the core was reset: nobody waits for what was under way
  sc_core::wait(time_of(cycle + 1) - sc_core::sc_time_stamp());
  interrupt.write(shown_.interrupt);
  if (!answers)
    return;
  wanted_ = nullptr;
  answered_.notify();
}

/// The host's part of a cycle. True: it has its answer.
bool RtlNpu::drive(NpuRtlInputs& inputs, Cycle cycle) {
  if (!wanted_ || cycle < begins_)
    return false;
  Access& access = *wanted_;
  if (!asked_) {
    inputs.axil_aw_valid = inputs.axil_w_valid = access.write;
    inputs.axil_ar_valid = !access.write;
    inputs.axil_aw_address = inputs.axil_ar_address = access.offset;
    inputs.axil_w_data = access.value;
    asked_ = true;
    return false;
  }
  inputs.axil_b_ready = inputs.axil_r_ready = true;
  if (access.write) {
    taken_ = shown_.axil_b_resp == 0;
    return shown_.axil_b_valid;
  }
  taken_ = shown_.axil_r_resp == 0;
  access.value = shown_.axil_r_data;
  return shown_.axil_r_valid;
}

} // namespace

std::unique_ptr<Npu> make_rtl_npu(const char* name, const isa::Spec& spec,
                                  const std::filesystem::path& library,
                                  const sc_core::sc_time& cycle) {
  return std::make_unique<RtlNpu>(name, spec, library, cycle);
}

} // namespace npuforge::platform
