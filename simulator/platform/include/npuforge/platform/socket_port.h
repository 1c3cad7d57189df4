#pragma once
// A DramPort that is a TLM-2.0 initiator socket: what both kinds of Npu put their bursts through.

#include <tlm_utils/simple_initiator_socket.h>

#include "npuforge/simulator/dram.h"

namespace npuforge::platform {

class Npu;

/// A read is a call in the cycle after that in which DRAM's timing accepts its burst, a write a
/// call in the cycle of its last beat. What the target adds to the call's delay, in whole cycles,
/// is the time from there to a read's first beat or a write's response; the spec's latency is the
/// least. A target that fails or waits is reported (SC_REPORT_ERROR).
class SocketPort : public simulator::DramPort {
public:
  SocketPort(tlm_utils::simple_initiator_socket<Npu>& socket, const sc_core::sc_time& cycle)
      : socket_(socket), cycle_(cycle) {}
  /// When cycle 0 is.
  void set_origin(const sc_core::sc_time& origin) { origin_ = origin; }

  simulator::Cycle read(uint64_t address, std::span<std::byte> bytes, simulator::Cycle at) override;
  simulator::Cycle write(uint64_t address, std::span<std::byte> bytes,
                         std::span<unsigned char> masks, simulator::Cycle last) override;

private:
  simulator::Cycle call(::tlm::tlm_generic_payload& payload, uint64_t address,
                        std::span<std::byte> bytes, simulator::Cycle at);

  tlm_utils::simple_initiator_socket<Npu>& socket_;
  sc_core::sc_time cycle_, origin_;
};

} // namespace npuforge::platform
