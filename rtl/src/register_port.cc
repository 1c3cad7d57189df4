#include "register_port.h"

#include <stdexcept>

#include <fmt/format.h>

namespace npuforge::rtl {
namespace {

constexpr int kMostCycles = 100; // an access takes a handful

void check(uint8_t response, const char* what, uint32_t offset) {
  if (response != 0)
    throw std::logic_error(fmt::format("the core refuses {} the register at {:#x}", what, offset));
}

} // namespace

void RegisterPort::step(const NpuRtlInputs& inputs) {
  model_.step(core_, &inputs, &shown_);
}

template <class Seen>
void RegisterPort::wait_for(const NpuRtlInputs& inputs, Seen seen) {
  for (int cycle = 0; !seen(); ++cycle) {
    if (cycle == kMostCycles)
      throw std::logic_error("the core's registers do not answer");
    step(inputs);
  }
}

void RegisterPort::write(uint32_t offset, uint32_t value) {
  wait_for({}, [&] { return shown_.axil_aw_ready && shown_.axil_w_ready; });
  NpuRtlInputs inputs{};
  inputs.axil_aw_valid = inputs.axil_w_valid = true;
  inputs.axil_aw_address = offset;
  inputs.axil_w_data = value;
  step(inputs);
  wait_for({}, [&] { return shown_.axil_b_valid; });
  const uint8_t response = shown_.axil_b_resp;
  NpuRtlInputs taken{};
  taken.axil_b_ready = true;
  step(taken);
  check(response, "to write", offset);
}

uint32_t RegisterPort::read(uint32_t offset) {
  wait_for({}, [&] { return shown_.axil_ar_ready; });
  NpuRtlInputs inputs{};
  inputs.axil_ar_valid = true;
  inputs.axil_ar_address = offset;
  step(inputs);
  wait_for({}, [&] { return shown_.axil_r_valid; });
  const uint8_t response = shown_.axil_r_resp;
  const uint32_t value = shown_.axil_r_data;
  NpuRtlInputs taken{};
  taken.axil_r_ready = true;
  step(taken);
  check(response, "to read", offset);
  return value;
}

uint64_t RegisterPort::counter(uint32_t offset) {
  return read(offset) | uint64_t{read(offset + 4)} << 32;
}

} // namespace npuforge::rtl
