#include "npuforge/platform/socket_port.h"

#include <algorithm>

#include <fmt/format.h>

#include "npuforge/platform/npu.h"

namespace npuforge::platform {

using simulator::Cycle;

Cycle SocketPort::read(uint64_t address, std::span<std::byte> bytes, Cycle at) {
  ::tlm::tlm_generic_payload payload;
  payload.set_read();
  return call(payload, address, bytes, at + 1);
}

Cycle SocketPort::write(uint64_t address, std::span<std::byte> bytes,
                        std::span<unsigned char> masks, Cycle last) {
  ::tlm::tlm_generic_payload payload;
  payload.set_write();
  const bool whole = std::ranges::find(masks, TLM_BYTE_DISABLED) == masks.end();
  payload.set_byte_enable_ptr(whole ? nullptr : masks.data());
  payload.set_byte_enable_length(whole ? 0 : static_cast<unsigned>(masks.size()));
  return call(payload, address, bytes, last);
}

/// The cycle at the end of the delay, the call being one of cycle `at`.
Cycle SocketPort::call(::tlm::tlm_generic_payload& payload, uint64_t address,
                       std::span<std::byte> bytes, Cycle at) {
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(bytes.data()));
  payload.set_data_length(static_cast<unsigned>(bytes.size()));
  payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
  const uint64_t now = sc_core::sc_time_stamp().value();
  const uint64_t then = origin_.value() + static_cast<uint64_t>(at) * cycle_.value();
  sc_core::sc_time delay = sc_core::sc_time::from_value(std::max(then, now) - now);
  socket_->b_transport(payload, delay);
  if (sc_core::sc_time_stamp().value() != now)
    SC_REPORT_ERROR("npu", "the memory's target waits in b_transport; it must annotate its delay");
  if (!payload.is_response_ok())
    SC_REPORT_ERROR("npu", fmt::format("{} of {} bytes at {:#x} answers {}",
                                       payload.is_read() ? "a read" : "a write", bytes.size(),
                                       address, payload.get_response_string())
                               .c_str());
  const uint64_t passed = now + delay.value() - origin_.value();
  return static_cast<Cycle>((passed + cycle_.value() - 1) / cycle_.value());
}

} // namespace npuforge::platform
