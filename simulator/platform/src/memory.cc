#include "npuforge/platform/memory.h"

#include <cstring>

namespace npuforge::platform {

Memory::Memory(const sc_core::sc_module_name& name, int64_t bytes, const sc_core::sc_time& delay)
    : sc_module(name), data_(bytes), delay_(delay) {
  socket.register_b_transport(this, &Memory::transport);
  socket.register_transport_dbg(this, &Memory::debug);
}

void Memory::transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const bool streams = payload.get_streaming_width() < payload.get_data_length();
  if (streams || payload.get_command() == ::tlm::TLM_IGNORE_COMMAND)
    payload.set_response_status(streams ? ::tlm::TLM_BURST_ERROR_RESPONSE
                                        : ::tlm::TLM_COMMAND_ERROR_RESPONSE);
  else
    payload.set_response_status(move(payload) ? ::tlm::TLM_OK_RESPONSE
                                              : ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
  delay += delay_;
}

unsigned Memory::debug(::tlm::tlm_generic_payload& payload) {
  return move(payload) ? payload.get_data_length() : 0;
}

bool Memory::move(::tlm::tlm_generic_payload& payload) {
  const uint64_t address = payload.get_address(), length = payload.get_data_length();
  const auto size = static_cast<uint64_t>(data_.bytes());
  if (address > size || length > size - address)
    return false;
  std::span<std::byte> bytes = data_.at(address, length);
  auto* other = reinterpret_cast<std::byte*>(payload.get_data_ptr());
  std::byte* to = payload.is_write() ? bytes.data() : other;
  const std::byte* from = payload.is_write() ? other : bytes.data();
  const unsigned char* enables = payload.get_byte_enable_ptr();
  if (!enables) {
    std::memcpy(to, from, length);
    return true;
  }
  for (uint64_t i = 0; i < length; ++i)
    if (enables[i % payload.get_byte_enable_length()] != TLM_BYTE_DISABLED)
      to[i] = from[i];
  return true;
}

} // namespace npuforge::platform
