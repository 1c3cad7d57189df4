#include "npuforge/platform/npu.h"

#include <cstring>
#include <stdexcept>

namespace npuforge::platform {

Npu::Npu(const sc_core::sc_module_name& name, const isa::Spec& spec, const sc_core::sc_time& cycle)
    : sc_module(name), spec_(spec), layout_(isa::registers(spec)), cycle_(cycle) {
  if (cycle == sc_core::SC_ZERO_TIME)
    throw std::invalid_argument("a machine's cycle must take some time");
  registers.register_b_transport(this, &Npu::transport);
}

Npu::Cycle Npu::now() const {
  return static_cast<Cycle>(sc_core::sc_time_stamp().value() / cycle_.value());
}

::tlm::tlm_response_status Npu::check(const ::tlm::tlm_generic_payload& payload) const {
  if (payload.get_command() == ::tlm::TLM_IGNORE_COMMAND)
    return ::tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (payload.get_byte_enable_ptr())
    return ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  if (payload.get_data_length() != 4 || payload.get_streaming_width() < 4)
    return ::tlm::TLM_BURST_ERROR_RESPONSE;
  if (payload.get_address() % 4 != 0 || payload.get_address() >= layout_.bytes)
    return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
  return ::tlm::TLM_OK_RESPONSE;
}

void Npu::transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  payload.set_response_status(check(payload));
  if (payload.is_response_error())
    return;
  sc_core::wait(delay); // whoever runs ahead of time is met here
  delay = sc_core::SC_ZERO_TIME;
  accessed_.lock();
  Access wanted{payload.is_write(), static_cast<uint32_t>(payload.get_address()), 0};
  if (wanted.write)
    std::memcpy(&wanted.value, payload.get_data_ptr(), 4);
  if (!access(wanted))
    payload.set_response_status(::tlm::TLM_GENERIC_ERROR_RESPONSE);
  else if (!wanted.write)
    std::memcpy(payload.get_data_ptr(), &wanted.value, 4);
  accessed_.unlock();
}

} // namespace npuforge::platform
